#include "sim/inventory.h"

#include <doctest/doctest.h>

#include <set>

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000;

}  // namespace

TEST_CASE("inventory: there is always a node, and never less than no guest") {
  for (const int count : {-5, 0, 1}) {
    CAPTURE(count);
    const Inventory inventory({count, count, 7}, kNow);
    CHECK(inventory.nodes.size() == 1);
    CHECK(inventory.guests.size() == static_cast<std::size_t>(std::max(0, count)));
  }
}

TEST_CASE("inventory: VMIDs count from 100 and every guest sits on a node") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const Inventory inventory({5, 200, seed}, kNow);
    int vmid = 100;
    for (const auto& [id, guest] : inventory.guests) {
      CHECK(id == vmid++);
      CHECK(guest.vmid == id);
      CHECK(guest_index(guest) == static_cast<std::size_t>(id - 100));
      CHECK(inventory.node_index(inventory.node_of(guest).name) ==
            static_cast<std::size_t>(guest.node));
      CHECK((guest.since == 0) == (guest.power == Power::kStopped));
      if (guest.since != 0) {
        CHECK(guest.since > inventory.node_of(guest).booted);
        CHECK(guest.since < kNow);
      }
    }
  }
}

TEST_CASE("inventory: the fixed parts are cast alike whatever the seed") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const Inventory inventory({3, 9, seed}, kNow);
    const auto guest = [&](int vmid) { return inventory.guests.find(vmid)->second; };
    CHECK(guest(part::kRunningVm).power == Power::kRunning);
    CHECK(guest(part::kStoppedVm).power == Power::kStopped);
    CHECK(guest(part::kRunningCt).kind == GuestKind::kLxc);
    CHECK(guest(part::kRunningCt).power == Power::kRunning);
    CHECK(guest(part::kTemplate).is_template());
    CHECK(guest(part::kTemplate).power == Power::kStopped);
    CHECK(guest(part::kLockedVm).lock() == "backup");
    CHECK(guest(part::kHaVm).ha);
    CHECK(guest(part::kHaVm).power == Power::kRunning);
    CHECK(guest(part::kBrokenVm).start_fails);
    CHECK(guest(part::kBrokenVm).power == Power::kStopped);
    CHECK(guest(part::kPausedVm).power == Power::kPaused);
    CHECK(guest(part::kStoppedCt).kind == GuestKind::kLxc);
    CHECK(guest(part::kStoppedCt).power == Power::kStopped);
  }
}

TEST_CASE("inventory: nodes, addresses and users have names of their own") {
  const Inventory inventory({40, 0, 7}, kNow);
  std::set<std::string> seen;
  for (const auto& node : inventory.nodes) {
    seen.insert(node.name);
    seen.insert(node.ip);
    seen.insert(node.fingerprint);
    CHECK(node.fingerprint.size() == 95);
  }
  CHECK(seen.size() == 120);
  std::set<std::string> users;
  for (const auto& user : inventory.users) users.insert(user.id);
  CHECK(users.size() == inventory.users.size());
  CHECK(inventory.users[0].id == "root@pam");
  CHECK_FALSE(inventory.node_index("nosuch").has_value());
  CHECK_FALSE(inventory.node_index("").has_value());
}

TEST_CASE("inventory: what every Proxmox has is not private, everything else is planted") {
  const Inventory inventory({3, 0, 7}, kNow);
  Planted planted;
  inventory.plant(planted);
  const Json json = planted.json();
  const std::string truth = dump_json(json);
  for (const char* common :
       {"\"root\"", "\"root@pam\"", "\"local\"", "\"local-lvm\"", "\"pve\"", "\"pam\""})
    CHECK(truth.find(common) == std::string::npos);
  for (const auto& storage : inventory.storages)
    if (!storage.name.starts_with("local"))
      CHECK(truth.find("\"" + storage.name + "\"") != std::string::npos);
  for (const auto& user : inventory.users)
    if (user.id != "root@pam") CHECK(truth.find("\"" + user.id + "\"") != std::string::npos);
  for (const auto& pool : inventory.pools)
    CHECK(truth.find("\"" + pool + "\"") != std::string::npos);
}

}  // namespace pmx::sim
