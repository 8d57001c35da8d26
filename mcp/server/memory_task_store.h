// MemoryTaskStore: tasks that live as long as the process. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "mcp/server/task_store.h"

namespace pmx::mcp {

class MemoryTaskStore final : public TaskStore {
 public:
  Result<void> add(const TaskRow& row, const TaskLimits& limits) override;
  Result<TaskRow> find(std::string_view id) override;
  Result<TaskRow> change(std::string_view id, const std::function<bool(TaskRow&)>& edit) override;
  Result<std::vector<TaskRow>> list(std::string_view principal, std::int64_t before,
                                    std::size_t limit) override;
  Result<std::vector<TaskRow>> take_abandoned(
      const std::function<bool(const TaskRow&)>& ours) override;
  Result<std::vector<TaskRow>> remove_expired(SystemTime now) override;
  Result<std::int64_t> changes_elsewhere() override { return 0; }

 private:
  std::mutex mutex_;
  std::int64_t last_number_ = 0;
  std::map<std::string, TaskRow, std::less<>> rows_;  // by id
};

}  // namespace pmx::mcp
