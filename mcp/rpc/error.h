// JSON-RPC error codes as MCP uses them, and one error on its way to the wire. Immutable values.
#pragma once

#include <string>

#include "base/json.h"

namespace pmx::mcp {

/// The codes of server-requirements section 2 (JSON-RPC 2.0 and MCP).
enum RpcCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kLegacyResourceNotFound = -32002,  ///< 2024-11-05 .. 2025-11-25 only
  kHeaderMismatch = -32020,          ///< 2026-07-28, HTTP
  kMissingCapability = -32021,       ///< 2026-07-28
  kUnsupportedVersion = -32022,      ///< 2026-07-28
};

/// A protocol error. `message` goes through the privacy gate. `echo` becomes `data` verbatim: it
/// may hold constants and what the client itself sent in this very request, never anything of ours.
/// (Scrubbing the client's own words would tell it which of its guesses are real names.)
struct RpcError {
  int code = kInternalError;
  std::string message;
  Json echo;             ///< object, or null for none
  bool refused = false;  ///< the request was turned away before its method ran (HTTP 400)
};

}  // namespace pmx::mcp
