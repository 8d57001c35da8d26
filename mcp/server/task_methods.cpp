// tasks/get, tasks/update, tasks/cancel, tasks/result, tasks/list.
#include <limits>

#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/task_wire.h"
#include "mcp/server/task_work.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kPage = 50;

Answer unknown_task() { return invalid_params("unknown task"); }

/// A store that cannot be read is our fault; all else is a task that the caller cannot have.
Answer refusal(const Error& error) {
  return error.code == Code::kNotFound ? unknown_task() : Answer(to_rpc_error(error));
}

std::string_view task_id(const Call& call) { return string_member(call.params, "taskId"); }

/// The task as tasks/get and tasks/cancel show it before 2026-07-28.
Answer legacy_answer(const TaskRow& row, Version version) {
  Json verbatim = Json::object();
  Answer answer(plain_task(row, version, verbatim));
  answer.verbatim = std::move(verbatim);
  return answer;
}

/// The end of a task as the answer to tasks/result.
Answer payload(const Core& core, const Call& call, const TaskRow& row) {
  if (row.status == TaskStatus::kCancelled) return invalid_params("the task was cancelled");
  if (row.work.error) return RpcError{row.work.error->code, row.work.error->message, nullptr};
  Answer answer(task_output(core, call.ctx, row, call.version));
  answer.verbatim = related_task(row.id);
  return answer;
}

/// Where the next page begins; nothing for a cursor that is not ours.
std::optional<std::int64_t> page_start(const Core& core, const Call& call,
                                       const StateScope& scope) {
  const Json* cursor = find_member(call.params, "cursor");
  if (cursor == nullptr) return std::numeric_limits<std::int64_t>::max();
  const auto* text = cursor->get_ptr<const std::string*>();
  const auto opened = core.states.open(scope, text == nullptr ? "" : *text, /*once=*/false);
  if (!opened.ok() || !opened->is_number_integer()) return std::nullopt;
  return opened->get<std::int64_t>();
}

}  // namespace

Answer get_task(const Core& core, const Call& call) {
  if (auto refused = refuse_undeclared(call)) return *std::move(refused);
  const auto row = find_task(core, call.ctx, task_id(call));
  if (!row.ok()) return refusal(row.error());
  if (!features_of(call.version).modern) return legacy_answer(*row, call.version);
  Json verbatim = Json::object();
  Answer answer(detailed_task(core, call.ctx, *row, verbatim));
  answer.verbatim = std::move(verbatim);
  return answer;
}

Answer update_task(const Core& core, const Call& call) {
  if (auto refused = refuse_undeclared(call)) return *std::move(refused);
  const Json* responses = find_member(call.params, "inputResponses");
  if (responses == nullptr || !responses->is_object()) {
    return invalid_params("inputResponses must be an object");
  }
  const auto row = answer_task(core, call.ctx, task_id(call), call.answers);
  if (!row.ok()) return refusal(row.error());
  return Json::object();
}

Answer cancel_task(const Core& core, const Call& call) {
  if (auto refused = refuse_undeclared(call)) return *std::move(refused);
  const bool modern = features_of(call.version).modern;
  const auto before = find_task(core, call.ctx, task_id(call));
  if (!before.ok()) return refusal(before.error());
  if (!modern && before->over()) return invalid_params("the task has ended already");
  const auto row = cancel_task_of(core, call.ctx, task_id(call));
  if (!row.ok()) return refusal(row.error());
  return modern ? Answer(Json::object()) : legacy_answer(*row, call.version);
}

Answer task_result(const Core& core, const Call& call) {
  auto row = answer_task(core, call.ctx, task_id(call), call.answers);
  if (!row.ok()) return refusal(row.error());
  if (row->over()) return payload(core, call, *row);
  if (row->status == TaskStatus::kInputRequired) {
    InputRequired ask;
    for (const auto& [key, request] : row->work.asked) ask.requests[key] = request;
    return ask;
  }
  if (core.tasks->closing()) {
    return to_rpc_error({Code::kUnavailable, "the server is stopping", "ask again later"});
  }
  if (!row->held && !can_resume(core, *row)) {
    return to_rpc_error({Code::kUnavailable, "nobody who works on this task is there",
                         "ask again later, or cancel the task"});
  }
  return Answer::after_task(row->id);
}

Answer list_tasks(const Core& core, const Call& call) {
  static const Json kNoParams = Json::object();
  const StateScope scope{call.ctx.principal, "tasks/list", kNoParams};
  const auto before = page_start(core, call, scope);
  if (!before) return invalid_params("invalid cursor");
  const auto cleaned = remove_expired_tasks(core);
  if (!cleaned.ok()) return to_rpc_error(cleaned.error());
  auto rows = core.tasks->store().list(call.ctx.principal, *before, kPage + 1);
  if (!rows.ok()) return to_rpc_error(rows.error());
  const bool more = rows->size() > kPage;
  if (more) rows->pop_back();
  Answer answer{Json::object()};
  Json tasks = Json::array();
  for (const TaskRow& row : *rows) {
    Json id = Json::object();
    Json task = plain_task(row, call.version, id);
    task.erase("statusMessage");  // nested: all of it bypasses the scrubber
    task.update(id);
    tasks.push_back(std::move(task));
  }
  answer.verbatim = {{"tasks", std::move(tasks)}};
  if (more) {
    answer.verbatim["nextCursor"] =
        core.states.seal(scope, rows->back().number, std::chrono::hours(1));
  }
  return answer;
}

}  // namespace pmx::mcp
