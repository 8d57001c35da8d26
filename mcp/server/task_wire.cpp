#include "mcp/server/task_wire.h"
#include "mcp/server/rounds.h"

#include "base/fields.h"
#include "mcp/protocol/projection.h"
#include "mcp/server/tool_result.h"

namespace pmx::mcp {
namespace {

std::int64_t life_ms(const TaskRow& row) { return (row.expires - row.created).count(); }

/// 2025-11-25 calls a task failed when its tool reports a failure.
TaskStatus shown_status(const TaskRow& row, Version version) {
  const bool failed = row.work.output && row.work.output->failed;
  return failed && !features_of(version).modern ? TaskStatus::kFailed : row.status;
}

bool declares_tasks(const Call& call) {
  const Json* extensions =
      call.capabilities == nullptr ? nullptr : find_member(*call.capabilities, "extensions");
  const Json* tasks = extensions == nullptr ? nullptr : find_member(*extensions, kTasksExtension);
  return tasks != nullptr && tasks->is_object();
}

}  // namespace

TaskWish task_wish(const Call& call) {
  const Features& features = features_of(call.version);
  if (features.modern) return declares_tasks(call) ? TaskWish::kMay : TaskWish::kNone;
  const Json* task = features.tasks ? find_member(call.params, "task") : nullptr;
  return task != nullptr && task->is_object() ? TaskWish::kMust : TaskWish::kNone;
}

RpcError missing_tasks() {
  Json data;
  data["requiredCapabilities"]["extensions"][kTasksExtension] = Json::object();
  return RpcError{kMissingCapability, "Missing required client capability: tasks", std::move(data),
                  true};
}

std::optional<RpcError> refuse_undeclared(const Call& call) {
  if (!features_of(call.version).modern || declares_tasks(call)) return std::nullopt;
  return missing_tasks();
}

Json listed_tool(const Tool& tool) {
  Json definition = tool.definition;
  if (tool.resume && !definition.contains("execution")) {
    definition["execution"] = {{"taskSupport", "optional"}};
  }
  return definition;
}

bool tasks_only(const Tool& tool) {
  const Json* execution = find_member(tool.definition, "execution");
  return execution != nullptr && string_member(*execution, "taskSupport") == "required";
}

void add_task_capabilities(Version version, Json& capabilities) {
  const Features& features = features_of(version);
  if (features.modern) {
    capabilities["extensions"][kTasksExtension] = Json::object();
  } else if (features.tasks) {
    Json& tasks = capabilities["tasks"];
    tasks["list"] = Json::object();
    tasks["cancel"] = Json::object();
    tasks["requests"]["tools"]["call"] = Json::object();
  }
}

Json related_task(const Json& id) {
  Json result;
  result["_meta"]["io.modelcontextprotocol/related-task"]["taskId"] = id;
  return result;
}

Json plain_task(const TaskRow& row, Version version, Json& verbatim) {
  const bool modern = features_of(version).modern;
  verbatim["taskId"] = row.id;
  Json task{{"status", task_status_name(shown_status(row, version))},
            {"createdAt", format_time(row.created)},
            {"lastUpdatedAt", format_time(row.updated)},
            {modern ? "ttlMs" : "ttl", life_ms(row)},
            {modern ? "pollIntervalMs" : "pollInterval", row.work.poll_ms}};
  if (!row.work.message.empty()) task["statusMessage"] = row.work.message;
  return task;
}

Answer created_task(const Core& core, const TaskRow& row, Version version) {
  Json verbatim = Json::object();
  Json task = plain_task(row, version, verbatim);
  Answer answer{Json::object()};
  if (features_of(version).modern) {
    answer.result = std::move(task);
    answer.result["resultType"] = "task";
    if (core.options.content_in_created_task) answer.result["content"] = Json::array();
    answer.verbatim = std::move(verbatim);
    return answer;
  }
  // Nested, so it cannot be half verbatim; the message follows with tasks/get.
  task.erase("statusMessage");
  task.update(verbatim);
  answer.verbatim = {{"task", std::move(task)}};
  return answer;
}

Json task_output(const Core& core, const Context& ctx, const TaskRow& row, Version version) {
  const CompiledTool* tool = core.find_tool(row.work.tool);
  return wire_result(ctx, tool, row.work.output.value_or(ToolOutput{}), version);
}

Json detailed_task(const Core& core, const Context& ctx, const TaskRow& row, Json& verbatim) {
  Json task = plain_task(row, kModern, verbatim);
  switch (row.status) {
    case TaskStatus::kInputRequired:
      for (const auto& [key, request] : row.work.asked)
        task["inputRequests"][key] = {{"method", request.method}, {"params", wire_params(request)}};
      break;
    case TaskStatus::kCompleted: task["result"] = task_output(core, ctx, row, kModern); break;
    case TaskStatus::kFailed:
      task["error"] = encode(row.work.error.value_or(ProtocolError{}));
      break;
    case TaskStatus::kWorking:
    case TaskStatus::kCancelled: break;
  }
  return task;
}

}  // namespace pmx::mcp
