#include "sim/access.h"

#include <doctest/doctest.h>

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000;

struct Fixture {
  explicit Fixture(std::uint64_t seed = 7)
      : inventory({3, 4, seed}, kNow), access(inventory, {3, 4, seed}) {}
  Inventory inventory;
  AccessControl access;
};

}  // namespace

TEST_CASE("access: each account's token names its user, and nothing else does") {
  const Fixture f;
  for (const Access* account :
       {&f.access.administrator(), &f.access.auditor(), &f.access.outsider()}) {
    CAPTURE(account->token);
    const auto caller = f.access.by_token(account->token);
    REQUIRE(caller.has_value());
    CHECK(caller->user == account->username);
    CHECK(account->token.starts_with(caller->full() + "="));
    CHECK_FALSE(caller->is_root());  // not even root's own token is root
    for (std::size_t i = 0; i < account->token.size(); ++i) {
      std::string wrong = account->token;
      wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
      CHECK_FALSE(f.access.by_token(wrong).has_value());
      CHECK_FALSE(f.access.by_token(account->token.substr(0, i)).has_value());
    }
  }
}

TEST_CASE("access: a ticket is good for two hours, and a little before it was issued") {
  const Fixture f;
  const Ticket ticket = f.access.issue("root@pam", kNow);
  struct Row {
    std::int64_t after;
    bool good;
  };
  for (const Row& row : {Row{-301, false}, {-300, true}, {0, true}, {7199, true}, {7200, false}}) {
    CAPTURE(row.after);
    const auto caller = f.access.by_ticket(ticket.ticket, kNow + row.after);
    CHECK(caller.has_value() == row.good);
    CHECK(f.access.csrf_fits(ticket.csrf, "root@pam", kNow + row.after) == row.good);
    if (caller) CHECK(caller->is_root());
  }
}

TEST_CASE(
    "access: no byte of a ticket or CSRF token can be changed, and neither serves as the other") {
  const Fixture f;
  const Ticket ticket = f.access.issue("root@pam", kNow);
  for (std::size_t i = 0; i < ticket.ticket.size(); ++i) {
    std::string forged = ticket.ticket;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    CHECK_FALSE(f.access.by_ticket(forged, kNow).has_value());
    CHECK_FALSE(f.access.by_ticket(ticket.ticket.substr(0, i), kNow).has_value());
  }
  for (std::size_t i = 0; i < ticket.csrf.size(); ++i) {
    std::string forged = ticket.csrf;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    CHECK_FALSE(f.access.csrf_fits(forged, "root@pam", kNow));
  }
  CHECK_FALSE(f.access.csrf_fits(ticket.csrf, f.access.auditor().username, kNow));
  CHECK_FALSE(f.access.by_ticket(ticket.csrf, kNow).has_value());
  CHECK_FALSE(f.access.csrf_fits(ticket.ticket, "root@pam", kNow));
  CHECK_FALSE(Fixture(8).access.by_ticket(ticket.ticket, kNow).has_value());
}

TEST_CASE("access: a password belongs to one user") {
  const Fixture f;
  const auto& root = f.access.administrator();
  CHECK(f.access.password_fits(root.username, root.password));
  CHECK_FALSE(f.access.password_fits(f.access.auditor().username, root.password));
  CHECK_FALSE(f.access.password_fits(root.username, ""));
  CHECK_FALSE(f.access.password_fits("", ""));
}

TEST_CASE(
    "access: the auditor may only look, the outsider nothing, and an empty path is nobody's") {
  const Fixture f;
  const Caller root{"root@pam", ""};
  const Caller auditor{f.access.auditor().username, ""};
  const Caller outsider{f.access.outsider().username, ""};
  CHECK(f.access.allowed(root, "/vms/100", "VM.PowerMgmt"));
  CHECK_FALSE(f.access.allowed(root, "", "VM.PowerMgmt"));
  CHECK_FALSE(f.access.allowed(root, "/vms/100", "VM.Monitor"));  // gone in 9.x
  for (const auto privilege : f.access.privileges(auditor)) CHECK(privilege.ends_with(".Audit"));
  CHECK(f.access.allowed(auditor, "/vms/100", "VM.Audit"));
  CHECK(f.access.privileges(outsider).empty());
  CHECK(f.access.privileges({"stranger@pve", ""}).empty());
}

}  // namespace pmx::sim
