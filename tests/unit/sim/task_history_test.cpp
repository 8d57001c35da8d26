// The past that a simulated cluster begins with.
#include <doctest/doctest.h>

#include <set>

#include "sim/call.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000'000;

}  // namespace

TEST_CASE("task history: it is over when the simulation starts, and changed nothing") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const Inventory before({3, 24, seed}, kNow / 1000);
    const State state({3, 24, seed}, kNow);
    const Tasks& tasks = state.tasks;
    std::set<std::string> upids;
    for (const Task& task : tasks.all()) {
      CHECK(task.finished);
      CHECK(task.end() <= kNow);
      upids.insert(task.upid);
    }
    CHECK(upids.size() == tasks.all().size());
    for (const auto& [vmid, guest] : state.inventory.guests) {
      const GuestState& was = before.guests.find(vmid)->second;
      CHECK(guest.power == was.power);
      CHECK(guest.since == was.since);
    }
  }
}

TEST_CASE("task history: every node was backed up last night, and the first one's backup failed") {
  const State state({3, 24, 7}, kNow);
  const Inventory& inventory = state.inventory;
  const Tasks& tasks = state.tasks;
  for (std::size_t node = 0; node < inventory.nodes.size(); ++node) {
    const Task* backup = nullptr;
    for (const Task& task : tasks.all())
      if (task.plan.type == "vzdump" && task.node == inventory.nodes[node].name) backup = &task;
    REQUIRE(backup != nullptr);
    CHECK(backup->plan.exit == (node == 0 ? "job errors" : "OK"));
    const auto log = Tasks::log(*backup, kNow);
    CHECK(log.back() == (node == 0 ? "TASK ERROR: job errors" : "TASK OK"));
    std::string text;
    for (const auto& line : log) text += line + "\n";
    CHECK((text.find(":8007 timed out") != std::string::npos) == (node == 0));
  }
}

TEST_CASE("task history: an empty cluster has one too") {
  CHECK(State({1, 0, 7}, kNow).tasks.all().size() == 1);
}

}  // namespace pmx::sim
