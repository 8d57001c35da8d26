// What a tool's reply comes to: for the audit and for the client. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "mcp/server/core.h"

namespace pmx::mcp {

/// "a\nb"
std::string join_lines(const std::vector<std::string>& lines);

/// What the observer is told of `reply`, which the outcome looks into. Replies that no tool may give become errors: output that
/// breaks the tool's own schema, Deferred after Deferred.
CallOutcome judge(const Context& ctx, const CompiledTool& tool, Result<ToolReply>& reply);

/// The CallToolResult of `output`, checked against the output schema of `tool` (nullptr: not).
Json wire_result(const Context& ctx, const CompiledTool* tool, ToolOutput output,
                 Version version);

/// An Error as the output of a tool, to be read by the model.
ToolOutput failed_output(const Error& error);

}  // namespace pmx::mcp
