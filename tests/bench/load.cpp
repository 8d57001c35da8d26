#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace pmx::bench {
namespace {

constexpr std::string_view kLastChunk = "\r\n0\r\n\r\n";

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

}  // namespace

void fail(const char* what) {
  std::fprintf(stderr, "load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

std::string with_id(std::string_view request, std::size_t number) {
  std::string text(request);
  const std::size_t at = text.find(kIdPlace);
  if (at != std::string::npos) {
    text.replace(at, kIdPlace.size(), std::to_string(1'000'000 + number % 1'000'000));
  }
  return text;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("cannot connect");
  }
  return fd;
}

bool AnswerEnd::take(std::string_view bytes) {
  if (!in_body_) {
    const std::size_t before = head_.size();
    head_ += bytes;
    const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end == std::string::npos) return false;
    bytes.remove_prefix(end + 4 - before);
    head_.resize(end + 2);
    read_head();
  }
  taken_ += bytes.size();
  if (!chunked_) {
    if (bytes.size() > left_) fail("more bytes than the answer has");
    left_ -= bytes.size();
    return left_ == 0 && end();
  }
  tail_ += bytes.substr(bytes.size() - std::min(bytes.size(), kLastChunk.size()));
  if (tail_.size() > kLastChunk.size()) tail_.erase(0, tail_.size() - kLastChunk.size());
  return tail_ == kLastChunk && end();
}

bool AnswerEnd::end() {
  const std::size_t size = taken_;
  *this = {};
  size_ = size;
  return true;
}

void AnswerEnd::read_head() {
  in_body_ = true;
  constexpr std::string_view kLength = "\r\ncontent-length: ";
  if (!head_.starts_with("HTTP/1.1 200 ")) {
    std::fprintf(stderr, "load: the answer is %s\n", head_.c_str());
    std::exit(1);
  }
  head_ = lower(std::move(head_));
  const std::size_t at = head_.find(kLength);
  chunked_ = at == std::string::npos;
  if (!chunked_) left_ = std::strtoul(head_.c_str() + at + kLength.size(), nullptr, 10);
  if (chunked_ && head_.find("\r\ntransfer-encoding: chunked\r\n") == std::string::npos) {
    fail("an answer without a length");
  }
}

std::string to_json(const LoadFigures& figures) {
  char text[256];
  std::snprintf(
      text, sizeof text,
      R"({"requests":%zu,"rate":%.1f,"p50":%.4f,"p99":%.4f,"shortest":%zu,"longest":%zu})",
      figures.requests, figures.requests_per_second, figures.p50_ms, figures.p99_ms,
      figures.shortest, figures.longest);
  return text;
}

Load::Load(int poller, std::uint16_t port, std::size_t connections, std::string_view request)
    : lines_(connections) {
  latencies_.reserve(1'000'000);
  for (std::size_t i = 0; i < connections; ++i) {
    lines_[i].fd = connect_to(port);
    lines_[i].request = with_id(request, i);
    epoll_event event{EPOLLIN, {.u64 = i}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, lines_[i].fd, &event);
  }
}

Load::~Load() {
  for (const Line& line : lines_) ::close(line.fd);
}

void Load::start() {
  begun_ = Clock::now();
  for (Line& line : lines_) send(line);
}

void Load::send(Line& line) {
  line.sent = Clock::now();
  if (::send(line.fd, line.request.data(), line.request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.request.size())) {
    fail("cannot send");
  }
  ++in_flight_;
}

void Load::on_readable(std::size_t number) {
  static char buffer[std::size_t{256} << 10];
  Line& line = lines_[number];
  const ssize_t size = ::recv(line.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) fail("a closed connection");
  if (!line.end.take({buffer, static_cast<std::size_t>(size)})) return;
  shortest_ = std::min(shortest_, line.end.size());
  longest_ = std::max(longest_, line.end.size());
  latencies_.push_back(std::chrono::duration<float, std::milli>(Clock::now() - line.sent).count());
  --in_flight_;
  if (!stopping_) send(line);
}

LoadFigures Load::figures() {
  LoadFigures result;
  const auto now = Clock::now();
  result.requests = latencies_.size();
  if (!latencies_.empty()) {
    std::sort(latencies_.begin(), latencies_.end());
    result.requests_per_second = static_cast<double>(latencies_.size()) /
                                 std::chrono::duration<double>(now - begun_).count();
    result.p50_ms = static_cast<double>(latencies_[latencies_.size() / 2]);
    result.p99_ms = static_cast<double>(latencies_[latencies_.size() * 99 / 100]);
    result.shortest = shortest_;
    result.longest = longest_;
  }
  latencies_.clear();
  shortest_ = SIZE_MAX;
  longest_ = 0;
  begun_ = now;
  return result;
}

LoadFigures load(std::uint16_t port, std::size_t connections, std::string_view request,
                 std::chrono::milliseconds duration, std::size_t requests) {
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  LoadFigures result;
  {
    Load running(poller, port, connections, request);
    running.start();
    const auto end = Clock::now() + duration;
    while (running.in_flight() > 0) {
      if (requests > 0 ? running.answered() >= requests : Clock::now() >= end) running.stop();
      epoll_event events[256];
      const int count = ::epoll_wait(poller, events, 256, 10'000);
      if (count <= 0) fail("a server that does not answer");
      for (int i = 0; i < count; ++i) running.on_readable(events[i].data.u64);
    }
    result = running.figures();
  }
  ::close(poller);
  return result;
}

}  // namespace pmx::bench
