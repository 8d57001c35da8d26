// The privacy gate: the only maker of bytes that a transport accepts.
//
// A Transport writes Cleared and nothing else; only Gate constructs Cleared. So a code path that
// forgets the gate does not compile. The gate fails closed: when scrubbing fails, the peer gets a
// fixed error that holds no payload.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"

namespace pmx::mcp {

/// One JSON-RPC message, UTF-8, without newline, that passed the gate.
class Cleared {
 public:
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  friend class Gate;
  explicit Cleared(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

/// An outbound message before the gate. `id` is the client's own (or a number of ours) and passes
/// verbatim.
struct Outbound {
  enum class Form { kResult, kError, kNotification, kRequest };
  Form form = Form::kResult;
  Json id;                    ///< string, integer, or null when the request was unreadable
  bool omit_null_id = false;  ///< 2026-07-28: leave the id out rather than send null
  std::string method;         ///< notifications and requests
  /// Members of the payload that pass as they are: tokens and ids that the client chose, random
  /// and sealed bytes of ours (requestState, cursors, task ids). Never a word of the cluster's.
  Json verbatim;
  Json payload;              ///< result, error object or params
  std::string payload_text;  ///< the payload serialised already; wins when not empty
  Json echo;  ///< errors only: `data`, verbatim; see RpcError::echo for what it may hold
};

class Gate {
 public:
  virtual ~Gate() = default;

  /// Never fails: a payload that cannot be cleared becomes an internal error under the same id (a
  /// notification or request of ours becomes nothing). Thread-safe.
  std::optional<Cleared> clear(const Context& ctx, Outbound message);

  /// The answers of a batch (2025-03-26) as one array. `messages` is not empty.
  static Cleared join(const std::vector<Cleared>& messages);

  /// Inbound: `arguments`, already valid against `schema`, with every property that the schema
  /// marks with a restorable format replaced by its real value. kInvalidArgument names the
  /// argument.
  virtual Result<Json> admit(const Context& ctx, const Json& schema, const Json& arguments) = 0;

  /// Inbound: one value of a URI template variable or prompt argument, with its format.
  virtual Result<std::string> admit_value(const Context& ctx, std::string_view value,
                                          std::string_view format) = 0;

 protected:
  /// JSON text in, safe JSON text out. An Error blocks the message; its advice is told to the peer.
  virtual Result<std::string> scrub(const Context& ctx, std::string json) = 0;
};

}  // namespace pmx::mcp
