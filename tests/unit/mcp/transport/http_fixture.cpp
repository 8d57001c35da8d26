#include "tests/unit/mcp/transport/http_fixture.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/open_gate.h"

namespace pmx::mcp::test {
Cleared cleared(const std::string& text) {
  OpenGate gate;
  Outbound message;
  message.id = 1;
  const std::string payload = R"({"text":")" + text + R"("})";  // megabytes: not through Json
  message.payload_text = payload;
  auto made = gate.clear({}, message);
  REQUIRE(made.has_value());
  return *std::move(made);
}

bool wait_for(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable changed;
  const std::stop_callback wake(token, [&] {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  return changed.wait_for(lock, kPatience, [&] { return token.stop_requested(); });
}

Client::Client(std::uint16_t port, int receive_buffer) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd_ >= 0);
  if (receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

Client::~Client() { Client::close(); }

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Client::half_close() { ::shutdown(fd_, SHUT_WR); }

void Client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

long Client::receive(char* into, std::size_t size) { return ::recv(fd_, into, size, 0); }

bool Client::more() {
  char buffer[65536];
  const long size = receive(buffer, sizeof buffer);
  if (size > 0) rest.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

bool Client::readable(std::chrono::milliseconds patience) const {
  pollfd waiting{fd_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

unsigned Client::retransmissions() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  REQUIRE(::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
  return info.tcpi_total_retrans;
}

std::string Client::until(std::string_view mark) {
  std::size_t scanned = 0;
  while (true) {
    const std::size_t at = rest.find(mark, scanned);
    if (at != std::string::npos) {
      std::string text = rest.substr(0, at + mark.size());
      rest.erase(0, at + mark.size());
      return text;
    }
    scanned = rest.size() < mark.size() ? 0 : rest.size() - mark.size();
    if (!more()) return std::exchange(rest, {});
  }
}

Answer Client::answer(bool has_body) {
  Answer answer;
  answer.head = until("\r\n\r\n");
  if (!answer.head.ends_with("\r\n\r\n") || !answer.head.starts_with("HTTP/1.1 ")) return answer;
  answer.status = std::stoi(answer.head.substr(9, 3));
  const std::size_t length = answer.head.find("Content-Length: ");
  if (!has_body || length == std::string::npos) return answer;
  const std::size_t size = std::stoul(answer.head.substr(length + 16));
  while (rest.size() < size && more()) {
  }
  answer.body = rest.substr(0, size);
  rest.erase(0, size);
  return answer;
}

bool Client::ends() {
  while (more()) {
  }
  char byte = 0;
  const long size = receive(&byte, 1);
  return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string get(std::string_view path, std::string_view headers) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
         "\r\n";
}

Site::Site(HttpOptions options) {
  auto started = HttpServer::start(
      std::move(options),
      [this](const std::shared_ptr<HttpExchange>& exchange) { handle(exchange); });
  REQUIRE_MESSAGE(started.ok(), (started.ok() ? "" : started.error().text()));
  server = std::move(started).value();
}

void Site::handle(const std::shared_ptr<HttpExchange>& exchange) {
  const HttpRequest& request = exchange->request();
  if (request.path == "/throw") throw std::runtime_error("a handler's fault");
  if (request.path == "/drop") return;
  if (request.path.starts_with("/hold")) {
    const std::lock_guard lock(mutex_);
    held_.push_back(exchange);
    changed_.notify_all();
    return;
  }
  exchange->respond(200, {},
                    cleared(request.method + " " + request.path + "?" + request.query + " " +
                            std::to_string(request.body.size())));
}

std::shared_ptr<HttpExchange> Site::take() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return !held_.empty(); })) return nullptr;
  auto exchange = std::move(held_.front());
  held_.pop_front();
  return exchange;
}

}  // namespace pmx::mcp::test
