// What only the stateless era (2026-07-28) has: server/discover, and the members that every result
// of it carries. Thread-safe.
#pragma once

#include "base/json.h"
#include "mcp/server/call.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// Adds resultType (unless it has one), serverInfo in `_meta`, and for cacheable methods ttlMs and
/// cacheScope, when `version` is modern. Legacy results stay as they are.
void complete_result(const Core& core, Version version, bool cacheable, Json& result);

/// server/discover.
Answer discover(const Core& core, const Call& call);

/// -32022 with data {supported, requested}.
RpcError unsupported_version(const std::string& requested);

}  // namespace pmx::mcp
