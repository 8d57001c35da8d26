#include "sim/access.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/crypto.h"
#include "base/percent.h"
#include "sim/dice.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kTicketSeconds = 7200;
constexpr std::int64_t kConsoleSeconds = 40;
constexpr std::int64_t kGrace = 300;

std::string stamp_of(std::int64_t now) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%08llX", static_cast<unsigned long long>(now));
  return text.data();
}

bool fresh(std::string_view stamp, std::int64_t now, std::int64_t lifetime) {
  const std::int64_t issued = std::strtoll(std::string(stamp).c_str(), nullptr, 16);
  return issued > now - lifetime && issued <= now + kGrace;
}

/// "/vms/100" -> "100"; empty for anything else.
std::string_view below(std::string_view path, std::string_view parent) {
  return path.starts_with(parent) ? path.substr(parent.size()) : std::string_view();
}

}  // namespace

AccessControl::AccessControl(const Inventory& inventory, const Options& options)
    : config(options.pve), inventory_(inventory), seed_(options.seed) {
  Dice dice(options.seed, "access");
  key_ = crypto::sha256("sim-ticket-key:" + dice.hex(64));
  for (const UserState& user : inventory.users) {
    User& entry = config.users[user.id];
    for (const auto& [key, value] :
         {std::pair{"email", user.email}, {"firstname", user.first}, {"lastname", user.last}})
      if (!value.empty()) entry.about[key] = value;
  }
  for (const std::string& pool : inventory.pools) config.pools[pool];
  add_builtin_domains();
  if (options.scenario == Scenario::kLab) {
    accounts_ = {{"", "root@pam", "secret"}, {}, {}};
    config.users["root@pam"].password = "secret";
    return;
  }
  make_accounts(inventory, options);
}

void AccessControl::make_accounts(const Inventory& inventory, const Options& options) {
  Dice dice(options.seed, "access");
  dice.hex(64);
  const std::array<std::string, 3> names{"ops-" + std::string(inventory.company().slug),
                                         "grafana-" + std::string(inventory.company().letters),
                                         "old-importer"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& user = inventory.users[i].id;
    const std::string secret = dice.uuid();
    accounts_.push_back({user + "!" + names[i] + "=" + secret, user,
                         dice.text(16, "abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ23456789")});
    User& entry = config.users[user];
    entry.password = accounts_.back().password;
    entry.tokens[names[i]] = {secret, false, 0, ""};
  }
  config.acl["/"].users[auditor().username]["PVEAuditor"] = true;
  domains.sections[inventory.realm()] = {
      "ad",
      {{"comment", "Directory of " + std::string(inventory.company().name)},
       {"domain", std::string(inventory.company().domain)},
       {"server1", "dc1." + std::string(inventory.company().domain)}}};
}

void AccessControl::add_builtin_domains() {
  domains.sections.emplace("pam",
                           Section{"pam", {{"comment", "Linux PAM standard authentication"}}});
  domains.sections.emplace("pve",
                           Section{"pve", {{"comment", "Proxmox VE authentication server"}}});
}

std::string AccessControl::domains_digest() const {
  const bool fresh = domains.sections.size() == 2 &&
                     domains.find("pam")->values.size() + domains.find("pve")->values.size() == 2;
  return fresh ? "da39a3ee5e6b4b0d3255bfef95601890afd80709" : domains.digest();
}

bool AccessControl::authenticates(const std::string& user, std::string_view password) const {
  const auto name = parse_user_name(user);
  const Section* realm = name ? domains.find(name->realm) : nullptr;
  return realm != nullptr && (realm->type == "pam" || realm->type == "pve") &&
         password_fits(user, password);
}

std::optional<Answer> AccessControl::password_refusal(const std::string& user) const {
  const auto name = parse_user_name(user);
  const Section* realm = name ? domains.find(name->realm) : nullptr;
  if (realm == nullptr)
    return failure(500, "auth domain '" + (name ? name->realm : "") + "' does not exist");
  if (realm->type == "pve") return std::nullopt;
  if (realm->type != "pam")
    return failure(500, "can't set password on auth type '" + realm->type + "'");
  if (name->name == "root") return std::nullopt;
  return failure(500, "change password failed: exit code 6");  // usermod knows no such user
}

std::string AccessControl::make_uuid(std::string_view purpose) {
  return Dice(seed_, purpose, ++made_).uuid();
}

