#include "mcp/server/tool_result.h"

#include <utility>

#include "base/log.h"
#include "mcp/protocol/projection.h"
#include "mcp/server/error_map.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

/// A structured answer that breaks the tool's own promise is our fault and must not pass for data.
Result<void> check_output(const Context& ctx, const CompiledTool& tool, const ToolOutput& output) {
  if (!tool.output || output.failed) return {};
  const auto errors = tool.output->validate(output.structured);
  if (errors.empty()) return {};
  log::error(ctx, "tool.output_mismatch", {{"errors", join_lines(errors)}});
  return Error{Code::kInternal, "the tool's answer did not fit its own output schema",
               "report this as a bug"};
}

/// The error that takes the place of a reply that is not allowed.
Result<void> check_reply(const Context& ctx, const CompiledTool& tool, const ToolReply& reply) {
  if (const auto* output = std::get_if<ToolOutput>(&reply)) return check_output(ctx, tool, *output);
  if (!std::holds_alternative<Deferred>(reply)) return {};
  return Error{Code::kInternal, "the tool put off its work twice", "report this as a bug"};
}

}  // namespace

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

CallOutcome judge(const Context& ctx, const CompiledTool& tool, Result<ToolReply>& reply) {
  if (reply.ok()) {
    auto allowed = check_reply(ctx, tool, *reply);
    if (!allowed.ok()) reply = std::move(allowed).error();
  }
  CallOutcome outcome;
  if (!reply.ok()) {
    note_failure(outcome, reply.error());
    return outcome;
  }
  outcome.ok = true;
  if (const auto* output = std::get_if<ToolOutput>(&*reply)) {
    outcome.ok = !output->failed;
    outcome.output = output;
  } else if (const auto* error = std::get_if<ProtocolError>(&*reply)) {
    note_failure(outcome, {Code::kInternal, error->message, ""});
  } else {
    outcome.note = "asks the user";
  }
  return outcome;
}

Json wire_result(const Context& ctx, const CompiledTool* tool, ToolOutput output,
                 Version version) {
  if (tool != nullptr) {
    const auto fits = check_output(ctx, *tool, output);
    if (!fits.ok()) return make_tool_error(error_text(fits.error()));
  }
  Json result = make_tool_result(std::move(output.structured), std::move(output.text),
                                 output.content, version);
  if (output.failed) result["isError"] = true;
  return result;
}

ToolOutput failed_output(const Error& error) {
  return {nullptr, error_text(error), Json::array(), true};
}

}  // namespace pmx::mcp
