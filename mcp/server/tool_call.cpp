#include "mcp/protocol/projection.h"
#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"
#include "mcp/server/subscriptions.h"
#include "mcp/server/task_wire.h"
#include "mcp/server/task_work.h"
#include "mcp/server/tool_result.h"

namespace pmx::mcp {
namespace {

/// A call that does not reach its handler: something to read for the model, but an error for a call
/// that can only be answered by a task.
Answer refused(const Call& call, const Error& error) {
  if (task_wish(call) == TaskWish::kMust) return to_rpc_error(error);
  return make_tool_error(error_text(error));
}

/// One observed run of a tool: at once, or to where the rest of it becomes a task.
class ToolRun {
 public:
  /// All references outlive the run; `ctx` names the tool.
  ToolRun(const Core& core, const Call& call, const Context& ctx, const CompiledTool& tool)
      : core_(core), call_(call), ctx_(ctx), tool_(tool), wish_(task_wish(call)) {}

  Answer answer(const Json& arguments, Interaction& interaction);

 private:
  /// The answer when `deferred` ends the request; nothing when it is to be gone on with at once.
  std::optional<Answer> put_off(const Deferred& deferred);
  Answer conclude(Result<ToolReply> reply);
  Answer shown(Result<ToolReply> reply);
  [[nodiscard]] TaskSeed seed() const { return {call_, ctx_, token_}; }

  const Core& core_;
  const Call& call_;
  const Context& ctx_;
  const CompiledTool& tool_;
  const TaskWish wish_;
  std::int64_t token_ = 0;
  SteadyTime begin_;
};

Answer ToolRun::answer(const Json& arguments, Interaction& interaction) {
  const Observed what{tool_.tool->name(), arguments, !tool_.tool->read_only()};
  const auto token = begin_observed(core_, ctx_, what);
  if (!token.ok()) return refused(call_, token.error());
  token_ = *token;
  begin_ = core_.clock.steady();
  auto reply = walled(ctx_, [&] { return tool_.tool->run(ctx_, arguments, interaction); });
  if (const auto* deferred = reply.ok() ? std::get_if<Deferred>(&*reply) : nullptr) {
    if (auto put = put_off(*deferred)) return *std::move(put);
    const Json data = deferred->data;
    reply = walled(ctx_, [&] { return tool_.tool->resume(ctx_, data, interaction); });
  }
  return conclude(std::move(reply));
}

std::optional<Answer> ToolRun::put_off(const Deferred& deferred) {
  if (!tool_.tool->resume) {
    return conclude(Error{Code::kInternal, "the tool cannot go on", "report this as a bug"});
  }
  if (wish_ != TaskWish::kNone && !ctx_.stop.stop_requested()) {
    auto row = open_task(core_, seed(), deferred);  // ends the observation
    if (row.ok()) {
      Answer answer = created_task(core_, *row, call_.version);
      // News of a task follow the answer that names it.
      answer.then = [&core = core_, &call = call_, id = row->id] { announce_task(core, call, id); };
      return answer;
    }
    log::warn(ctx_, "task.not_opened", {{"why", row.error().message}});
    if (deferred.required || wish_ == TaskWish::kMust) return conclude(row.error());
    return std::nullopt;
  }
  if (!deferred.required) return std::nullopt;
  const Error needs_tasks{Code::kFailedPrecondition,
                          "this tool works as a task only, and the client did not ask for one",
                          "use a client that supports tasks"};
  Answer told = conclude(needs_tasks);
  return features_of(call_.version).modern ? Answer(missing_tasks()) : told;
}

Answer ToolRun::conclude(Result<ToolReply> reply) {
  CallOutcome outcome = judge(ctx_, tool_, reply);
  outcome.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(core_.clock.steady() - begin_);
  const auto told = end_observed(core_, ctx_, token_, outcome);
  if (!told.ok()) reply = told.error();
  return shown(std::move(reply));
}

Answer ToolRun::shown(Result<ToolReply> reply) {
  if (auto* ask = reply.ok() ? std::get_if<InputRequired>(&*reply) : nullptr) {
    return std::move(*ask);
  }
  if (wish_ == TaskWish::kMust) {  // it asked for a task, and gets one that has ended
    const auto row = open_finished_task(core_, seed(), reply);
    return row.ok() ? created_task(core_, *row, call_.version) : Answer(to_rpc_error(row.error()));
  }
  if (!reply.ok()) return make_tool_error(error_text(reply.error()));
  if (const auto* error = std::get_if<ProtocolError>(&*reply)) {
    return RpcError{error->code, error->message, nullptr};
  }
  // judge() has checked it against the output schema.
  return wire_result(ctx_, nullptr, std::get<ToolOutput>(*std::move(reply)), call_.version);
}

/// A call that never reaches its handler is observed all the same: attempts belong in the audit
/// trail.
Answer refuse(const Core& core, const Call& call, const Json& arguments, const Error& error) {
  Context ctx = call.ctx;
  ctx.tool = string_member(call.params, "name");
  const auto told = observe(core, ctx, {ctx.tool, arguments, false},
                            [&error](CallOutcome&) -> Result<ToolOutput> { return error; });
  return refused(call, told.error());
}

/// 2025-11-25: a tool and a call must agree on whether there is to be a task.
std::optional<RpcError> refuse_task_mode(const Call& call, const Tool& tool) {
  const Features& features = features_of(call.version);
  if (features.modern || !features.tasks) return std::nullopt;
  const Json* task = find_member(call.params, "task");
  if (task != nullptr && !task->is_object()) return invalid_params("task must be an object");
  const bool asked = task != nullptr;
  if (asked && !tool.resume) return RpcError{kMethodNotFound, "this tool has no tasks", nullptr};
  if (!asked && tool.resume && tasks_only(tool)) {
    return RpcError{kMethodNotFound, "this tool can be called as a task only", nullptr};
  }
  return std::nullopt;
}

}  // namespace

Answer call_tool(const Core& core, const Call& call, Interaction& interaction) {
  const std::string_view name = string_member(call.params, "name");
  if (name.empty()) return invalid_params("tools/call needs name, a string");
  if (call.round == 0) {  // not for the rounds that we asked for
    const auto counted = core.quotas->count(call.ctx.principal, Quotas::Rate::kCalls);
    if (!counted.ok()) return refused(call, counted.error());
  }
  const CompiledTool* tool = core.find_tool(name);
  if (tool == nullptr) return invalid_params("unknown tool; tools/list names those there are");
  const Json* given = find_member(call.params, "arguments");
  static const Json kNone = Json::object();
  const Json& arguments = given == nullptr ? kNone : *given;
  if (!arguments.is_object()) return invalid_params("arguments must be an object");
  if (auto wrong = refuse_task_mode(call, *tool->tool)) return *std::move(wrong);
  Context ctx = call.ctx;
  ctx.tool = name;
  const auto errors = tool->input.validate(arguments);
  if (!errors.empty()) {
    const Error error{Code::kInvalidArgument,
                      "The arguments do not fit the input schema:\n" + join_lines(errors), ""};
    return refuse(core, call, arguments, error);
  }
  auto admitted = walled(
      ctx, [&] { return core.gate.admit(ctx, tool->tool->definition["inputSchema"], arguments); });
  if (!admitted.ok()) return refuse(core, call, arguments, admitted.error());
  return ToolRun(core, call, ctx, *tool).answer(*admitted, interaction);
}

}  // namespace pmx::mcp
