#include "anonymize/field_rules.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/clues.h"
#include "anonymize/kind.h"

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
constexpr FieldRule host() { return {Treatment::kHost, Kind::kName, "", true}; }
constexpr FieldRule list(Kind kind) { return {Treatment::kNames, kind, "", false}; }
constexpr FieldRule as(Treatment treatment) { return {treatment, Kind::kName, "", false}; }

// Sorted by key; '_' is written '-'.
constexpr Row kRows[] = {
    {"access-key", as(Treatment::kMaybeKey)},
    {"account", taught(Kind::kName)},
    {"account-domain", taught(Kind::kDomain)},
    {"account-id", as(Treatment::kMaybeKey)},
    {"account-name", as(Treatment::kUserId)},
    {"accountkey", secret("key")},
    {"accountname", taught(Kind::kName)},
    {"acct", as(Treatment::kUserId)},
    {"acme", named(Kind::kName)},
    {"address", as(Treatment::kHost)},
    {"adgangskode", secret("password")},
    {"adminpass", secret("password")},
    {"alias", taught(Kind::kName)},
    {"ansible-host", host()},
    {"ansible-user", as(Treatment::kUserId)},
    {"ansprechpartner", as(Treatment::kPerson)},
    {"api-key", secret("api-key")},
    {"apikey", secret("api-key")},
    {"apitoken", secret("token")},
    {"assignee", as(Treatment::kPerson)},
    {"auth-id", as(Treatment::kUserId)},
    {"auth-key", secret("key")},
    {"authid", as(Treatment::kUserId)},
    {"authkey", secret("key")},
    {"authorization", secret("authorization")},
    {"backup-id", as(Treatment::kReference)},
    {"base-dn", as(Treatment::kDn)},
    {"bearbeiter", as(Treatment::kPerson)},
    {"betreuer", as(Treatment::kPerson)},
    {"bind-dn", as(Treatment::kDn)},
    {"bind-password", secret("password")},
    {"bindpw", secret("password")},
    {"board-serial", as(Treatment::kSerial)},
    {"bond-slaves", list(Kind::kNetwork)},
    {"boot-id", as(Treatment::kSerial)},
    {"bootstrap-token", secret("token")},
    {"bridge", taught(Kind::kNetwork)},
    {"bridge-ports", list(Kind::kNetwork)},
    {"bridge-slaves", list(Kind::kNetwork)},
    {"bridge-vlan-device", named(Kind::kNetwork)},
    {"bucket", taught(Kind::kName)},
    {"cephfs", taught(Kind::kName)},
    {"chassis-serial", as(Treatment::kSerial)},
    {"chassis-service-tag", as(Treatment::kSerial)},
    {"cidr", as(Treatment::kReference)},
    {"cipassword", secret("password")},
    {"ciuser", as(Treatment::kUserId)},
    {"client-hostname", {Treatment::kHost, Kind::kHost, "", true}},
    {"client-id", taught(Kind::kName)},
    {"client-key", secret("key")},
    {"client-secret", secret("secret")},
    {"cluster", taught(Kind::kCluster)},
    {"cluster-name", taught(Kind::kCluster)},
    {"clustername", taught(Kind::kCluster)},
    {"community", secret("community")},
    {"community-string", secret("community")},
    {"computer", host()},
    {"computer-name", {Treatment::kHost, Kind::kHost, "", true}},
    {"computername", {Treatment::kHost, Kind::kHost, "", true}},
    {"confirmation-password", secret("password")},
    {"contact", as(Treatment::kPerson)},
    {"contact-name", as(Treatment::kPerson)},
    {"contact-person", as(Treatment::kPerson)},
    {"container-name", taught(Kind::kContainer)},
    {"contrasena", secret("password")},
    {"controller", taught(Kind::kName)},
    {"cookie", secret("cookie")},
    {"corosync-authkey", secret("key")},
    {"credentials", secret("credentials")},
    {"csrfpreventiontoken", secret("csrf-token")},
    {"current-node", taught(Kind::kNode)},
    {"data-pool", as(Treatment::kReference)},
    {"data-pools", as(Treatment::kReference)},
    {"database", taught(Kind::kName)},
    {"dataset", as(Treatment::kPath)},
    {"datastore", taught(Kind::kStorage)},
    {"datastore-id", taught(Kind::kStorage)},
    {"dbname", taught(Kind::kName)},
    {"dest", as(Treatment::kReference)},
    {"devname", taught(Kind::kNode)},
    {"digest", as(Treatment::kKeep)},
    {"disk-serial", as(Treatment::kSerial)},
    {"display-name", as(Treatment::kPerson)},
    {"displayname", as(Treatment::kPerson)},
    {"dn", as(Treatment::kDn)},
    {"dns", named(Kind::kName)},
    {"dns-rac-name", {Treatment::kHost, Kind::kHost, "", true}},
    {"dns-search", host()},
    {"dnszone", host()},
    {"dnszoneprefix", named(Kind::kName)},
    {"domain", host()},
    {"encryption-key", secret("key")},
    {"endpoint", host()},
    {"entries", as(Treatment::kMaybeKey)},
    {"export", as(Treatment::kPath)},
    {"fabric", named(Kind::kNetwork)},
    {"family-name", named(Kind::kPerson)},
    {"fax", as(Treatment::kPhone)},
    {"first-name", taught(Kind::kPerson)},
    {"firstname", taught(Kind::kPerson)},
    {"fqdn", host()},
    {"fs-name", taught(Kind::kName)},
    {"fsname", taught(Kind::kName)},
    {"full-name", as(Treatment::kPerson)},
    {"full-tokenid", as(Treatment::kUserId)},
    {"fullname", as(Treatment::kPerson)},
    {"gecos", as(Treatment::kPerson)},
    {"given-name", named(Kind::kPerson)},
    {"givenname", named(Kind::kPerson)},
    {"group", taught(Kind::kGroup)},
    {"group-dn", as(Treatment::kDn)},
    {"groupid", taught(Kind::kGroup)},
    {"groups", list(Kind::kGroup)},
    {"guest-name", taught(Kind::kVm)},
    {"guestname", taught(Kind::kVm)},
    {"haslo", secret("password")},
    {"helo", {Treatment::kHost, Kind::kHost, "", true}},
    {"heslo", secret("password")},
    {"hmac", secret("hmac")},
    {"hmac-key", secret("key")},
    {"host", host()},
    {"host-name", {Treatment::kHost, Kind::kHost, "", true}},
    {"hostname", {Treatment::kHost, Kind::kHost, "", true}},
    {"iface", named(Kind::kNetwork)},
    {"initiator-password", secret("password")},
    {"iothread-id", as(Treatment::kKeep)},
    {"ipam", named(Kind::kName)},
    {"isis-domain", taught(Kind::kName)},
    {"jwt-secret", secret("secret")},
    {"kennwort", secret("password")},
    {"key", as(Treatment::kMaybeKey)},
    {"keyring", as(Treatment::kKeyring)},
    {"kontakt", as(Treatment::kPerson)},
    {"kversion", as(Treatment::kKeep)},
    {"last-name", taught(Kind::kPerson)},
    {"lastname", taught(Kind::kPerson)},
    {"license", as(Treatment::kMaybeKey)},
    {"login", as(Treatment::kUserId)},
    {"logname", as(Treatment::kUserId)},
    {"machine-id", as(Treatment::kSerial)},
    {"mailto-user", as(Treatment::kUserId)},
    {"mapping", taught(Kind::kName)},
    {"master-node", taught(Kind::kNode)},
    {"master-pubkey", secret("key")},
    {"mdp", secret("password")},
    {"melder", as(Treatment::kPerson)},
    {"memberof", as(Treatment::kDn)},
    {"metadata-pool", as(Treatment::kReference)},
    {"mobile", as(Treatment::kPhone)},
    {"mydomain", host()},
    {"myhostname", host()},
    {"name", {Treatment::kGuest, Kind::kVm, "", true}},
    {"namespace", as(Treatment::kPath)},
    {"nas-identifier", {Treatment::kHost, Kind::kHost, "", true}},
    {"netbios-name", taught(Kind::kHost)},
    {"node", taught(Kind::kNode)},
    {"node-name", taught(Kind::kNode)},
    {"node-service-tag", as(Treatment::kSerial)},
    {"nodename", taught(Kind::kNode)},
    {"nodes", list(Kind::kNode)},
    {"ns", as(Treatment::kPath)},
    {"on-call", as(Treatment::kPerson)},
    {"organization", named(Kind::kName)},
    {"otp", secret("otp")},
    {"otp-seed", secret("otp")},
    {"ovs-bridge", named(Kind::kNetwork)},
    {"owner", as(Treatment::kPerson)},
    {"parent", taught(Kind::kName)},
    {"parola", secret("password")},
    {"pass", secret("password")},
    {"passcode", secret("password")},
    {"passord", secret("password")},
    {"passphrase", secret("password")},
    {"passwd", secret("password")},
    {"password", secret("password")},
    {"passwort", secret("password")},
    {"peers", host()},
    {"pgpassword", secret("password")},
    {"phone", as(Treatment::kPhone)},
    {"phonenumber", as(Treatment::kPhone)},
    {"plugin", named(Kind::kName)},
    {"pool", {Treatment::kPath, Kind::kPool, "", true}},
    {"pool-id", taught(Kind::kPool)},
    {"pool-name", taught(Kind::kName)},
    {"poolid", {Treatment::kPath, Kind::kPool, "", true}},
    {"poolname", taught(Kind::kName)},
    {"preshared-key", secret("key")},
    {"presharedkey", secret("key")},
    {"private-key", secret("key")},
    {"privatekey", secret("key")},
    {"product-serial", as(Treatment::kSerial)},
    {"progress-token", as(Treatment::kText)},
    {"proxy-password", secret("password")},
    {"psk", secret("key")},
    {"publickey", as(Treatment::kMaybeKey)},
    {"pve-version", as(Treatment::kKeep)},
    {"pveapitoken", secret("token")},
    {"pveauthcookie", secret("ticket")},
    {"pveversion", as(Treatment::kKeep)},
    {"pw", secret("password")},
    {"pwd", secret("password")},
    {"quorum-names", list(Kind::kNode)},
    {"real-name", as(Treatment::kPerson)},
    {"realm", taught(Kind::kRealm)},
    {"realname", as(Treatment::kPerson)},
    {"recovery", secret("recovery")},
    {"relayhost", host()},
    {"release", as(Treatment::kKeep)},
    {"remote", taught(Kind::kName)},
    {"remote-ns", as(Treatment::kPath)},
    {"remote-store", taught(Kind::kStorage)},
    {"replicate-target", taught(Kind::kNode)},
    {"reporter", as(Treatment::kPerson)},
    {"requested-node", taught(Kind::kNode)},
    {"requester", as(Treatment::kPerson)},
    {"responsible", as(Treatment::kPerson)},
    {"reversedns", taught(Kind::kName)},
    {"rhost", host()},
    {"rocommunity", secret("community")},
    {"root-password", secret("password")},
    {"rootpass", secret("password")},
    {"rule", named(Kind::kName)},
    {"ruser", as(Treatment::kUserId)},
    {"rwcommunity", secret("community")},
    {"salasana", secret("password")},
    {"san", host()},
    {"sas", secret("signature")},
    {"sasl-username", as(Treatment::kUserId)},
    {"searchdomain", host()},
    {"secret", secret("secret")},
    {"secret-key", secret("key")},
    {"secret-key-base", secret("key")},
    {"secretaccesskey", secret("key")},
    {"secretkey", secret("key")},
    {"senha", secret("password")},
    {"serial", as(Treatment::kSerial)},
    {"serial-number", as(Treatment::kSerial)},
    {"serialno", as(Treatment::kSerial)},
    {"serialno-a", as(Treatment::kSerial)},
    {"serialno-b", as(Treatment::kSerial)},
    {"serialnumber", as(Treatment::kSerial)},
    {"server", host()},
    {"server-id", as(Treatment::kSerial)},
    {"server-name", host()},
    {"server1", host()},
    {"server2", host()},
    {"serverid", as(Treatment::kSerial)},
    {"service-tag", as(Treatment::kSerial)},
    {"set-cookie", secret("cookie")},
    {"sha", as(Treatment::kKeep)},
    {"share", taught(Kind::kName)},
    {"sharedaccesskey", secret("key")},
    {"sig", secret("signature")},
    {"signature", as(Treatment::kMaybeKey)},
    {"slaves", list(Kind::kNetwork)},
    {"smarthost", host()},
    {"smtp-pass", secret("password")},
    {"snapname", taught(Kind::kName)},
    {"snapshot", taught(Kind::kName)},
    {"source", as(Treatment::kReference)},
    {"source-node", taught(Kind::kNode)},
    {"sshkeys", as(Treatment::kEncoded)},
    {"storage", taught(Kind::kStorage)},
    {"storage-id", taught(Kind::kStorage)},
    {"store", taught(Kind::kStorage)},
    {"subscription-id", as(Treatment::kMaybeKey)},
    {"subscription-key", secret("subscription")},
    {"surname", named(Kind::kPerson)},
    {"syscontact", as(Treatment::kPerson)},
    {"tag-list", list(Kind::kTag)},
    {"tags", list(Kind::kTag)},
    {"target", as(Treatment::kReference)},
    {"target-fencing", taught(Kind::kName)},
    {"target-node", taught(Kind::kNode)},
    {"target-package-updates", taught(Kind::kName)},
    {"target-replication", taught(Kind::kName)},
    {"target-storage", taught(Kind::kStorage)},
    {"targets", list(Kind::kName)},
    {"targetstorage", taught(Kind::kStorage)},
    {"techniker", as(Treatment::kPerson)},
    {"tel", as(Treatment::kPhone)},
    {"telephone", as(Treatment::kPhone)},
    {"tenant-id", as(Treatment::kMaybeKey)},
    {"tfa", secret("tfa")},
    {"thinpool", taught(Kind::kName)},
    {"ticket", secret("ticket")},
    {"token", secret("token")},
    {"token-id", taught(Kind::kToken)},
    {"tokenid", taught(Kind::kToken)},
    {"totp", secret("otp")},
    {"totp-seed", secret("otp")},
    {"ugid", as(Treatment::kUserId)},
    {"uniquemember", as(Treatment::kDn)},
    {"user", as(Treatment::kUserId)},
    {"user-name", as(Treatment::kUserId)},
    {"userid", as(Treatment::kUserId)},
    {"username", as(Treatment::kUserId)},
    {"userpassword", secret("password")},
    {"verantwortlich", as(Treatment::kPerson)},
    {"version", as(Treatment::kKeep)},
    {"vg", taught(Kind::kName)},
    {"vgname", taught(Kind::kName)},
    {"vlan-raw-device", named(Kind::kNetwork)},
    {"vm-name", taught(Kind::kVm)},
    {"vmname", taught(Kind::kVm)},
    {"vnet", taught(Kind::kNetwork)},
    {"vnets", list(Kind::kNetwork)},
    {"wachtwoord", secret("password")},
    {"webauthn-secret", secret("secret")},
    {"workgroup", taught(Kind::kName)},
    {"workstation-name", {Treatment::kHost, Kind::kHost, "", true}},
    {"wwid", as(Treatment::kSerial)},
    {"x-api-key", secret("api-key")},
    {"xauth-password", secret("password")},
    {"zone", taught(Kind::kNetwork)},
    {"zone-id", as(Treatment::kMaybeKey)},
    {"zones", list(Kind::kNetwork)},
    {"zuständig", as(Treatment::kPerson)},
};

