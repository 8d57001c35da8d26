#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace pmx::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Line {
  int fd = -1;
  std::size_t received = 0;
  Clock::time_point sent;
};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

void send_request(Line& line, std::string_view request) {
  line.received = 0;
  line.sent = Clock::now();
  if (::send(line.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    fail("cannot send");
}

/// One request on a connection of its own, to learn the size of an answer.
std::size_t answer_size(std::uint16_t port, std::string_view request) {
  Line line{connect_to(port), 0, {}};
  send_request(line, request);
  std::string text;
  char buffer[65536];
  std::size_t end = std::string::npos;
  while (end == std::string::npos) {
    const ssize_t size = ::recv(line.fd, buffer, sizeof buffer, 0);
    if (size <= 0) fail("no answer");
    text.append(buffer, static_cast<std::size_t>(size));
    end = text.find("\r\n\r\n");
  }
  ::close(line.fd);
  const std::size_t length = text.find("Content-Length: ");
  if (!text.starts_with("HTTP/1.1 200 ") || length > end) fail("an unexpected answer");
  return end + 4 + std::strtoul(text.c_str() + length + 16, nullptr, 10);
}

LoadFigures figures(std::vector<double>& latencies, double seconds) {
  LoadFigures result;
  result.requests = latencies.size();
  if (latencies.empty()) return result;
  std::sort(latencies.begin(), latencies.end());
  result.requests_per_second = static_cast<double>(latencies.size()) / seconds;
  result.p50_ms = latencies[latencies.size() / 2];
  result.p99_ms = latencies[latencies.size() * 99 / 100];
  return result;
}

}  // namespace

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("cannot connect");
  return fd;
}

LoadFigures load(std::uint16_t port, std::size_t connections, std::string_view request,
                 std::chrono::milliseconds duration) {
  const std::size_t expected = answer_size(port, request);
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Line> lines(connections);
  for (std::size_t i = 0; i < connections; ++i) {
    lines[i].fd = connect_to(port);
    epoll_event event{EPOLLIN, {.u64 = i}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, lines[i].fd, &event);
  }
  const auto start = Clock::now();
  for (Line& line : lines) send_request(line, request);
  std::vector<double> latencies;
  latencies.reserve(1'000'000);
  auto now = start;
  while (now < start + duration) {
    epoll_event events[256];
    const int count = ::epoll_wait(poller, events, 256, 1000);
    if (count <= 0) fail("a server that does not answer");
    now = Clock::now();
    for (int i = 0; i < count; ++i) {
      Line& line = lines[events[i].data.u64];
      char buffer[65536];
      const ssize_t size = ::recv(line.fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size <= 0) fail("a closed connection");
      line.received += static_cast<std::size_t>(size);
      if (line.received < expected) continue;
      latencies.push_back(std::chrono::duration<double, std::milli>(now - line.sent).count());
      send_request(line, request);
    }
  }
  for (const Line& line : lines) ::close(line.fd);
  ::close(poller);
  return figures(latencies, std::chrono::duration<double>(now - start).count());
}

}  // namespace pmx::bench
