// A byte pipe for JSON-RPC messages: read one, write one, close. Implementations: stdio, memory
// (tests).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "mcp/gate/gate.h"

namespace pmx::mcp {

class Transport {
 public:
  virtual ~Transport() = default;

  /// The next message as the peer sent it; nothing at the end of input. kResourceExhausted for a
  /// message above the size limit (the rest of it is skipped; reading goes on). One reader thread.
  virtual Result<std::optional<std::string>> read() = 0;

  /// Writes messages completely, in their order. kUnavailable when the peer is gone. Thread-safe.
  virtual Result<void> write_all(std::span<const Cleared> messages) = 0;

  Result<void> write(const Cleared& message) { return write_all({&message, 1}); }
};

}  // namespace pmx::mcp
