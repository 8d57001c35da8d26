// JSON-RPC 2.0 messages as a peer may send them: text in, typed messages out.
//
// Nothing here fails: what cannot be read becomes a Malformed message that holds the exact error to
// answer with, so that a bad line can never end a session. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "mcp/rpc/error.h"

namespace pmx::mcp {

/// `id` is a string or an integer and keeps its type; `params` is an object (empty when absent).
struct Request {
  Json id;
  std::string method;
  Json params;
};

struct Notification {
  std::string method;
  Json params;
};

/// An answer to a request of ours. Kept apart because answers are never answered. `result` is null
/// when the peer answered with an error.
struct Response {
  Json id;
  Json result;
};

/// Something that is none of the above. `id` is null when it could not be read.
struct Malformed {
  Json id;
  RpcError error;
};

using Message = std::variant<Request, Notification, Response, Malformed>;

/// One line of input. `batch` = it was an array (legal in 2025-03-26 only); then messages may be
/// empty.
struct Incoming {
  bool batch = false;
  std::vector<Message> messages;
};

/// Reads one line. Bad JSON or UTF-8 is -32700; JSON that is no message is -32600; `params` of
/// another type than object is -32602.
Incoming parse_message(std::string_view line);

/// True for what may identify a request or a progress token: a string or an integer, never null or
/// fractional.
bool is_request_id(const Json& value);

/// Text that is equal for equal ids and tells 1 from "1".
std::string id_key(const Json& id);

}  // namespace pmx::mcp
