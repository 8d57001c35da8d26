// initialize: what a client of the handshake era and this server agree on. Thread-safe.
#pragma once

#include <string>

#include "mcp/server/call.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// Agrees on the version asked for, or offers the latest legacy one, and remembers it in the
/// conversation. A second handshake replaces the first.
Answer initialize(const Core& core, Conversation& conversation, const Json& params);

/// "name/version" of an Implementation object, for logs; at most 64 characters each.
std::string client_label(const Json* implementation);

}  // namespace pmx::mcp