std::optional<Caller> AccessControl::by_token(std::string_view text, std::int64_t now) const {
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto caller = parse_token_name(text.substr(0, equals));
  if (!caller || !config.is_active(caller->user, now)) return std::nullopt;
  const ApiToken* token = config.find_token(*caller);
  if (token == nullptr || (token->expire != 0 && token->expire < now) ||
      !crypto::equal_constant_time(token->secret, text.substr(equals + 1)))
    return std::nullopt;
  return caller;
}

bool AccessControl::password_fits(std::string_view user, std::string_view password) const {
  const User* known = config.find_user(user);
  return known != nullptr && !password.empty() && !known->password.empty() &&
         crypto::equal_constant_time(known->password, password);
}

/// As long as the RSA signature that PVE makes: 256 bytes.
std::string AccessControl::sign(std::string_view purpose, std::string_view data,
                                std::string_view stamp) const {
  const std::string text =
      std::string(purpose) + ":" + std::string(data) + ":" + std::string(stamp);
  std::string bytes;
  for (char part = '0'; part < '8'; ++part) bytes += crypto::hmac_sha256(key_, text + part);
  return crypto::base64(bytes);
}

std::string AccessControl::signed_text(std::string_view prefix, std::string_view data,
                                       std::string_view secret, std::int64_t now) const {
  const std::string stamp = stamp_of(now);
  std::string head(prefix);
  if (!data.empty()) head += ":" + std::string(data);
  const std::string signature = sign("ticket:" + head, secret, stamp);
  head += ":";
  head += stamp;
  return head + "::" + signature;
}

std::optional<std::string> AccessControl::data_of(std::string_view ticket, std::string_view prefix,
                                                  std::string_view secret, std::int64_t now,
                                                  std::int64_t lifetime) const {
  const auto end = ticket.find("::");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = ticket.substr(0, end);
  const auto colon = head.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view named = head.substr(0, colon);
  const std::string_view stamp = head.substr(colon + 1);
  if (named != prefix && !named.starts_with(std::string(prefix) + ":")) return std::nullopt;
  if (!fresh(stamp, now, lifetime)) return std::nullopt;
  if (!crypto::equal_constant_time(sign("ticket:" + std::string(named), secret, stamp),
                                   ticket.substr(end + 2)))
    return std::nullopt;
  return std::string(named.substr(std::min(prefix.size() + 1, named.size())));
}

Ticket AccessControl::issue(const std::string& user, std::int64_t now) const {
  const std::string stamp = stamp_of(now);
  const std::string csrf = crypto::base64(crypto::hmac_sha256(key_, "csrf:" + user + ":" + stamp));
  return {signed_text("PVE", user, "", now), stamp + ":" + csrf.substr(0, csrf.find('='))};
}

std::optional<Caller> AccessControl::by_ticket(std::string_view ticket, std::int64_t now) const {
  const auto user = data_of(ticket, "PVE", "", now, kTicketSeconds);
  if (!user || !config.is_active(*user, now)) return std::nullopt;
  return Caller{*user, ""};
}

bool AccessControl::csrf_fits(std::string_view csrf, const std::string& user,
                              std::int64_t now) const {
  const auto colon = csrf.find(':');
  if (colon == std::string_view::npos) return false;
  const auto stamp = csrf.substr(0, colon);
  if (!fresh(stamp, now, kTicketSeconds)) return false;
  const std::string right =
      crypto::base64(crypto::hmac_sha256(key_, "csrf:" + user + ":" + std::string(stamp)));
  return crypto::equal_constant_time(right.substr(0, right.find('=')), csrf.substr(colon + 1));
}

Ticket AccessControl::issue_half(const std::string& user, const Json& challenge,
                                 std::int64_t now) const {
  Ticket out = issue(user, now);
  out.ticket = signed_text("PVE", "!tfa!" + percent_encode(dump_json(challenge)), user, now);
  return out;
}

std::optional<Json> AccessControl::challenge_in(std::string_view ticket, const std::string& user,
                                                std::int64_t now) const {
  constexpr std::string_view kMark = "!tfa!";
  const auto data = data_of(ticket, "PVE", user, now, kTicketSeconds);
  if (!data || !data->starts_with(kMark)) return std::nullopt;
  auto challenge = parse_json(percent_decode(data->substr(kMark.size())).value_or(""));
  return challenge.ok() ? std::optional<Json>(std::move(*challenge)) : std::nullopt;
}

std::string AccessControl::issue_vnc(const Caller& who, const std::string& path,
                                     const std::string& port, std::int64_t now) const {
  return signed_text("PVEVNC", "", who.full() + ":" + path + ":" + port, now);
}

