// Which era a request belongs to, decided per request from its own `_meta` and, without one, from
// the conversation's handshake. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "mcp/protocol/versions.h"
#include "mcp/rpc/message.h"
#include "mcp/server/conversation.h"

namespace pmx::mcp {

/// What surrounds a request's own parameters.
struct Envelope {
  Version version = kModern;
  std::string client;
  std::optional<Json> progress_token;
  std::shared_ptr<const Json> capabilities;  ///< of the client, an object
  std::optional<LogLevel> log_level;
};

/// True when the message claims the modern era in `_meta`.
bool claims_modern(const Json& params);

/// The envelope of `request`, or the error to answer: -32022 for a version we do not speak, -32602
/// for a missing or malformed `_meta` member, also when no handshake was made.
std::variant<Envelope, RpcError> read_envelope(const Request& request,
                                               const Conversation& conversation);

}  // namespace pmx::mcp
