// The work of a task: from the call that put it off, over the questions it asks, to its end. Each
// step is stored before anyone hears of it. Thread-safe.
#pragma once

#include <functional>
#include <optional>

#include "mcp/server/call.h"
#include "mcp/server/core.h"
#include "mcp/server/task_store.h"

namespace pmx::mcp {

/// A call that is to become a task.
struct TaskSeed {
  const Call& call;
  const Context& ctx;  ///< with the tool's name
  std::int64_t observation = 0;
};

/// Stores the rest of a call as a task and queues its work; the task ends the observation.
Result<TaskRow> open_task(const Core& core, const TaskSeed& seed, const Deferred& deferred);

/// Stores what a call came to as a task that has ended already. The caller ends the observation.
Result<TaskRow> open_finished_task(const Core& core, const TaskSeed& seed,
                                   const Result<ToolReply>& reply);

/// Takes the client's answers to what a task asks, by the keys on the wire. Others are ignored;
/// when none is missing any more, the work goes on. kNotFound, also for another principal's task.
Result<TaskRow> answer_task(const Core& core, const Context& ctx, std::string_view id,
                            const Answers& answers);

/// Ends a task unless it has ended. The row as it is then.
Result<TaskRow> cancel_task_of(const Core& core, const Context& ctx, std::string_view id);

/// The principal's task; kNotFound for any other. Work that was abandoned is taken up again.
Result<TaskRow> find_task(const Core& core, const Context& ctx, std::string_view id);

/// Whether this server offers the tool that the task's work goes on with.
bool can_resume(const Core& core, const TaskRow& row);

/// Removes the tasks that have expired; the call of one that nobody worked on any more ends with
/// it. Who works on one tells of its end by itself.
Result<void> remove_expired_tasks(const Core& core);

/// Queues and starts the abandoned tasks that are `ours` and can go on here; the rest is left to
/// other servers of the store until it expires. How many there are.
std::size_t resume_tasks(const Core& core, const std::function<bool(const TaskRow&)>& ours);

}  // namespace pmx::mcp
