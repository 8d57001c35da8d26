#include "tests/bench/raw_epoll.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <unordered_map>

namespace pmx::bench {
namespace {

/// The size of the first complete request in `text`, or 0.
std::size_t request_size(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = text.find(kLength);
  const std::size_t body =
      at < end ? std::strtoul(text.data() + at + kLength.size(), nullptr, 10) : 0;
  return text.size() < end + 4 + body ? 0 : end + 4 + body;
}

bool answer_all(int fd, std::string& input, const RawAnswer& make_answer) {
  while (const std::size_t size = request_size(input)) {
    const std::string_view request(input.data(), size);
    const std::string answer = make_answer(request.substr(request.find("\r\n\r\n") + 4));
    if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
    input.erase(0, size);
  }
  return true;
}

}  // namespace

void serve_raw(int listener, const RawAnswer& answer) {
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{EPOLLIN, {.fd = listener}};
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, std::string> inputs;
  while (true) {
    epoll_event events[256];
    const int count = ::epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        const int on = 1;
        ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event = {EPOLLIN, {.fd = client}};
        ::epoll_ctl(poller, EPOLL_CTL_ADD, client, &event);
        continue;
      }
      char buffer[4096];
      const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
      if (size > 0) inputs[fd].append(buffer, static_cast<std::size_t>(size));
      if (size > 0 && answer_all(fd, inputs[fd], answer)) continue;
      inputs.erase(fd);
      ::close(fd);
    }
  }
}

}  // namespace pmx::bench
