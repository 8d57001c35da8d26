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
    const auto caller = f.access.by_token(account->token, kNow);
    REQUIRE(caller.has_value());
    CHECK(caller->user == account->username);
    CHECK(account->token.starts_with(caller->full() + "="));
    CHECK_FALSE(caller->is_root());  // not even root's own token is root
    for (std::size_t i = 0; i < account->token.size(); ++i) {
      std::string wrong = account->token;
      wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
      CHECK_FALSE(f.access.by_token(wrong, kNow).has_value());
      CHECK_FALSE(f.access.by_token(account->token.substr(0, i), kNow).has_value());
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
    "access: the auditor may only look, the outsider nothing, and an empty path is nobody's but "
    "root's") {
  const Fixture f;
  const Caller root{"root@pam", ""};
  const Caller token = *f.access.by_token(f.access.administrator().token, kNow);
  const Caller auditor{f.access.auditor().username, ""};
  const Caller outsider{f.access.outsider().username, ""};
  for (const Caller& all : {root, token}) {
    CHECK(f.access.allowed(all, "/vms/100", "VM.PowerMgmt"));
    CHECK_FALSE(f.access.allowed(all, "/vms/100", "VM.Monitor"));  // gone in 9.x
    CHECK(f.access.rights(all, "/vms/100") == f.access.rights(root, "/"));
  }
  CHECK(f.access.allowed(root, "", "Sys.Audit"));
  CHECK_FALSE(f.access.allowed(token, "", "Sys.Audit"));
  CHECK_FALSE(f.access.rights(auditor, "/vms").empty());
  for (const auto& [privilege, inherited] : f.access.rights(auditor, "/vms")) {
    CHECK(privilege.ends_with(".Audit"));
    CHECK(inherited);
  }
  CHECK(f.access.allowed(auditor, "/vms/100", "VM.Audit"));
  CHECK(f.access.rights(outsider, "/").empty());
  CHECK(f.access.rights({"stranger@pve", ""}, "/").empty());
}

TEST_CASE(
    "access: tickets, tokens and their owners end with the user that is disabled or expired") {
  Fixture f;
  const std::string user = f.access.auditor().username;
  const std::string token = f.access.auditor().token;
  const Ticket ticket = f.access.issue(user, kNow);
  REQUIRE(f.access.by_ticket(ticket.ticket, kNow).has_value());
  User& entry = *f.access.config.find_user(user);
  const auto refused = [&] {
    return !f.access.by_ticket(ticket.ticket, kNow) && !f.access.by_token(token, kNow);
  };
  entry.enable = false;
  CHECK(refused());
  entry.enable = true;
  entry.expire = kNow - 1;
  CHECK(refused());
  entry.expire = kNow;
  CHECK_FALSE(refused());
  entry.tokens.begin()->second.expire = kNow - 1;
  CHECK_FALSE(f.access.by_token(token, kNow).has_value());
}

TEST_CASE("access: a token with privilege separation has what it and its owner both have") {
  Fixture f;
  const std::string user = f.access.auditor().username;
  f.access.config.find_user(user)->tokens["sep"] = {"x", true, 0, ""};
  const Caller token{user, "sep"};
  CHECK(f.access.rights(token, "/vms/100").empty());
  f.access.config.acl["/vms"].tokens[token.full()]["PVEVMUser"] = true;
  CHECK(f.access.rights(token, "/vms/100") ==
        Rights{{"VM.Audit", true}, {"VM.GuestAgent.Audit", true}});
  CHECK_FALSE(f.access.allowed(token, "/vms/100", "VM.Console"));
  CHECK_FALSE(f.access.allowed({user, "gone"}, "/vms/100", "VM.Audit"));
}

TEST_CASE("access: a pool gives its rights on its guests and storages, without inheritance") {
  Fixture f;
  const std::string user = f.access.outsider().username;
  const Caller outsider{user, ""};
  f.inventory.guests.at(100).pool = "lab";
  f.inventory.guests.at(101).pool = "";
  f.access.config.pools["lab"].storages = {"store"};
  f.access.config.acl["/pool/lab"].users[user]["PVEAdmin"] = true;
  CHECK(f.access.rights(outsider, "/vms/100").at("VM.PowerMgmt") == false);
  CHECK(f.access.allowed(outsider, "/storage/store", "Datastore.Allocate"));
  CHECK_FALSE(f.access.allowed(outsider, "/vms/101", "VM.Audit"));
  f.access.config.acl["/vms/100"].users[user]["NoAccess"] = true;
  CHECK(f.access.rights(outsider, "/vms/100").empty());
  f.access.config.acl["/pool/lab"].users[user]["NoAccess"] = true;
  CHECK(f.access.rights(outsider, "/storage/store").empty());
}

TEST_CASE("access: half a ticket tells its challenge, to its own user, and opens nothing") {
  const Fixture f;
  const Json challenge{{"totp", true}};
  const Ticket half = f.access.issue_half("root@pam", challenge, kNow);
  CHECK(half.ticket.starts_with("PVE:!tfa!"));
  CHECK_FALSE(f.access.by_ticket(half.ticket, kNow).has_value());
  CHECK(f.access.challenge_in(half.ticket, "root@pam", kNow) == challenge);
  CHECK_FALSE(f.access.challenge_in(half.ticket, f.access.auditor().username, kNow).has_value());
  CHECK_FALSE(f.access.challenge_in(half.ticket, "root@pam", kNow + 7200).has_value());
  const Ticket whole = f.access.issue("root@pam", kNow);
  CHECK_FALSE(f.access.challenge_in(whole.ticket, "root@pam", kNow).has_value());
}

TEST_CASE("access: a console ticket fits its user, path and port for 40 seconds") {
  const Fixture f;
  const Caller who{"root@pam", "t1"};
  const std::string ticket = f.access.issue_vnc(who, "/vms/100", "5900", kNow);
  CHECK(f.access.vnc_fits(ticket, "root@pam!t1", "/vms/100", "5900", kNow + 39));
  CHECK_FALSE(f.access.vnc_fits(ticket, "root@pam!t1", "/vms/100", "5900", kNow + 40));
  CHECK_FALSE(f.access.vnc_fits(ticket, "root@pam", "/vms/100", "5900", kNow));
  CHECK_FALSE(f.access.vnc_fits(ticket, "root@pam!t1", "/vms/101", "5900", kNow));
  CHECK_FALSE(f.access.vnc_fits(ticket, "root@pam!t1", "/vms/100", "", kNow));
}

}  // namespace pmx::sim
