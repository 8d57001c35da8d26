// The handshake era: what initialize negotiated on one connection. Thread-confined to the reader.
#pragma once

#include <optional>
#include <string>

#include "mcp/server/call.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

struct LegacySession {
  std::optional<Version> version;  ///< nothing before initialize
  std::string client;              ///< "name/version" as claimed, shortened

  /// initialize: agrees on the version asked for, or offers the latest legacy one. A second
  /// handshake replaces the first.
  Answer initialize(const Core& core, const Json& params);
};

/// "name/version" of an Implementation object, for logs; at most 64 characters each.
std::string client_label(const Json* implementation);

}  // namespace pmx::mcp
