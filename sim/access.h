// Who may do what in the simulated cluster: user.cfg with tokens and passwords, tickets, and the
// rights that follow. Tickets are signed with a key made from the seed and hold no state. Not
// thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/call_answer.h"
#include "sim/inventory.h"
#include "sim/section_file.h"
#include "sim/user_config.h"

namespace pmx::sim {

/// What a login gives: the cookie's value and the header that changes need beside it.
struct Ticket {
  std::string ticket;
  std::string csrf;
};

class AccessControl {
 public:
  /// The same options give the same tokens, passwords and ticket key. `inventory` knows which guest
  /// is in which pool and outlives the AccessControl.
  AccessControl(const Inventory& inventory, const Options& options);

  /// root@pam's token, its password, and the same for a PVEAuditor and for a user without any ACL.
  [[nodiscard]] const Access& administrator() const { return accounts_[0]; }
  [[nodiscard]] const Access& auditor() const { return accounts_[1]; }
  [[nodiscard]] const Access& outsider() const { return accounts_[2]; }

  UserConfig config;
  SectionFile domains;  ///< domains.cfg: the realms

  /// Of domains.cfg; PVE has no such file as long as there are only its own realms.
  [[nodiscard]] std::string domains_digest() const;
  /// pam and pve, when they are missing.
  void add_builtin_domains();

  /// A secret for a new or renewed token.
  std::string make_secret() { return make_uuid("token"); }
  /// A name that no other has: of a second factor.
  std::string make_uuid(std::string_view purpose);

  /// Reads an Authorization header's "PVEAPIToken=..." value: the owner of an unexpired token, who
  /// is enabled. `now` in seconds.
  [[nodiscard]] std::optional<Caller> by_token(std::string_view text, std::int64_t now) const;

  /// The user of a valid, unexpired ticket (2 h), who is enabled.
  [[nodiscard]] std::optional<Caller> by_ticket(std::string_view ticket, std::int64_t now) const;

  [[nodiscard]] bool password_fits(std::string_view user, std::string_view password) const;
  /// password_fits() for a user whose realm keeps its passwords in the cluster.
  [[nodiscard]] bool authenticates(const std::string& user, std::string_view password) const;
  /// Why the password of a user cannot be set; nothing when its realm keeps passwords here.
  [[nodiscard]] std::optional<Answer> password_refusal(const std::string& user) const;
  [[nodiscard]] Ticket issue(const std::string& user, std::int64_t now) const;
  [[nodiscard]] bool csrf_fits(std::string_view csrf, const std::string& user,
                               std::int64_t now) const;

  /// Half a ticket: the password was right, one of the factors in `challenge` is still to come.
  [[nodiscard]] Ticket issue_half(const std::string& user, const Json& challenge,
                                  std::int64_t now) const;
  /// The challenge in such a ticket of `user`; nothing when it is not one.
  [[nodiscard]] std::optional<Json> challenge_in(std::string_view ticket, const std::string& user,
                                                 std::int64_t now) const;

  /// A ticket for a console at `path` ("/vms/100"), good for 40 s; `port` may be empty.
  [[nodiscard]] std::string issue_vnc(const Caller& who, const std::string& path,
                                      const std::string& port, std::int64_t now) const;
  [[nodiscard]] bool vnc_fits(std::string_view ticket, const std::string& who,
                              const std::string& path, const std::string& port,
                              std::int64_t now) const;

  /// The privileges of `caller` on a normalised path ("/vms/100"), and which are inherited below.
  [[nodiscard]] Rights rights(const Caller& caller, std::string_view path) const;
  /// Whether `caller` has `privilege` on `path`.
  [[nodiscard]] bool allowed(const Caller& caller, std::string_view path,
                             std::string_view privilege) const;
  /// Whether it has one of them.
  [[nodiscard]] bool allowed_any(const Caller& caller, std::string_view path,
                                 const std::vector<std::string_view>& privileges) const;
  /// Whether it may set ACLs on `path`: guests, storages and pools have a privilege of their own.
  [[nodiscard]] bool may_modify(const Caller& caller, const std::string& path) const {
    return allowed_any(caller, path, modifying_privileges(path));
  }
  static std::vector<std::string_view> modifying_privileges(std::string_view path);

  /// The pool that a guest is in; empty = none.
  [[nodiscard]] std::string pool_of(int vmid) const;
  /// Who is in one of the groups on which `caller` has one of `privileges`.
  [[nodiscard]] bool in_allowed_group(const Caller& caller, std::string_view user,
                                      const std::vector<std::string_view>& privileges) const;

  /// Token names, their secrets and the passwords.
  void plant(Planted& planted) const;

 private:
  void make_accounts(const Inventory& inventory, const Options& options);
  [[nodiscard]] std::string sign(std::string_view purpose, std::string_view data,
                                 std::string_view stamp) const;
  [[nodiscard]] std::string signed_text(std::string_view prefix, std::string_view data,
                                        std::string_view secret, std::int64_t now) const;
  /// The data of a ticket that is authentic and not older than `lifetime`.
  [[nodiscard]] std::optional<std::string> data_of(std::string_view ticket, std::string_view prefix,
                                                   std::string_view secret, std::int64_t now,
                                                   std::int64_t lifetime) const;
  /// Whose rights count: a token without privilege separation acts as its owner.
  [[nodiscard]] Caller acting(const Caller& caller) const;
  /// The roles of exactly `who` on `path`, with those of pools.
  [[nodiscard]] Rights roles_on(const Caller& who, std::string_view path) const;
  /// The roles on `path` that the pools give in which the thing at this path is.
  void add_pool_roles(const Caller& who, std::string_view path, Rights& roles) const;

  const Inventory& inventory_;
  std::vector<Access> accounts_;  ///< administrator, auditor, outsider
  std::uint64_t made_ = 0;        ///< secrets and names so far
  std::uint64_t seed_;
  std::string key_;
};

}  // namespace pmx::sim
