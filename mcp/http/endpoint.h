// Endpoint: MCP over Streamable HTTP, both eras on one path. It decides who calls (bearer token),
// whether a browser may (Host, Origin), and which era a message belongs to; the rest is the
// server's. 2026-07-28: every POST stands alone and ends when the client leaves. Before: sessions,
// a GET stream, and answers that can be fetched after a broken connection. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mcp/server/server.h"
#include "mcp/transport/http/exchange.h"

namespace pmx::mcp {

/// Whose token it was, and what is served to it.
struct Caller {
  std::string principal;
  const Server* server = nullptr;
};

/// The caller of a bearer token ("" when there was none), or nothing. Compares in constant time and
/// must not block.
using Authenticate = std::function<std::optional<Caller>(std::string_view token)>;

struct EndpointOptions {
  std::string path = "/mcp";
  /// Names (without port) that a Host header may have besides localhost, 127.0.0.1 and [::1].
  std::vector<std::string> hosts;
  /// Origins that browsers may call from besides http(s)://localhost, 127.0.0.1 and [::1].
  std::vector<std::string> origins;
  std::size_t max_sessions = 1000;
  std::size_t max_sessions_of_one = 250;  ///< of one principal; its longest idle one makes room
  std::chrono::minutes session_idle{60};
};

class Endpoint {
 public:
  Endpoint(EndpointOptions options, Authenticate authenticate, Clock& clock);
  ~Endpoint();

  /// Takes one HTTP request and sees to its answer, now or later. Never blocks.
  void handle(const std::shared_ptr<HttpExchange>& exchange);

  /// Ends all sessions and streams; open requests are cancelled.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::mcp
