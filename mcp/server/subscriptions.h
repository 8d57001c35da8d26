// Subscriptions: what a client hears of between its requests, in both eras, from the hub
// (events.h). The request handlers are in handlers.h.
#pragma once

#include "mcp/server/conversation.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// From now on the client of a finished handshake hears of changed lists, unasked, as the versions
/// before 2026-07-28 have it. Nothing without a hub or a handshake; calling again changes nothing.
void announce_changes(const Core& core, Conversation& conversation);

}  // namespace pmx::mcp
