// How tasks appear on the wire, in both forms: the extension of 2026-07-28 and the experimental
// part of 2025-11-25. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "mcp/server/call.h"
#include "mcp/server/core.h"
#include "mcp/server/task_store.h"

namespace pmx::mcp {

inline constexpr const char* kTasksExtension = "io.modelcontextprotocol/tasks";

/// Whether a tools/call may be answered by a task.
enum class TaskWish {
  kNone,  ///< no: the client did not declare tasks
  kMay,   ///< if we like (2026-07-28)
  kMust,  ///< the call asks for it (2025-11-25)
};

TaskWish task_wish(const Call& call);

/// -32021 for a client of 2026-07-28 that did not declare the extension with this very request.
std::optional<RpcError> refuse_undeclared(const Call& call);
RpcError missing_tasks();

/// The tools/list entry with execution.taskSupport (2025-11-25; projection drops it elsewhere). A
/// definition that has `execution` itself keeps it.
Json listed_tool(const Tool& tool);

/// Whether the definition says taskSupport "required".
bool tasks_only(const Tool& tool);

/// Adds what a server says of tasks to ServerCapabilities.
void add_task_capabilities(Version version, Json& capabilities);

/// {_meta: {".../related-task": {taskId}}}: what belongs to a task (2025-11-25).
Json related_task(const Json& id);

/// The answer to a tools/call that became a task.
Answer created_task(const Core& core, const TaskRow& row, Version version);

/// A task without what it asks or came to; `verbatim` gets the members that bypass the scrubber.
Json plain_task(const TaskRow& row, Version version, Json& verbatim);

/// DetailedTask of 2026-07-28: with inputRequests, result or error. Also the params of
/// notifications/tasks.
Json detailed_task(const Core& core, const Context& ctx, const TaskRow& row, Json& verbatim);

/// The CallToolResult of a completed task.
Json task_output(const Core& core, const Context& ctx, const TaskRow& row, Version version);

}  // namespace pmx::mcp
