#include "sim/access.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/crypto.h"
#include "sim/dice.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kTicketSeconds = 7200;

const std::vector<std::string_view>& all_privileges() {
  static const std::vector<std::string_view> kAll{"Datastore.Allocate",
                                                  "Datastore.AllocateSpace",
                                                  "Datastore.AllocateTemplate",
                                                  "Datastore.Audit",
                                                  "Group.Allocate",
                                                  "Mapping.Audit",
                                                  "Mapping.Modify",
                                                  "Mapping.Use",
                                                  "Permissions.Modify",
                                                  "Pool.Allocate",
                                                  "Pool.Audit",
                                                  "Realm.Allocate",
                                                  "Realm.AllocateUser",
                                                  "SDN.Allocate",
                                                  "SDN.Audit",
                                                  "SDN.Use",
                                                  "Sys.AccessNetwork",
                                                  "Sys.Audit",
                                                  "Sys.Console",
                                                  "Sys.Incoming",
                                                  "Sys.Modify",
                                                  "Sys.PowerMgmt",
                                                  "Sys.Syslog",
                                                  "User.Modify",
                                                  "VM.Allocate",
                                                  "VM.Audit",
                                                  "VM.Backup",
                                                  "VM.Clone",
                                                  "VM.Config.CDROM",
                                                  "VM.Config.CPU",
                                                  "VM.Config.Cloudinit",
                                                  "VM.Config.Disk",
                                                  "VM.Config.HWType",
                                                  "VM.Config.Memory",
                                                  "VM.Config.Network",
                                                  "VM.Config.Options",
                                                  "VM.Console",
                                                  "VM.GuestAgent.Audit",
                                                  "VM.GuestAgent.FileRead",
                                                  "VM.GuestAgent.FileSystemMgmt",
                                                  "VM.GuestAgent.FileWrite",
                                                  "VM.GuestAgent.Unrestricted",
                                                  "VM.Migrate",
                                                  "VM.PowerMgmt",
                                                  "VM.Replicate",
                                                  "VM.Snapshot",
                                                  "VM.Snapshot.Rollback"};
  return kAll;
}

/// The role PVEAuditor.
const std::vector<std::string_view>& auditor_privileges() {
  static const std::vector<std::string_view> kAuditor{
      "Datastore.Audit", "Mapping.Audit", "Pool.Audit",         "SDN.Audit",
      "Sys.Audit",       "VM.Audit",      "VM.GuestAgent.Audit"};
  return kAuditor;
}

std::string stamp_of(std::int64_t now) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%08llX", static_cast<unsigned long long>(now));
  return text.data();
}

bool fresh(std::string_view stamp, std::int64_t now) {
  const std::int64_t issued = std::strtoll(std::string(stamp).c_str(), nullptr, 16);
  return issued > now - kTicketSeconds && issued <= now + 300;
}

}  // namespace

AccessControl::AccessControl(const Inventory& inventory, const Options& options)
    : seed_(options.seed) {
  Dice dice(options.seed, "access");
  key_ = crypto::sha256("sim-ticket-key:" + dice.hex(64));
  if (options.scenario == Scenario::kLab) {
    accounts_ = {{"", "root@pam", "secret"}, {}, {}};
    return;
  }
  const std::array<std::string, 3> names{"ops-" + std::string(inventory.company().slug),
                                         "grafana-" + std::string(inventory.company().letters),
                                         "old-importer"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& user = inventory.users[i].id;
    accounts_.push_back({user + "!" + names[i] + "=" + dice.uuid(), user,
                         dice.text(16, "abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ23456789")});
    const std::string& token = accounts_.back().token;
    const auto equals = token.find('=');
    tokens_[token.substr(0, equals)] = token.substr(equals + 1);
  }
}

std::string AccessControl::make_token(const std::string& user, const std::string& id) {
  return tokens_[user + "!" + id] = Dice(seed_, "token", ++made_).uuid();
}

std::optional<Caller> AccessControl::by_token(std::string_view text) const {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto name = text.substr(0, equals);
  const auto known = tokens_.find(name);
  if (known == tokens_.end() ||
      !crypto::equal_constant_time(known->second, text.substr(equals + 1)))
    return std::nullopt;
  const auto bang = name.find('!');
  return Caller{std::string(name.substr(0, bang)), std::string(name.substr(bang + 1))};
}

bool AccessControl::password_fits(std::string_view user, std::string_view password) const {
  return std::any_of(accounts_.begin(), accounts_.end(), [&](const Access& account) {
    return account.username == user && crypto::equal_constant_time(account.password, password);
  });
}

std::string AccessControl::sign(std::string_view purpose, const std::string& user,
                                std::string_view stamp) const {
  const std::string text = std::string(purpose) + ":" + user + ":" + std::string(stamp);
  return crypto::base64(crypto::hmac_sha256(key_, text));
}

Ticket AccessControl::issue(const std::string& user, std::int64_t now) const {
  const std::string stamp = stamp_of(now);
  return {"PVE:" + user + ":" + stamp + "::" + sign("ticket", user, stamp),
          stamp + ":" + sign("csrf", user, stamp)};
}

std::optional<Caller> AccessControl::by_ticket(std::string_view ticket, std::int64_t now) const {
  if (!ticket.starts_with("PVE:")) return std::nullopt;
  const auto end = ticket.find("::");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = ticket.substr(4, end - 4);
  const auto colon = head.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string user(head.substr(0, colon));
  const auto stamp = head.substr(colon + 1);
  if (!fresh(stamp, now)) return std::nullopt;
  if (!crypto::equal_constant_time(sign("ticket", user, stamp), ticket.substr(end + 2)))
    return std::nullopt;
  return Caller{user, ""};
}

bool AccessControl::csrf_fits(std::string_view csrf, const std::string& user,
                              std::int64_t now) const {
  const auto colon = csrf.find(':');
  if (colon == std::string_view::npos || !fresh(csrf.substr(0, colon), now)) return false;
  return crypto::equal_constant_time(sign("csrf", user, csrf.substr(0, colon)),
                                     csrf.substr(colon + 1));
}

const std::vector<std::string_view>& AccessControl::privileges(const Caller& caller) const {
  static const std::vector<std::string_view> kNone;
  if (caller.user == administrator().username) return all_privileges();
  return caller.user == auditor().username ? auditor_privileges() : kNone;
}

bool AccessControl::allowed(const Caller& caller, std::string_view path,
                            std::string_view privilege) const {
  if (path.empty()) return false;
  const auto& own = privileges(caller);
  return std::find(own.begin(), own.end(), privilege) != own.end();
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
