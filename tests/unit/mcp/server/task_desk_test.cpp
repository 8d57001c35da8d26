#include "mcp/server/task_desk.h"

#include "mcp/server/memory_task_store.h"
#include "tests/unit/base/log_file.h"

using namespace pmx;
using namespace pmx::mcp;

namespace {

/// A store of which one row, and the number of changes, cannot be read while it is `broken`.
class BreakingStore final : public TaskStore {
 public:
  Result<void> add(const TaskRow& row, const TaskLimits& limits) override {
    return inner.add(row, limits);
  }
  Result<TaskRow> find(std::string_view id) override {
    if (broken && id == "task-a") return fault();
    return inner.find(id);
  }
  Result<TaskRow> change(std::string_view id, const std::function<bool(TaskRow&)>& edit) override {
    return inner.change(id, edit);
  }
  Result<std::vector<TaskRow>> list(std::string_view principal, std::int64_t before,
                                    std::size_t limit) override {
    return inner.list(principal, before, limit);
  }
  Result<std::vector<TaskRow>> take_abandoned(
      const std::function<bool(const TaskRow&)>& ours) override {
    return inner.take_abandoned(ours);
  }
  Result<std::vector<TaskRow>> remove_expired(SystemTime now) override {
    return inner.remove_expired(now);
  }
  Result<std::int64_t> changes_elsewhere() override {
    if (broken) return fault();
    return inner.changes_elsewhere();
  }

  MemoryTaskStore inner;
  bool broken = false;

 private:
  static Error fault() { return {Code::kUnavailable, "disk on fire", ""}; }
};

TaskRow working(const char* id) {
  TaskRow row;
  row.id = id;
  row.held = true;
  return row;
}

}  // namespace

TEST_CASE("task desk: a store that cannot be read is complained of once, and so is its recovery") {
  const testing::LogFile log;
  log::set_redactor([](std::string_view line) { return std::string(line); });
  BreakingStore store;
  REQUIRE(store.add(working("task-a"), {}).ok());
  REQUIRE(store.add(working("task-b"), {}).ok());
  TaskDesk desk(store, 1);
  int woken = 0;
  for (const char* id : {"task-a", "task-b"}) desk.wait(id, {}, [&woken] { ++woken; });
  store.broken = true;
  REQUIRE(store.change("task-b", [](TaskRow& row) { return !(row.held = false); }).ok());
  for (int second = 0; second < 3; ++second) {
    desk.look();
    CHECK_FALSE(desk.changed_elsewhere());
  }
  CHECK(woken == 1);  // the one that cannot be read does not hide the other
  CHECK(log.count("task.unreadable") == 2);
  CHECK(log.count("what=rows") == 1);
  CHECK(log.count("what=changes") == 1);
  store.broken = false;
  for (int second = 0; second < 3; ++second) {
    desk.look();
    desk.changed_elsewhere();
  }
  CHECK(log.count("task.readable_again") == 2);
  CHECK(woken == 1);
}
