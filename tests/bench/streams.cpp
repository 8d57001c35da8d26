#include "tests/bench/streams.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "tests/bench/load.h"

namespace pmx::bench {
namespace {

constexpr std::uint64_t kStream = std::uint64_t{1} << 32;    // added to the number of a stream
constexpr std::uint64_t kCommands = std::uint64_t{1} << 33;  // standard input
constexpr int kPatience = 30'000;  // milliseconds without any byte while streams open
/// After which an event that has not come is lost. The load's answers do not prolong it.
constexpr std::chrono::seconds kDue{30};

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Streams {
 public:
  explicit Streams(const StreamsPlan& plan) : plan_(plan), lines_(plan.streams) {
    epoll_event event{EPOLLIN, {.u64 = kCommands}};
    ::epoll_ctl(poller_, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  }

  void open();
  void run();

 private:
  struct Line {
    int fd = -1;
    bool opened = false;
    std::size_t events = 0;
    std::string tail;  // the beginning of a marker may be its end
  };

  void turn(int patience);
  void turn_until_due();
  int take(int patience);
  void on_stream(Line& line);
  void on_commands();
  void obey(const std::string& command);
  void tell_events();

  const StreamsPlan& plan_;
  const int poller_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Line> lines_;
  std::size_t open_ = 0;
  std::unique_ptr<Load> load_;
  std::string commands_;
  std::optional<std::size_t> awaited_;
  Clock::time_point due_;  // of what is awaited
  bool done_ = false;
};

/// In steps: a listener's backlog is bounded.
void Streams::open() {
  constexpr std::size_t kAtOnce = 64;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    lines_[i].fd = connect_to(plan_.port);
    epoll_event event{EPOLLIN, {.u64 = kStream + i}};
    ::epoll_ctl(poller_, EPOLL_CTL_ADD, lines_[i].fd, &event);
    const std::string request = with_id(plan_.open, i);
    if (::send(lines_[i].fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("cannot send");
    while (open_ + kAtOnce <= i) turn(kPatience);
  }
  while (open_ < lines_.size()) turn(kPatience);
  std::puts("{}");
  std::fflush(stdout);
}

void Streams::run() {
  while (!done_) {
    if (awaited_) {
      turn_until_due();
    } else {
      turn(-1);
    }
  }
}

void Streams::turn_until_due() {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_ - Clock::now());
  if (left.count() > 0) take(static_cast<int>(left.count()));
  if (awaited_) tell_events();
}

void Streams::turn(int patience) {
  if (take(patience) == 0) fail("a server that does not answer");
  if (awaited_) tell_events();
}

int Streams::take(int patience) {
  epoll_event events[256];
  const int count = ::epoll_wait(poller_, events, 256, patience);
  if (count < 0) fail("cannot wait");
  for (int i = 0; i < count; ++i) {
    const std::uint64_t which = events[i].data.u64;
    if (which == kCommands) {
      on_commands();
    } else if (which >= kStream) {
      on_stream(lines_[which - kStream]);
    } else if (load_ && which < load_->connections()) {  // an earlier load may have left its event
      load_->on_readable(which);
    }
  }
  return count;
}

void Streams::on_stream(Line& line) {
  static char buffer[65536];
  const ssize_t size = ::recv(line.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) fail("a closed stream");
  std::string text = std::move(line.tail) + std::string(buffer, static_cast<std::size_t>(size));
  if (!line.opened && text.find("data: ") != std::string::npos) {
    if (!text.starts_with("HTTP/1.1 200 ")) fail("a stream that was refused");
    line.opened = true;
    ++open_;
  }
  std::size_t from = 0;
  for (std::size_t at = 0; (at = text.find(plan_.marker, from)) != std::string::npos;) {
    ++line.events;
    from = at + plan_.marker.size();
  }
  const std::size_t kept = line.opened ? plan_.marker.size() - 1 : text.size();
  line.tail = text.substr(std::max(from, text.size() - std::min(text.size(), kept)));
}

void Streams::on_commands() {
  char buffer[256];
  const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
  done_ = size <= 0;
  if (done_) return;
  commands_.append(buffer, static_cast<std::size_t>(size));
  for (std::size_t end = 0; (end = commands_.find('\n')) != std::string::npos;) {
    obey(commands_.substr(0, end));
    commands_.erase(0, end + 1);
  }
}

void Streams::obey(const std::string& command) {
  const std::size_t space = command.find(' ');
  const std::size_t count =
      space == std::string::npos ? 0 : std::strtoul(command.c_str() + space, nullptr, 10);
  if (command.starts_with("events ")) {
    awaited_ = count;
    due_ = Clock::now() + kDue;
    return;
  }
  if (command.starts_with("busy ")) {
    load_.reset();
    if (count > 0) load_ = std::make_unique<Load>(poller_, plan_.port, count, plan_.busy);
    if (load_) load_->start();
    std::puts("{}");
  } else if (command == "figures" && load_) {
    std::puts(to_json(load_->figures()).c_str());
  } else {
    fail("an unknown command");
  }
  std::fflush(stdout);
}

void Streams::tell_events() {
  const auto by_events = [](const Line& a, const Line& b) { return a.events < b.events; };
  const auto [least, most] = std::minmax_element(lines_.begin(), lines_.end(), by_events);
  if (least->events < *awaited_ && Clock::now() < due_) return;
  awaited_.reset();
  std::printf("{\"least\":%zu,\"most\":%zu}\n", least->events, most->events);
  std::fflush(stdout);
}

}  // namespace

void run_streams(const StreamsPlan& plan) {
  raise_descriptor_limit();
  Streams streams(plan);
  streams.open();
  streams.run();
}

}  // namespace pmx::bench
