#include "sim/tasks.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "sim/lacks.h"

namespace pmx::sim {
namespace {

constexpr std::size_t kKept = 1000;  ///< PVE's task index keeps about as many per node

std::string hex8(std::uint64_t value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%08llX", static_cast<unsigned long long>(value));
  return text.data();
}

void add_user(Json& out, const std::string& user) {
  const auto bang = user.find('!');
  out["user"] = user.substr(0, bang);
  if (bang != std::string::npos) out["tokenid"] = user.substr(bang + 1);
}

Json base(const Task& task) {
  Json out{{"upid", task.upid},
           {"node", task.node},
           {"pid", task.pid},
           {"pstart", task.pstart},
           {"type", task.plan.type},
           {"id", task.plan.id},
           {"starttime", task.start / 1000 + task.clock_offset}};
  add_user(out, task.user);
  return out;
}

}  // namespace

std::string upid_text(const Task& task) {
  return "UPID:" + task.node + ":" + hex8(task.pid) + ":" + hex8(task.pstart) + ":" +
         hex8(static_cast<std::uint64_t>(task.start / 1000 + task.clock_offset)) + ":" +
         task.plan.type + ":" + task.plan.id + ":" + task.user + ":";
}

const std::string& Tasks::fork(const NodeState& node, const Caller& caller, TaskPlan plan,
                               std::int64_t now) {
  forget_old();
  if (lacks_ != nullptr) lacks_->spoil(plan);
  Task task;
  task.node = node.name;
  task.user = caller.full();
  task.plan = std::move(plan);
  task.pid = next_pid_;
  next_pid_ += 7;
  task.start = now;
  task.clock_offset = node.clock_offset;
  task.pstart = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now / 10 - node.booted * 100));
  task.upid = upid_text(task);
  const auto place = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const Task& other) { return other.start <= task.start; });
  const auto at = tasks_.insert(place, std::move(task));
  return at->upid;
}

void Tasks::forget_old() {
  if (tasks_.size() < kKept) return;
  const auto oldest =
      std::find_if(tasks_.rbegin(), tasks_.rend(), [](const Task& task) { return task.finished; });
  if (oldest != tasks_.rend()) tasks_.erase(std::next(oldest).base());
}

void Tasks::advance(State& state, std::int64_t now) {
  for (;;) {
    Task* due = nullptr;
    for (auto& task : tasks_)
      if (!task.finished && task.end() <= now && (due == nullptr || task.end() < due->end()))
        due = &task;
    if (due == nullptr) return;
    finish(state, *due);
  }
}

void Tasks::finish(State& state, Task& task) {
  task.finished = true;
  const bool good = task.plan.exit == "OK" || task.plan.exit.starts_with("WARNINGS");
  const Effect effect = std::move(good ? task.plan.effect : task.plan.undo);
  task.plan.effect = task.plan.undo = nullptr;
  const Task done = task;  // an effect may fork, which moves the tasks
  if (effect) effect(state, done);
}

void Tasks::stop(State& state, const std::string& upid, std::int64_t now) {
  const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const Task& task) { return task.upid == upid; });
  if (found == tasks_.end() || found->finished) return;
  found->plan.duration = now - found->start;
  found->plan.exit = "unexpected status";
  finish(state, *found);
}

const Task* Tasks::find(std::string_view upid) const {
  const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const Task& task) { return task.upid == upid; });
  return found == tasks_.end() ? nullptr : &*found;
}

Json Tasks::status(const Task& task) {
  Json out = base(task);
  out["status"] = task.finished ? "stopped" : "running";
  if (task.finished) out["exitstatus"] = task.plan.exit;
  return out;
}

Json Tasks::entry(const Task& task) {
  Json out = base(task);
  if (task.finished) {
    out["endtime"] = task.end() / 1000 + task.clock_offset;
    out["status"] = task.plan.exit;
  }
  return out;
}

std::vector<std::string> Tasks::log(const Task& task, std::int64_t now) {
  std::vector<std::string> out;
  for (const auto& line : task.plan.lines)
    if (task.start + line.at <= now) out.push_back(line.text);
  if (!task.finished || task.plan.exit == "unexpected status") return out;
  const bool good = task.plan.exit == "OK";
  const bool warned = task.plan.exit.starts_with("WARNINGS");
  out.push_back(good ? "TASK OK" : (warned ? "TASK " : "TASK ERROR: ") + task.plan.exit);
  return out;
}

}  // namespace pmx::sim
