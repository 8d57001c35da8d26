#include "mcp/protocol/projection.h"
#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

/// A structured answer that breaks the tool's own promise is our fault and must not pass for data.
Result<void> check_output(const Context& ctx, const CompiledTool& tool, const Json& structured) {
  if (!tool.output) return {};
  const auto errors = tool.output->validate(structured);
  if (errors.empty()) return {};
  log::error(ctx, "tool.output_mismatch", {{"errors", join_lines(errors)}});
  return Error{Code::kInternal, "the tool's answer did not fit its own output schema",
               "report this as a bug"};
}

/// Without a task to run it in, the rest of the work is done at once.
Result<ToolReply> run_whole(const Context& ctx, const CompiledTool& tool, const Json& arguments,
                            Interaction& interaction) {
  PMX_TRY(ToolReply reply, tool.tool->run(ctx, arguments, interaction));
  const auto* deferred = std::get_if<Deferred>(&reply);
  if (deferred == nullptr) return reply;
  return tool.tool->resume(ctx, deferred->data, interaction);
}

Result<ToolReply> run(const Core& core, const Context& ctx, const CompiledTool& tool,
                      const Json& arguments, Interaction& interaction) {
  const Observed what{tool.tool->name(), arguments, !tool.tool->read_only()};
  return observe(core, ctx, what, [&](CallOutcome& outcome) -> Result<ToolReply> {
    PMX_TRY(ToolReply reply, run_whole(ctx, tool, arguments, interaction));
    const auto* output = std::get_if<ToolOutput>(&reply);
    if (output == nullptr) {
      outcome.summary = "asks the user";
      return reply;
    }
    if (!output->failed) PMX_TRY_VOID(check_output(ctx, tool, output->structured));
    outcome.summary = output->text;
    outcome.result = output->structured;
    return reply;
  });
}

/// A call that never reaches its handler is observed all the same: attempts belong in the audit
/// trail.
Answer refuse(const Core& core, const Context& ctx, const Json& arguments, const Error& error) {
  const auto refused = observe(core, ctx, {ctx.tool, arguments, false},
                               [&error](CallOutcome&) -> Result<ToolOutput> { return error; });
  return make_tool_error(error_text(refused.error()));
}

}  // namespace

Answer call_tool(const Core& core, const Call& call, Interaction& interaction) {
  const std::string_view name = string_member(call.params, "name");
  if (name.empty()) return invalid_params("tools/call needs name, a string");
  const CompiledTool* tool = core.find_tool(name);
  if (tool == nullptr) return invalid_params("unknown tool; tools/list names those there are");
  const Json* given = find_member(call.params, "arguments");
  const Json arguments = given == nullptr ? Json::object() : *given;
  if (!arguments.is_object()) return invalid_params("arguments must be an object");
  Context ctx = call.ctx;
  ctx.tool = name;
  const auto errors = tool->input.validate(arguments);
  if (!errors.empty()) {
    const Error error{Code::kInvalidArgument,
                      "The arguments do not fit the input schema:\n" + join_lines(errors), ""};
    return refuse(core, ctx, arguments, error);
  }
  auto admitted = walled(
      ctx, [&] { return core.gate.admit(ctx, tool->tool->definition["inputSchema"], arguments); });
  if (!admitted.ok()) return refuse(core, ctx, arguments, admitted.error());
  auto reply = run(core, ctx, *tool, *admitted, interaction);
  if (!reply.ok()) return make_tool_error(error_text(reply.error()));
  if (auto* ask = std::get_if<InputRequired>(&*reply)) return std::move(*ask);
  const auto& output = std::get<ToolOutput>(*reply);
  Json result = make_tool_result(output.structured, output.text, output.content, call.version);
  if (output.failed) result["isError"] = true;
  return result;
}

}  // namespace pmx::mcp