static_assert(std::is_sorted(std::begin(kRows), std::end(kRows),
                             [](const Row& a, const Row& b) { return a.key < b.key; }));

/// new-password, api_token, client.secret, MYSQL_PASSWORD: the last word decides.
constexpr Row kLastWords[] = {
    {"apikey", secret("api-key")},        {"bindpw", secret("password")},
    {"community", secret("community")},   {"key", as(Treatment::kMaybeKey)},
    {"keys", as(Treatment::kMaybeKey)},   {"pass", secret("password")},
    {"passphrase", secret("password")},   {"passwd", secret("password")},
    {"password", secret("password")},     {"pw", secret("password")},
    {"psk", secret("password")},          {"pwd", secret("password")},
    {"secret", secret("secret")},         {"passwort", secret("password")},
    {"kennwort", secret("password")},     {"token", secret("token")},
    {"user", as(Treatment::kUserId)},     {"id", as(Treatment::kMaybeKey)},
    {"username", as(Treatment::kUserId)},
};

}  // namespace

void add_field_words(Triggers& triggers) {
  for (const Row& row : kRows) triggers.add_word(row.key, clue::kField);
  for (const Row& row : kLastWords) triggers.add_word(row.key, clue::kField);
}

namespace {

/// The longest key of a row, and more; of a longer key the end decides.
constexpr std::size_t kLongest = 32;

/// The end of a key as the rows spell it: in lower case, '_' as '-', and with a '-' at the edges of
/// camel case when `split`.
class Folded {
 public:
  Folded(std::string_view key, bool split) {
    for (std::size_t i = key.size(); i > 0 && begin_ > 1; --i) {
      const char c = key[i - 1];
      buffer_[--begin_] = c == '_' ? '-' : to_lower(c);
      if (split && i > 1 && is_camel_edge(key[i - 2], c, byte_at(key, i))) buffer_[--begin_] = '-';
      cut_ = i > 1;
    }
  }
  [[nodiscard]] std::string_view text() const {
    return {buffer_.data() + begin_, buffer_.size() - begin_};
  }
  /// Whether the key is longer than any row.
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  std::array<char, kLongest + 2> buffer_{};
  std::size_t begin_ = buffer_.size();
  bool cut_ = false;
};

const Row* row_of(std::string_view folded) {
  const auto* row = std::lower_bound(std::begin(kRows), std::end(kRows), folded,
                                     [](const Row& a, std::string_view b) { return a.key < b; });
  return row != std::end(kRows) && row->key == folded ? row : nullptr;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// The rule that the last word of a key decides, and the word before it.
FieldRule last_word_rule(std::string_view folded) {
  const std::size_t cut = folded.find_last_of("-.");
  if (cut == std::string_view::npos) return {};
  const std::string_view last = folded.substr(cut + 1);
  const auto* word = std::find_if(std::begin(kLastWords), std::end(kLastWords),
                                  [last](const Row& known) { return known.key == last; });
  if (word == std::end(kLastWords)) return {};
  FieldRule rule = word->rule;
  rule.key = word->key;
  if (rule.treatment != Treatment::kMaybeKey) return rule;
  // SSH_HOST_KEY and public_key are no secrets, AWS_SECRET_ACCESS_KEY and HMAC_KEY are.
  constexpr std::string_view kOpen[] = {"public", "primary", "foreign", "sort",      "host",
                                        "ssh",    "map",     "cache",   "partition", "state"};
  constexpr std::string_view kClosed[] = {"private", "secret", "access", "hmac",  "encryption",
                                          "signing", "auth",   "master", "shared"};
  const std::size_t before = cut == 0 ? std::string_view::npos : folded.find_last_of("-.", cut - 1);
  const std::string_view kind = folded.substr(before + 1, cut - before - 1);
  // CF_Account_ID: what a provider knows its customer by.
  constexpr std::string_view kOwners[] = {"account",      "zone",    "tenant", "customer",
                                          "subscription", "project", "org",    "organization"};
  if (last == "id") return is_one_of(kind, kOwners) ? rule : FieldRule{};
  if (is_one_of(kind, kClosed)) return {Treatment::kSecret, Kind::kName, "key", false, word->key};
  return is_one_of(kind, kOpen) ? FieldRule{} : rule;
}

}  // namespace

FieldRule field_rule(std::string_view key) {
  while (key.starts_with('_')) key.remove_prefix(1);  // as journald marks what it adds itself
  if (key.size() < 2) return {};
  for (const bool split : {false, true}) {
    const Folded folded(key, split);
    const Row* row = folded.cut() ? nullptr : row_of(folded.text());
    FieldRule rule = row != nullptr ? row->rule : last_word_rule(folded.text());
    if (row != nullptr) rule.key = row->key;
    if (row != nullptr || rule.treatment != Treatment::kText) return rule;
  }
  return {};
}

bool is_secret_word(std::string_view word) {
  const auto names = [word](const Row& row) { return row.rule.secret == word; };
  return std::any_of(std::begin(kRows), std::end(kRows), names) ||
         std::any_of(std::begin(kLastWords), std::end(kLastWords), names);
}

bool is_placeholder_word(std::string_view word) {
  // Of what has a shape of its own; the rest are words of rules.
  constexpr std::string_view kShapes[] = {
      "authorization", "credentials", "blob",    "credential", "fingerprint", "guarded",
      "hash",          "key",         "keyring", "licence",    "pem",         "phone",
      "ssh-key",       "text",        "ticket",  "token",      "webhook"};
  return std::find(std::begin(kShapes), std::end(kShapes), word) != std::end(kShapes) ||
         is_secret_word(word) || word == "address" || kind_of_code(word).has_value();
}

}  // namespace pmx::anonymize
