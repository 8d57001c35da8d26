// What a running handler can do besides returning: report progress, log to the client, and work
// with what the user answered. One handler serves both eras: what it needs from the user it asks
// for by returning InputRequired, and it is called again with the answers (2026-07-28: multi
// round-trip requests; before: the server's own requests to the client). Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace pmx::mcp {

/// The log levels of the protocol (RFC 5424), least severe first.
enum class LogLevel { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };

std::string_view log_level_name(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view name);

/// One question to the client: "elicitation/create", "sampling/createMessage" or "roots/list" with
/// its params (spec: client features).
struct InputRequest {
  std::string method;
  Json params = Json::object();

  template <class V>
  void fields(V& v) {
    v.required("method", method);
    v.required("params", params);
  }
};

/// A handler's answer that it cannot go on without the user. `requests` by a key of the handler's
/// choice; `state` comes back to it (sealed, bound to the principal and to this very call).
struct InputRequired {
  std::map<std::string, InputRequest> requests;
  Json state = nullptr;
};

/// Reports progress of the running request when the client asked for it; otherwise does nothing.
class Progress {
 public:
  virtual ~Progress() = default;

  /// `done` must grow from call to call; lesser values are raised. `total` 0 = unknown.
  virtual void report(double done, double total, std::string_view message) = 0;
};

class Interaction : public Progress {
 public:
  /// notifications/message, when the client wants this level. `data` passes the privacy gate.
  virtual void log(LogLevel level, std::string_view logger, const Json& data) = 0;

  /// The client's result for InputRequired::requests[key] (ElicitResult, CreateMessageResult,
  /// ListRootsResult), as it came; nullptr when there is none or it is no object.
  [[nodiscard]] virtual const Json* answer(std::string_view key) const = 0;

  /// InputRequired::state of the round before; null in the first.
  [[nodiscard]] virtual const Json& state() const = 0;

  /// Whether the client can be asked: a dotted path into its capabilities, "elicitation.url",
  /// "sampling", "roots".
  [[nodiscard]] virtual bool client_can(std::string_view capability) const = 0;

  /// Whether Deferred would become a task of the protocol; otherwise it is gone on with at once.
  [[nodiscard]] virtual bool may_defer() const { return false; }

  /// For work that takes long: lets the client hang up and come back for the answer after `retry`,
  /// where transport and version can do that; otherwise nothing.
  virtual void poll_later(std::chrono::milliseconds retry) = 0;

  /// The content of an accepted elicitation, valid against `schema` and with real values. Nothing
  /// when there is no such answer (ask, or ask again); kCancelled when the user declined.
  virtual Result<std::optional<Json>> elicited(std::string_view key, const Json& schema) = 0;
};

/// A form elicitation for InputRequired.
InputRequest ask_form(std::string message, Json schema);

}  // namespace pmx::mcp
