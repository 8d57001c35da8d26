#include "mcp/server/task_interaction.h"

#include "base/log.h"
#include "mcp/server/call.h"
#include "mcp/server/call_interaction.h"

namespace pmx::mcp {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

TaskInteraction::TaskInteraction(const Core& core, const Context& ctx, const TaskRow& row)
    : core_(core), ctx_(ctx), row_(row) {}

void TaskInteraction::report(double, double, std::string_view message) {
  if (message.empty() || ctx_.stop.stop_requested()) return;
  const std::lock_guard lock(mutex_);
  const SteadyTime now = core_.clock.steady();
  if (last_stored_ && now - *last_stored_ < kInterval) return;
  last_stored_ = now;
  const auto row = core_.tasks->store().change(row_.id, [&](TaskRow& stored) {
    if (stored.status != TaskStatus::kWorking) return false;
    stored.work.message = message;
    stored.updated = core_.clock.now();
    return true;
  });
  if (!row.ok()) return log::warn(ctx_, "task.not_stored", {{"why", row.error().message}});
  core_.tasks->changed(*row);
}

const Json* TaskInteraction::answer(std::string_view key) const {
  const auto slot = row_.work.answers.find(std::string(key));
  return slot == row_.work.answers.end() || !slot->second.is_object() ? nullptr : &slot->second;
}

bool TaskInteraction::client_can(std::string_view capability) const {
  return mcp::client_can(&row_.work.capabilities, capability);
}

Result<std::optional<Json>> TaskInteraction::elicited(std::string_view key, const Json& schema) {
  return accepted_content(core_, ctx_, answer(key), schema);
}

}  // namespace pmx::mcp
