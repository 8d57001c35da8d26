#include "mcp/server/memory_task_store.h"

#include <doctest/doctest.h>

#include <limits>
#include <thread>

using namespace pmx;
using namespace pmx::mcp;

namespace {

SystemTime at(int millis) { return SystemTime(std::chrono::milliseconds(millis)); }

TaskRow row(std::string id, std::string principal = "alice") {
  TaskRow made;
  made.id = std::move(id);
  made.principal = std::move(principal);
  made.expires = at(1000);
  made.work.tool = "job";
  return made;
}

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

std::vector<std::string> ids(const Result<std::vector<TaskRow>>& rows) {
  REQUIRE(rows.ok());
  std::vector<std::string> found;
  for (const TaskRow& each : *rows) found.push_back(each.id);
  return found;
}

using Ids = std::vector<std::string>;

struct Bench {
  void add(const TaskRow& made) { REQUIRE(store.add(made, {}).ok()); }
  MemoryTaskStore store;
};

}  // namespace

TEST_CASE("memory tasks: a row is found as it was added, with a number of the store's") {
  Bench bench;
  TaskRow made = row("z");
  made.number = 77;
  made.status = TaskStatus::kInputRequired;
  made.held = true;
  made.work.data = {{"guest", 7}};
  bench.add(made);
  bench.add(row("a"));
  const auto first = bench.store.find("z");
  const auto second = bench.store.find("a");
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->number > 0);
  CHECK(first->number < second->number);
  CHECK(first->status == TaskStatus::kInputRequired);
  CHECK(first->held);
  CHECK(first->work.data == Json{{"guest", 7}});
  CHECK(bench.store.find("b").error().code == Code::kNotFound);
  CHECK(bench.store.find("").error().code == Code::kNotFound);
}

TEST_CASE("memory tasks: an edit is kept when it says so, and otherwise nothing of it") {
  Bench bench;
  bench.add(row("a"));
  const auto kept = bench.store.change("a", [](TaskRow& edited) {
    edited.work.message = "half way";
    return true;
  });
  CHECK(kept->work.message == "half way");
  const auto refused = bench.store.change("a", [](TaskRow& edited) {
    edited.work.message = "lost";
    return false;
  });
  CHECK(refused->work.message == "half way");
  CHECK(bench.store.find("a")->work.message == "half way");
  bool asked = false;
  const auto none = bench.store.change("b", [&](TaskRow&) { return asked = true; });
  CHECK(none.error().code == Code::kNotFound);
  CHECK_FALSE(asked);
}

TEST_CASE("memory tasks: a list has the principal's own, newest first, below a number") {
  Bench bench;
  for (const char* id : {"c", "a", "b"}) bench.add(row(id));
  bench.add(row("x", "bob"));
  CHECK(ids(bench.store.list("alice", kNewest, 9)) == Ids{"b", "a", "c"});
  CHECK(ids(bench.store.list("alice", kNewest, 2)) == Ids{"b", "a"});
  CHECK(ids(bench.store.list("alice", bench.store.find("a")->number, 9)) == Ids{"c"});
  CHECK(ids(bench.store.list("alice", 0, 9)).empty());
  CHECK(ids(bench.store.list("alice", kNewest, 0)).empty());
  CHECK(ids(bench.store.list("bob", kNewest, 9)) == Ids{"x"});
  CHECK(ids(bench.store.list("", kNewest, 9)).empty());
}

TEST_CASE("memory tasks: there is a limit for one and one for all, and what expires makes room") {
  MemoryTaskStore store;
  const TaskLimits limits{.per_principal = 2, .in_all = 3};
  CHECK(store.add(row("a"), limits).ok());
  CHECK(store.add(row("b"), limits).ok());
  CHECK(store.add(row("c"), limits).error().code == Code::kResourceExhausted);
  CHECK(store.find("c").error().code == Code::kNotFound);
  CHECK(store.add(row("c", "bob"), limits).ok());
  CHECK(store.add(row("d", "carol"), limits).error().code == Code::kResourceExhausted);
  REQUIRE(store
              .change("a",
                      [](TaskRow& edited) {
                        edited.expires = at(10);
                        edited.status =
                            TaskStatus::kCompleted;  // one that is over counts until it expires
                        return true;
                      })
              .ok());
  CHECK(store.add(row("d", "carol"), limits).error().code == Code::kResourceExhausted);
  CHECK(store.remove_expired(at(9)).ok());
  CHECK(store.find("a").ok());
  CHECK(store.remove_expired(at(10)).ok());
  CHECK_FALSE(store.find("a").ok());
  CHECK(store.add(row("d", "carol"), limits).ok());
  CHECK(store.add(row("e", "bob"), {.per_principal = 0, .in_all = 9}).error().code ==
        Code::kResourceExhausted);
}

TEST_CASE("memory tasks: what expires without being over is told, once") {
  Bench bench;
  for (const auto status : {TaskStatus::kWorking, TaskStatus::kInputRequired,
                            TaskStatus::kCompleted, TaskStatus::kFailed, TaskStatus::kCancelled}) {
    TaskRow made = row(std::string(task_status_name(status)));
    made.status = status;
    bench.add(made);
  }
  CHECK(ids(bench.store.remove_expired(at(999))).empty());
  CHECK(ids(bench.store.remove_expired(at(1000))) == Ids{"input_required", "working"});
  CHECK(ids(bench.store.remove_expired(at(1000))).empty());
}

TEST_CASE("memory tasks: numbers are not used again") {
  Bench bench;
  bench.add(row("a"));
  const std::int64_t before = bench.store.find("a")->number;
  REQUIRE(bench.store.remove_expired(at(1000)).ok());
  bench.add(row("a"));
  CHECK(bench.store.find("a")->number > before);
}

TEST_CASE("memory tasks: only working rows that nobody holds are taken, if they are ours, once") {
  Bench bench;
  for (const auto status : {TaskStatus::kWorking, TaskStatus::kInputRequired,
                            TaskStatus::kCompleted, TaskStatus::kFailed, TaskStatus::kCancelled}) {
    TaskRow made = row(std::string(task_status_name(status)));
    made.status = status;
    bench.add(made);
  }
  TaskRow held = row("held");
  held.held = true;
  bench.add(held);
  bench.add(row("bob's", "bob"));
  const auto ours = [](const TaskRow& each) { return each.principal == "alice"; };
  const auto taken = bench.store.take_abandoned(ours);
  CHECK(ids(taken) == Ids{"working"});
  CHECK((*taken)[0].held);
  CHECK(bench.store.find("working")->held);
  CHECK_FALSE(bench.store.find("bob's")->held);
  CHECK(ids(bench.store.take_abandoned(ours)).empty());
}

TEST_CASE("memory tasks: edits of many threads are all there") {
  Bench bench;
  bench.add(row("a"));
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < 4; ++n) {
      threads.emplace_back([&] {
        for (int turn = 0; turn < 100; ++turn) {
          static_cast<void>(bench.store.change("a", [](TaskRow& edited) {
            ++edited.work.observation;
            return true;
          }));
        }
      });
    }
  }
  CHECK(bench.store.find("a")->work.observation == 400);
  CHECK(*bench.store.changes_elsewhere() == 0);  // nobody else has it
}
