// What the tests of the HTTP engine share: a raw client that sends and reads bytes, and a server
// whose handler answers what it understood or leaves the exchange to the test.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "mcp/transport/http/server.h"

namespace pmx::mcp::test {

/// The longest a test waits for anything that must come.
constexpr std::chrono::seconds kPatience{20};

/// A message with `text` inside, which needs no escapes.
Cleared cleared(const std::string& text);

/// Waits until stop is requested; false when kPatience runs out.
bool wait_for(const std::stop_token& token);

struct Answer {
  int status = 0;  ///< 0: the connection ended before a whole head
  std::string head;
  std::string body;  ///< as Content-Length counts it

  [[nodiscard]] bool has(std::string_view header_line) const {
    return head.find(header_line) != std::string::npos;
  }
};

/// A TCP client on 127.0.0.1. Reading gives up after kPatience.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  virtual ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False when the peer no longer takes it.
  virtual bool send(std::string_view bytes);
  void half_close();
  /// Ends at once with a reset.
  void reset();
  void close();

  /// True when there is something to read within `patience`.
  [[nodiscard]] bool readable(std::chrono::milliseconds patience) const;
  /// The next answer with its body.
  Answer answer(bool has_body = true);
  /// Segments that were sent again, the first one of the connection included.
  [[nodiscard]] unsigned retransmissions() const;
  /// Everything up to and including `mark`; what came before the end when it never comes.
  std::string until(std::string_view mark);
  /// True when the server closes, after what is still to be read (kept in `rest`).
  bool ends();
  std::string rest;  ///< read and not asked for yet

 protected:
  virtual long receive(char* into, std::size_t size);

  int fd_ = -1;

 private:
  bool more();
};

/// POST with a body and Host.
std::string post(std::string_view path, std::string_view body, std::string_view headers = "");
/// GET with Host.
std::string get(std::string_view path, std::string_view headers = "");

/// A server. Its handler answers every request with `METHOD path?query body-size` as JSON, inline;
/// a path that begins with /hold is left to the test, /throw throws, /drop is never answered.
class Site {
 public:
  explicit Site(HttpOptions options = {});

  /// The next held exchange; null when kPatience runs out.
  std::shared_ptr<HttpExchange> take();

  [[nodiscard]] std::uint16_t port() const { return server->port(); }

 private:
  void handle(const std::shared_ptr<HttpExchange>& exchange);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<HttpExchange>> held_;

 public:
  std::unique_ptr<HttpServer> server;  // last: its threads use the members above
};

}  // namespace pmx::mcp::test
