// PVE's user.cfg: users, groups, roles, ACLs, tokens and pools, and what they allow. Pure state
// without a clock; not thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/roles.h"
#include "sim/values.h"

namespace pmx::sim {

/// Who sent a request.
struct Caller {
  std::string user;   ///< root@pam
  std::string token;  ///< "ops" of root@pam!ops; empty with a ticket

  /// "root@pam!ops" or "root@pam", as UPIDs and logs name the caller.
  [[nodiscard]] std::string full() const { return token.empty() ? user : user + "!" + token; }
  /// PVE compares the user string for "only root@pam": a token of root is not root.
  [[nodiscard]] bool is_root() const { return user == "root@pam" && token.empty(); }
};

/// "alice@pve" in parts. PVE splits at the last "@".
struct UserName {
  std::string full;
  std::string name;
  std::string realm;
};

/// The parts of `text`; nothing when PVE would not take it, see user_name_complaint().
std::optional<UserName> parse_user_name(std::string_view text);
/// What PVE says about a user's name that it does not take; empty = fine.
std::string user_name_complaint(std::string_view text);
/// "alice@pve!t1" in parts; nothing for anything else.
std::optional<Caller> parse_token_name(std::string_view text);

/// An API token.
struct ApiToken {
  std::string secret;
  bool privsep = true;
  std::int64_t expire = 0;  ///< seconds since the epoch; 0 = never
  std::string comment;
};

/// A second factor of a user (priv/tfa.cfg).
struct SecondFactor {
  std::string id;
  std::string type;  ///< totp, recovery, yubico, webauthn
  std::string description;
  std::int64_t created = 0;
  bool enable = true;
  std::vector<std::string> codes;  ///< of "recovery": those not used yet
};

struct User {
  bool enable = true;
  std::int64_t expire = 0;  ///< seconds since the epoch; 0 = never
  Values about;             ///< firstname, lastname, email, comment, keys
  std::string password;     ///< empty = none
  std::map<std::string, ApiToken, std::less<>> tokens;
  std::vector<SecondFactor> factors;
};

struct Group {
  std::optional<std::string> comment;
  std::set<std::string, std::less<>> users;
};

/// A pool. Which guests are in it, the guests know; PVE also takes VMIDs that do not exist.
struct Pool {
  std::string comment;
  std::set<int> absent_guests;
  std::set<std::string, std::less<>> storages;
};

/// Names of roles or privileges, each with whether it is inherited below its path.
using Rights = std::map<std::string, bool, std::less<>>;

/// What an ACL path grants to whom.
struct AclEntry {
  std::map<std::string, Rights, std::less<>> users;
  std::map<std::string, Rights, std::less<>> groups;
  std::map<std::string, Rights, std::less<>> tokens;
};

/// The file, and how PVE reads rights out of it.
class UserConfig {
 public:
  explicit UserConfig(PveVersion version) : roles(builtin_roles(version)), version_(version) {}

  std::map<std::string, User, std::less<>> users;
  std::map<std::string, Group, std::less<>> groups;
  Roles roles;
  std::map<std::string, AclEntry, std::less<>> acl;  ///< by path
  std::map<std::string, Pool, std::less<>> pools;

  [[nodiscard]] PveVersion version() const { return version_; }
  [[nodiscard]] User* find_user(std::string_view id);
  [[nodiscard]] const User* find_user(std::string_view id) const;
  [[nodiscard]] const ApiToken* find_token(const Caller& who) const;

  /// A user that exists, is enabled and has not expired at `now` (seconds).
  [[nodiscard]] bool is_active(std::string_view id, std::int64_t now) const;

  /// The names of the groups that `user` is in.
  [[nodiscard]] std::vector<std::string> groups_of(std::string_view user) const;

  /// The roles of `who` on `path`, from the ACLs on the way to it: an entry nearer to the path
  /// replaces those above it, one of the token or user those of groups; NoAccess leaves only
  /// itself.
  [[nodiscard]] Rights roles_on(const Caller& who, std::string_view path) const;

  /// Forgets what ACLs and groups say about it.
  void forget_user(const std::string& user);
  void forget_group(const std::string& group);

 private:
  [[nodiscard]] Rights granted(const AclEntry& entry, const Caller& who, bool here) const;

  PveVersion version_;
};

/// An ACL path as PVE keeps it ("vms/100/" -> "/vms/100"); nothing when it cannot be one.
std::optional<std::string> normal_path(std::string_view path);
/// Whether PVE has something at such a path that an ACL may be set on.
bool is_acl_path(std::string_view path);

}  // namespace pmx::sim
