// Worker tasks: what a UPID stands for. A task is planned when it is forked: its log, its end and
// its effect are known, and advance() lets them happen as the clock moves. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/access.h"
#include "sim/inventory.h"

namespace pmx::sim {

class Lacks;
struct State;
struct Task;

/// What a task does to the cluster at the moment it ends.
using Effect = std::function<void(State&, const Task&)>;

/// A line of a task's log and when it appears.
struct TaskLine {
  std::int64_t at = 0;  ///< milliseconds after the start
  std::string text;
};

/// A task to fork.
struct TaskPlan {
  std::string type;  ///< qmstart
  std::string id;    ///< "101"; may be empty
  std::vector<TaskLine> lines;
  std::int64_t duration = 40;  ///< milliseconds
  std::string exit = "OK";     ///< OK, "WARNINGS: 1" or the error's text
  Effect effect;               ///< of an end that is no error; may be empty
  Effect undo;                 ///< what an error, or being stopped, leaves behind; may be empty
};

/// A task that was forked, running until end() has passed or somebody stopped it.
struct Task {
  std::string upid;
  std::string node;
  std::string user;  ///< with "!token"
  TaskPlan plan;
  std::uint32_t pid = 0;
  std::uint64_t pstart = 0;
  std::int64_t start = 0;         ///< milliseconds since the epoch
  std::int64_t clock_offset = 0;  ///< seconds that its node's clock was ahead, by which it is told
  bool finished = false;

  [[nodiscard]] std::int64_t end() const { return start + plan.duration; }
};

/// The task index of the whole cluster, the last thousand; running ones are never dropped.
class Tasks {
 public:
  /// `lacks` says what workers cannot do on these nodes, and outlives the tasks; may be null.
  explicit Tasks(const Lacks* lacks = nullptr) : lacks_(lacks) {}

  /// Forks `plan` on `node` as `caller`, at `now` (milliseconds); its UPID.
  const std::string& fork(const NodeState& node, const Caller& caller, TaskPlan plan,
                          std::int64_t now);

  /// Ends every task that is due at `now`, in order, and applies its effect to `state`, whose tasks
  /// these are.
  void advance(State& state, std::int64_t now);

  /// Ends a running task as "unexpected status", PVE's word for killed; its effect does not happen.
  void stop(State& state, const std::string& upid, std::int64_t now);

  /// Takes finished tasks out of the index, as if they had never been.
  void forget(const std::function<bool(const Task&)>& which) {
    std::erase_if(tasks_, [&](const Task& task) { return task.finished && which(task); });
  }

  [[nodiscard]] const Task* find(std::string_view upid) const;

  /// All tasks, the youngest first.
  [[nodiscard]] const std::deque<Task>& all() const { return tasks_; }

  /// The member set of GET .../tasks/{upid}/status.
  static Json status(const Task& task);
  /// One entry of a task list: the result sits in `status`.
  static Json entry(const Task& task);
  /// The log as of `now`, "TASK OK" or "TASK ERROR: ..." last.
  static std::vector<std::string> log(const Task& task, std::int64_t now);

 private:
  static void finish(State& state, Task& task);
  /// Makes room for one more, as PVE's index does; running tasks stay.
  void forget_old();

  const Lacks* lacks_;
  std::deque<Task> tasks_;
  std::uint32_t next_pid_ = 4211;
};

/// Last night's backups, one of them failed, and a few starts by the cluster's users.
void seed_tasks(State& state, std::int64_t now);

/// The name of a task, made of its other members.
std::string upid_text(const Task& task);

}  // namespace pmx::sim
