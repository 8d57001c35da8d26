// Subscriptions: what a client hears of between its requests, in both eras, from the hub
// (events.h). The request handlers are in handlers.h.
#pragma once

#include <string>

#include "mcp/server/call.h"
#include "mcp/server/conversation.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// From now on the client of a finished handshake hears of changed lists, unasked, as the versions
/// before 2026-07-28 have it. Nothing without a hub or a handshake; calling again changes nothing.
void announce_changes(const Core& core, Conversation& conversation);

/// The same for the status of a task that `call` has begun (2025-11-25; nothing in other versions).
void announce_task(const Core& core, const Call& call, const std::string& id);

}  // namespace pmx::mcp
