#include "mcp/server/memory_task_store.h"

#include <algorithm>

namespace pmx::mcp {
namespace {

Error no_task() { return Error{Code::kNotFound, "no such task", "it may have expired"}; }

}  // namespace

Result<void> MemoryTaskStore::add(const TaskRow& row, const TaskLimits& limits) {
  const std::lock_guard lock(mutex_);
  const auto own = std::count_if(rows_.begin(), rows_.end(), [&row](const auto& entry) {
    return entry.second.principal == row.principal;
  });
  if (rows_.size() >= limits.in_all || static_cast<std::size_t>(own) >= limits.per_principal) {
    return Error{Code::kResourceExhausted, "there are too many tasks", "wait until some expire"};
  }
  TaskRow& kept = rows_[row.id];
  kept = row;
  kept.number = ++last_number_;
  return {};
}

Result<TaskRow> MemoryTaskStore::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto slot = rows_.find(id);
  if (slot == rows_.end()) return no_task();
  return slot->second;
}

Result<TaskRow> MemoryTaskStore::change(std::string_view id,
                                        const std::function<bool(TaskRow&)>& edit) {
  const std::lock_guard lock(mutex_);
  const auto slot = rows_.find(id);
  if (slot == rows_.end()) return no_task();
  TaskRow changed = slot->second;
  if (edit(changed)) slot->second = changed;
  return slot->second;
}

Result<std::vector<TaskRow>> MemoryTaskStore::list(std::string_view principal, std::int64_t before,
                                                   std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<TaskRow> found;
  for (const auto& [id, row] : rows_) {
    if (row.principal == principal && row.number < before) found.push_back(row);
  }
  std::sort(found.begin(), found.end(),
            [](const TaskRow& a, const TaskRow& b) { return a.number > b.number; });
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<std::vector<TaskRow>> MemoryTaskStore::take_abandoned(
    const std::function<bool(const TaskRow&)>& ours) {
  const std::lock_guard lock(mutex_);
  std::vector<TaskRow> taken;
  for (auto& [id, row] : rows_) {
    if (row.status != TaskStatus::kWorking || row.held || !ours(row)) continue;
    row.held = true;
    taken.push_back(row);
  }
  return taken;
}

Result<std::vector<TaskRow>> MemoryTaskStore::remove_expired(SystemTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<TaskRow> unfinished;
  std::erase_if(rows_, [&](const auto& entry) {
    const bool expired = entry.second.expires <= now;
    if (expired && !entry.second.over()) unfinished.push_back(entry.second);
    return expired;
  });
  return unfinished;
}

}  // namespace pmx::mcp
