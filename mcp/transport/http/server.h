// HttpServer: an HTTP/1.1 server for MCP's Streamable HTTP. It knows bytes, sockets and limits, and
// nothing of what is exchanged.
//
// A few event loops with one thread each; a connection belongs to one loop. What is malformed, too
// large, too slow or too many is answered by the engine with a constant text (400, 408, 411, 413,
// 414, 415, 417, 431, 501, 503, 505) and never reaches the handler.
//
//   PMX_TRY(auto server, HttpServer::start(options, [](std::shared_ptr<HttpExchange> exchange) {
//     exchange->respond(202, {}, std::nullopt);
//   }));
//   server->stop(std::chrono::seconds(5));
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "mcp/transport/http/exchange.h"

namespace pmx::mcp {

/// PEM files. TLS 1.2 or newer, ALPN http/1.1.
struct HttpTls {
  std::string certificate_file;  ///< the certificate, then its chain
  std::string key_file;
};

struct HttpOptions {
  std::string address = "127.0.0.1";  ///< a numeric IPv4 or IPv6 address
  std::uint16_t port = 0;             ///< 0 = any free one
  std::optional<HttpTls> tls;
  std::size_t max_header = std::size_t{16} << 10;       ///< request line and headers, bytes
  std::size_t max_body = std::size_t{4} << 20;          ///< bytes
  std::size_t max_backlog = std::size_t{4} << 20;       ///< unsent bytes of one stream
  std::size_t max_connections = 2048;                   ///< more get 503
  std::size_t max_streams = 1792;                       ///< open event streams; more get 503
  std::chrono::milliseconds handshake_timeout{10'000};  ///< TLS: from accept to the first request
  std::chrono::milliseconds header_timeout{10'000};     ///< from the first byte to the last header
  std::chrono::milliseconds body_timeout{30'000};       ///< from the last header to the whole body
  std::chrono::milliseconds idle_timeout{75'000};       ///< between requests
  std::chrono::milliseconds write_timeout{
      30'000};  ///< for 1 MiB; larger batches get more in proportion
  std::chrono::milliseconds linger_timeout{2'000};  ///< for the client to close after our last byte
  std::chrono::milliseconds stream_keep_alive{25'000};  ///< a comment line after so much silence
  std::size_t threads = 1;                              ///< event loops
};

/// Called on a loop thread with each complete request. Must not block: slow work goes elsewhere and
/// keeps the exchange. What it throws becomes 500.
using HttpHandler = std::function<void(std::shared_ptr<HttpExchange>)>;

class HttpServer {
 public:
  /// Listens and serves at once. Raises this process's soft limit of descriptors when the
  /// connections need it, as far as the hard one allows. kInvalidArgument for a bad address or bad
  /// TLS files, kUnavailable when the address cannot be bound.
  static Result<std::unique_ptr<HttpServer>> start(HttpOptions options, HttpHandler handler);

  /// stop() without grace.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:8585", without a path.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const;

  /// Takes no more connections, closes idle ones, lets running exchanges and open streams end for
  /// at most `grace`, then closes the rest. Returns when all threads have ended. Not from a
  /// handler. Idempotent; thread-safe.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pmx::mcp
