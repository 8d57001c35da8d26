// HttpExchange: one HTTP request and the one way to answer it, whole or as a stream of events.
//
// The engine (server.h) makes an exchange for each complete request and calls the handler with it.
// An exchange outlives its connection: once the client is gone, every member is a no-op. All
// members are thread-safe and none of them blocks on the network.
//
//   exchange->respond(200, {}, cleared);                       // a whole answer, or
//   if (exchange->open_stream({})) exchange->event(cleared);   // a stream
//   exchange->end_stream();
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/gate/gate.h"

namespace pmx::mcp {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// A complete request that passed the engine's checks. Nothing in it is percent-decoded.
struct HttpRequest {
  std::string method;               ///< upper case as sent
  std::string path;                 ///< from the first slash, without query; "*" for OPTIONS *
  std::string query;                ///< without the question mark
  std::vector<HttpHeader> headers;  ///< in order, duplicates kept, names in lower case
  std::string body;
  std::string peer;  ///< the client's IP address, without port

  /// The value of the first header of this name, trimmed; null when there is none.
  [[nodiscard]] const std::string* header(std::string_view lower_name) const;
};

class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  [[nodiscard]] virtual const HttpRequest& request() const = 0;

  /// Nobody will call request() again: frees what it holds, which an open stream would keep for its
  /// whole life.
  virtual void forget_request() {}

  /// Stop is requested when the client disconnects or closes its side before the answer is
  /// complete, when it is dropped as too slow, and when the server closes it at the end of stop().
  /// Callbacks run on the loop thread and must not block.
  [[nodiscard]] virtual std::stop_token gone() const = 0;

  /// The whole answer. Once: ignored after a first answer or open_stream(). A body is sent as
  /// application/json. Headers with control characters are left out. An exchange that is
  /// destroyed unanswered answers 500.
  virtual void respond(int status, std::vector<HttpHeader> headers,
                       std::optional<Cleared> body) = 0;

  /// Answers 200 with an open text/event-stream, sent at once. False when answered already, gone,
  /// or when the server has no stream left (then the answer is 503).
  virtual bool open_stream(std::vector<HttpHeader> headers) = 0;

  /// Sends one event; `id` and `retry` only when given, an empty data line when there is no data.
  /// Taken while fewer bytes wait than the server's max_backlog; else the client is dropped. False
  /// when there is no open stream, the client is gone, or was dropped as too slow.
  virtual bool event(const std::optional<Cleared>& data, std::string_view id = {},
                     std::optional<std::chrono::milliseconds> retry = std::nullopt) = 0;

  /// Ends an open stream after what is queued.
  virtual void end_stream() = 0;
};

}  // namespace pmx::mcp
