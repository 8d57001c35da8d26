// The server's tasks in the installation's database, so that they survive a restart and every
// process of the installation sees them. Thread-safe.
#pragma once

#include "mcp/server/task_store.h"
#include "state/task_store.h"

namespace pmx::app {

class DurableTasks final : public mcp::TaskStore {
 public:
  /// `database` outlives the store.
  explicit DurableTasks(state::Database& database) : store_(database) {}

  Result<void> add(const mcp::TaskRow& row, const mcp::TaskLimits& limits) override;
  Result<mcp::TaskRow> find(std::string_view id) override;
  Result<mcp::TaskRow> change(std::string_view id,
                              const std::function<bool(mcp::TaskRow&)>& edit) override;
  Result<std::vector<mcp::TaskRow>> list(std::string_view principal, std::int64_t before,
                                         std::size_t limit) override;
  Result<std::vector<mcp::TaskRow>> take_abandoned(
      const std::function<bool(const mcp::TaskRow&)>& ours) override;
  Result<std::vector<mcp::TaskRow>> remove_expired(SystemTime now) override;
  Result<std::int64_t> changes_elsewhere() override { return store_.changes_elsewhere(); }

 private:
  state::TaskStore store_;
};

}  // namespace pmx::app
