// Who may do what: users, API tokens, tickets and ACLs of the simulated cluster. Tickets are signed
// with a key made from the seed and hold no state. Not thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/inventory.h"

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

/// What a login gives: the cookie's value and the header that changes need beside it.
struct Ticket {
  std::string ticket;
  std::string csrf;
};

class AccessControl {
 public:
  /// The same options give the same tokens, passwords and ticket key.
  AccessControl(const Inventory& inventory, const Options& options);

  /// root@pam's token, its password, and the same for a PVEAuditor and for a user without any ACL.
  [[nodiscard]] const Access& administrator() const { return accounts_[0]; }
  [[nodiscard]] const Access& auditor() const { return accounts_[1]; }
  [[nodiscard]] const Access& outsider() const { return accounts_[2]; }

  /// A new token of a user, and its secret; an existing one's is replaced.
  std::string make_token(const std::string& user, const std::string& id);

  /// Reads an Authorization header's "PVEAPIToken=..." value.
  [[nodiscard]] std::optional<Caller> by_token(std::string_view text) const;

  /// The user of a valid, unexpired ticket (2 h). `now` in seconds.
  [[nodiscard]] std::optional<Caller> by_ticket(std::string_view ticket, std::int64_t now) const;

  [[nodiscard]] bool password_fits(std::string_view user, std::string_view password) const;
  [[nodiscard]] Ticket issue(const std::string& user, std::int64_t now) const;
  [[nodiscard]] bool csrf_fits(std::string_view csrf, const std::string& user,
                               std::int64_t now) const;

  /// Whether `caller` has `privilege` on `path` ("/vms/100").
  [[nodiscard]] bool allowed(const Caller& caller, std::string_view path,
                             std::string_view privilege) const;

  /// Everything `caller` may do; the ACLs here all sit on "/".
  [[nodiscard]] const std::vector<std::string_view>& privileges(const Caller& caller) const;

  /// Token names, their secrets and the passwords.
  void plant(Planted& planted) const;

 private:
  [[nodiscard]] std::string sign(std::string_view purpose, const std::string& user,
                                 std::string_view stamp) const;

  std::vector<Access> accounts_;                            ///< administrator, auditor, outsider
  std::map<std::string, std::string, std::less<>> tokens_;  ///< USER@REALM!ID -> secret
  std::uint64_t made_ = 0;                                  ///< tokens so far
  std::uint64_t seed_;
  std::string key_;
};

}  // namespace pmx::sim
