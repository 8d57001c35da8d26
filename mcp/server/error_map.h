// The one place that turns our Errors into what a client sees. Pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "mcp/protocol/versions.h"
#include "mcp/rpc/error.h"

namespace pmx::mcp {

/// "message. advice" for an isError result: what the model reads inside a tool.
std::string error_text(const Error& error);

/// Outside of tools: kInvalidArgument is -32602, everything else -32603.
RpcError to_rpc_error(const Error& error);

/// -32602 with a reason; the reason is ours, not the client's words.
RpcError invalid_params(const std::string& why);

/// No such resource: -32002 in legacy versions, -32602 since 2026-07-28, with data.uri as asked.
RpcError resource_not_found(const std::string& uri, const std::string& why, Version version);

}  // namespace pmx::mcp