bool AccessControl::vnc_fits(std::string_view ticket, const std::string& who,
                             const std::string& path, const std::string& port,
                             std::int64_t now) const {
  return data_of(ticket, "PVEVNC", who + ":" + path + ":" + port, now, kConsoleSeconds).has_value();
}

std::string AccessControl::pool_of(int vmid) const {
  const auto guest = inventory_.guests.find(vmid);
  return guest == inventory_.guests.end() ? "" : guest->second.pool;
}

void AccessControl::add_pool_roles(const Caller& who, std::string_view path, Rights& roles) const {
  const int vmid = std::atoi(std::string(below(path, "/vms/")).c_str());
  const std::string_view storage = below(path, "/storage/");
  if ((vmid == 0 && storage.empty()) || roles.contains("NoAccess")) return;
  Rights given;
  for (const auto& [name, pool] : config.pools)
    if (storage.empty() ? pool_of(vmid) == name || pool.absent_guests.contains(vmid)
                        : pool.storages.contains(storage))
      given.merge(config.roles_on(who, "/pool/" + name));
  if (given.contains("NoAccess")) {
    roles = {{"NoAccess", false}};
    return;
  }
  for (const auto& [role, inherited] : given) roles.emplace(role, false);
}

Rights AccessControl::roles_on(const Caller& who, std::string_view path) const {
  if (path.empty() || (!who.token.empty() && config.find_token(who) == nullptr)) return {};
  Rights roles = config.roles_on(who, path);
  add_pool_roles(who, path, roles);
  return roles;
}

Caller AccessControl::acting(const Caller& caller) const {
  const ApiToken* token = caller.token.empty() ? nullptr : config.find_token(caller);
  return token != nullptr && !token->privsep ? Caller{caller.user, ""} : caller;
}

Rights AccessControl::rights(const Caller& caller, std::string_view path) const {
  const Caller who = acting(caller);
  Rights out;
  if (who.is_root() && (caller.is_root() || !path.empty())) {
    for (const auto& name : all_privileges(config.version())) out[name] = true;
    return out;
  }
  for (const auto& [role, inherited] : roles_on(who, path)) {
    const auto known = config.roles.find(role);
    if (known == config.roles.end()) continue;
    for (const auto& privilege : known->second) out[privilege] = out[privilege] || inherited;
  }
  if (who.token.empty() || out.empty()) return out;
  const Rights own = rights({who.user, ""}, path);
  std::erase_if(out, [&](const auto& right) { return !own.contains(right.first); });
  for (auto& [privilege, inherited] : out) inherited = inherited && own.at(privilege);
  return out;
}

bool AccessControl::allowed(const Caller& caller, std::string_view path,
                            std::string_view privilege) const {
  const Caller who = acting(caller);
  if (who.is_root() && (caller.is_root() || !path.empty()))
    return all_privileges(config.version()).contains(privilege);
  const Rights roles = roles_on(who, path);
  const bool granted = std::any_of(roles.begin(), roles.end(), [&](const auto& role) {
    const auto known = config.roles.find(role.first);
    return known != config.roles.end() && known->second.contains(privilege);
  });
  return granted && (who.token.empty() || allowed({who.user, ""}, path, privilege));
}

bool AccessControl::allowed_any(const Caller& caller, std::string_view path,
                                const std::vector<std::string_view>& privileges) const {
  return std::any_of(privileges.begin(), privileges.end(),
                     [&](std::string_view privilege) { return allowed(caller, path, privilege); });
}

std::vector<std::string_view> AccessControl::modifying_privileges(std::string_view path) {
  if (path.starts_with("/storage/")) return {"Permissions.Modify", "Datastore.Allocate"};
  if (path.starts_with("/vms/")) return {"Permissions.Modify", "VM.Allocate"};
  if (path.starts_with("/pool/")) return {"Permissions.Modify", "Pool.Allocate"};
  return {"Permissions.Modify"};
}

bool AccessControl::in_allowed_group(const Caller& caller, std::string_view user,
                                     const std::vector<std::string_view>& privileges) const {
  const auto groups = config.groups_of(user);
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return allowed_any(caller, "/access/groups/" + group, privileges);
  });
}

void AccessControl::plant(Planted& planted) const {
  for (const auto& account : accounts_) {
    const auto bang = account.token.find('!');
    const auto equals = account.token.find('=');
    planted.add("token", account.token.substr(bang + 1, equals - bang - 1));
    planted.add("secret", account.token.substr(equals + 1));
    planted.add("secret", account.password);
  }
}

}  // namespace pmx::sim
