#include "sim/statistics.h"

#include <doctest/doctest.h>

#include "sim/resource_rows.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000;

}  // namespace

TEST_CASE("statistics: no number leaves its bounds, whenever one looks") {
  const Inventory inventory({3, 60, 7}, kNow);
  for (std::int64_t now = kNow; now < kNow + 86'400; now += 7'001) {
    for (const auto& [vmid, guest] : inventory.guests) {
      const Json row = guest_resource(inventory, guest, now);
      CAPTURE(vmid);
      CHECK(row["cpu"] >= 0);
      CHECK(row["cpu"] < 1);
      CHECK(row["mem"] >= 0);
      CHECK(row["mem"] < row["maxmem"]);
      CHECK(row["disk"] <= row["maxdisk"]);
    }
    for (const auto& node : inventory.nodes) {
      const NodeLoad load = node_load(inventory, node, now);
      CHECK(load.cpu > 0);
      CHECK(load.cpu < 1);
      CHECK(load.mem < node.maxmem);
      CHECK(load.disk < node.maxdisk);
    }
  }
}

TEST_CASE("statistics: counters of a running guest only grow") {
  const Inventory inventory({3, 24, 7}, kNow);
  const GuestState& guest = inventory.guests.find(part::kRunningVm)->second;
  Json before = guest_resource(inventory, guest, kNow);
  for (std::int64_t now = kNow + 10; now < kNow + 600; now += 10) {
    const Json after = guest_resource(inventory, guest, now);
    for (const char* key : {"netin", "netout", "diskread", "diskwrite", "uptime"})
      CHECK(after[key] >= before[key]);
    CHECK(after["uptime"] == before["uptime"].get<std::int64_t>() + 10);
    before = after;
  }
}

TEST_CASE("statistics: a paused guest burns nothing and keeps its memory") {
  const Inventory inventory({3, 24, 7}, kNow);
  const Json row = guest_resource(inventory, inventory.guests.find(part::kPausedVm)->second, kNow);
  CHECK(row["cpu"] == 0);
  CHECK(row["mem"] > 0);
  CHECK(row["status"] == "running");
}

TEST_CASE("statistics: a node that is down says how large it is and nothing else") {
  Inventory inventory({3, 0, 7}, kNow);
  inventory.nodes[1].online = false;
  const Json node = node_resource(inventory, inventory.nodes[1], kNow);
  CHECK(node["status"] == "offline");
  CHECK(node["maxcpu"] > 0);
  for (const char* key : {"cpu", "mem", "disk", "uptime"}) CHECK_FALSE(node.contains(key));
}

TEST_CASE("statistics: local storages fill differently, a shared one is the same everywhere") {
  const Inventory inventory({3, 0, 7}, kNow);
  for (const auto& storage : inventory.storages) {
    CAPTURE(storage.name);
    const auto used = [&](std::size_t node) {
      return storage_used(inventory, storage, inventory.nodes[node]);
    };
    CHECK((used(0) == used(1) && used(1) == used(2)) == storage.shared);
    CHECK(used(0) < storage.total);
  }
}

TEST_CASE("statistics: load and memory hold for ten seconds, uptime moves on") {
  const Inventory inventory({3, 24, 7}, kNow);
  const GuestState& guest = inventory.guests.find(part::kRunningVm)->second;
  const Json first = guest_resource(inventory, guest, kNow);
  const Json last = guest_resource(inventory, guest, kNow + 9);
  const Json next = guest_resource(inventory, guest, kNow + 10);
  for (const char* key : {"cpu", "mem"}) {
    CHECK(last[key] == first[key]);
    CHECK(next[key] != first[key]);
  }
  CHECK(last["uptime"] == first["uptime"].get<std::int64_t>() + 9);
}

}  // namespace pmx::sim
