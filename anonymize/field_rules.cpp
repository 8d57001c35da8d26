#include "anonymize/field_rules.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/clues.h"

namespace pmx::anonymize {
namespace {

struct Row {
  std::string_view key;
  FieldRule rule;
};

constexpr FieldRule secret(std::string_view word) {
  return {Treatment::kSecret, Kind::kName, word, false};
}
constexpr FieldRule named(Kind kind) { return {Treatment::kName, kind, "", false}; }
constexpr FieldRule taught(Kind kind) { return {Treatment::kName, kind, "", true}; }
constexpr FieldRule list(Kind kind) { return {Treatment::kNames, kind, "", false}; }
constexpr FieldRule as(Treatment treatment) { return {treatment, Kind::kName, "", false}; }

// Sorted by key; '_' is written '-'.
constexpr Row kRows[] = {
    {"alias", named(Kind::kName)},
    {"api-key", secret("api-key")},
    {"apikey", secret("api-key")},
    {"apitoken", secret("token")},
    {"auth-key", secret("key")},
    {"authkey", secret("key")},
    {"authorization", secret("authorization")},
    {"bind-password", secret("password")},
    {"bindpw", secret("password")},
    {"bridge", taught(Kind::kNetwork)},
    {"cipassword", secret("password")},
    {"ciuser", as(Treatment::kUserId)},
    {"client-key", secret("key")},
    {"client-secret", secret("secret")},
    {"cluster", named(Kind::kCluster)},
    {"cluster-name", named(Kind::kCluster)},
    {"clustername", named(Kind::kCluster)},
    {"community", secret("community")},
    {"confirmation-password", secret("password")},
    {"container-name", named(Kind::kContainer)},
    {"cookie", secret("cookie")},
    {"corosync-authkey", secret("key")},
    {"credentials", secret("credentials")},
    {"csrfpreventiontoken", secret("csrf-token")},
    {"datastore", named(Kind::kStorage)},
    {"digest", as(Treatment::kKeep)},
    {"encryption-key", secret("key")},
    {"fax", as(Treatment::kPhone)},
    {"firstname", named(Kind::kPerson)},
    {"full-tokenid", as(Treatment::kUserId)},
    {"group", named(Kind::kGroup)},
    {"groupid", named(Kind::kGroup)},
    {"groups", list(Kind::kGroup)},
    {"guest-name", named(Kind::kVm)},
    {"hmac", secret("hmac")},
    {"host", as(Treatment::kHost)},
    {"host-name", {Treatment::kHost, Kind::kHost, "", true}},
    {"hostname", {Treatment::kHost, Kind::kHost, "", true}},
    {"iface", named(Kind::kNetwork)},
    {"key", as(Treatment::kMaybeKey)},
    {"keyring", secret("keyring")},
    {"kversion", as(Treatment::kKeep)},
    {"lastname", named(Kind::kPerson)},
    {"mapping", taught(Kind::kName)},
    {"master-pubkey", secret("key")},
    {"mobile", as(Treatment::kPhone)},
    {"name", {Treatment::kGuest, Kind::kVm, "", true}},
    {"namespace", named(Kind::kName)},
    {"node", taught(Kind::kNode)},
    {"nodename", taught(Kind::kNode)},
    {"nodes", list(Kind::kNode)},
    {"otp", secret("otp")},
    {"pass", secret("password")},
    {"passphrase", secret("password")},
    {"passwd", secret("password")},
    {"password", secret("password")},
    {"phone", as(Treatment::kPhone)},
    {"phonenumber", as(Treatment::kPhone)},
    {"pool", taught(Kind::kPool)},
    {"poolid", named(Kind::kPool)},
    {"preshared-key", secret("key")},
    {"private-key", secret("key")},
    {"privatekey", secret("key")},
    {"psk", secret("key")},
    {"pve-version", as(Treatment::kKeep)},
    {"pveapitoken", secret("token")},
    {"pveauthcookie", secret("ticket")},
    {"pveversion", as(Treatment::kKeep)},
    {"pw", secret("password")},
    {"pwd", secret("password")},
    {"realm", named(Kind::kRealm)},
    {"recovery", secret("recovery")},
    {"release", as(Treatment::kKeep)},
    {"sas", secret("signature")},
    {"secret", secret("secret")},
    {"secret-key", secret("key")},
    {"secretkey", secret("key")},
    {"server", as(Treatment::kHost)},
    {"sha", as(Treatment::kKeep)},
    {"sig", secret("signature")},
    {"snapname", named(Kind::kName)},
    {"snapshot", named(Kind::kName)},
    {"source-node", named(Kind::kNode)},
    {"sshkeys", as(Treatment::kEncoded)},
    {"storage", taught(Kind::kStorage)},
    {"storage-id", named(Kind::kStorage)},
    {"subscription-key", secret("subscription")},
    {"tag-list", list(Kind::kTag)},
    {"tags", list(Kind::kTag)},
    {"target-node", named(Kind::kNode)},
    {"target-storage", named(Kind::kStorage)},
    {"targetstorage", named(Kind::kStorage)},
    {"tel", as(Treatment::kPhone)},
    {"telephone", as(Treatment::kPhone)},
    {"tfa", secret("tfa")},
    {"thinpool", named(Kind::kName)},
    {"ticket", secret("ticket")},
    {"token", secret("token")},
    {"token-id", named(Kind::kToken)},
    {"tokenid", named(Kind::kToken)},
    {"totp", secret("otp")},
    {"user", as(Treatment::kUserId)},
    {"userid", as(Treatment::kUserId)},
    {"username", as(Treatment::kUserId)},
    {"version", as(Treatment::kKeep)},
    {"vgname", named(Kind::kName)},
    {"vm-name", named(Kind::kVm)},
    {"vmname", named(Kind::kVm)},
    {"vnet", named(Kind::kNetwork)},
    {"webauthn-secret", secret("secret")},
    {"x-api-key", secret("api-key")},
    {"zone", named(Kind::kNetwork)},
};

static_assert(std::is_sorted(std::begin(kRows), std::end(kRows),
                             [](const Row& a, const Row& b) { return a.key < b.key; }));

/// new-password, api_token, client.secret, MYSQL_PASSWORD: the last word decides.
constexpr Row kLastWords[] = {
    {"apikey", secret("password")}, {"passphrase", secret("password")},
    {"passwd", secret("password")}, {"password", secret("password")},
    {"secret", secret("secret")},   {"token", secret("token")},
};

}  // namespace

void add_field_words(Triggers& triggers) {
  for (const Row& row : kRows) triggers.add_word(row.key, clue::kField);
  for (const Row& row : kLastWords) triggers.add_word(row.key, clue::kField);
}

FieldRule field_rule(std::string_view key) {
  std::array<char, 24> buffer{};
  if (key.size() < 2 || key.size() > buffer.size()) return {};
  std::transform(key.begin(), key.end(), buffer.begin(),
                 [](char c) { return c == '_' ? '-' : to_lower(c); });
  const std::string_view folded(buffer.data(), key.size());
  const auto row = std::lower_bound(std::begin(kRows), std::end(kRows), folded,
                                    [](const Row& a, std::string_view b) { return a.key < b; });
  if (row != std::end(kRows) && row->key == folded) return row->rule;
  const std::size_t cut = folded.find_last_of("-.");
  if (cut == std::string_view::npos) return {};
  const std::string_view last = folded.substr(cut + 1);
  const auto word = std::find_if(std::begin(kLastWords), std::end(kLastWords),
                                 [last](const Row& known) { return known.key == last; });
  return word != std::end(kLastWords) ? word->rule : FieldRule{};
}

}  // namespace pmx::anonymize
