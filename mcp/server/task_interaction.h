// TaskInteraction: a handler's Interaction inside a task, for one round. There is no stream to the
// client: progress becomes the task's status message, log messages go nowhere. Thread-safe.
#pragma once

#include <mutex>
#include <optional>

#include "mcp/server/core.h"
#include "mcp/server/interaction.h"
#include "mcp/server/task_store.h"

namespace pmx::mcp {

class TaskInteraction final : public Interaction {
 public:
  /// All references outlive the interaction.
  TaskInteraction(const Core& core, const Context& ctx, const TaskRow& row);

  /// Stores a message as the status message, at most one a second.
  void report(double done, double total, std::string_view message) override;
  void log(LogLevel, std::string_view, const Json&) override {}
  [[nodiscard]] const Json* answer(std::string_view key) const override;
  [[nodiscard]] const Json& state() const override { return row_.work.state; }
  [[nodiscard]] bool client_can(std::string_view capability) const override;
  void poll_later(std::chrono::milliseconds) override {}
  Result<std::optional<Json>> elicited(std::string_view key, const Json& schema) override;

 private:
  const Core& core_;
  const Context& ctx_;
  const TaskRow& row_;
  std::mutex mutex_;
  std::optional<SteadyTime> last_stored_;
};

}  // namespace pmx::mcp
