#include "mcp/transport/stdio.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>

namespace pmx::mcp {
namespace {

constexpr int kLastPatience = 100;  // ms for a peer that closed our input to take what is left
constexpr std::size_t kChunk = std::size_t{64} << 10;

Error system_error(const char* what) {
  return Error{Code::kUnavailable, std::string(what) + ": " + std::strerror(errno), ""};
}

/// Waits until `out_fd` takes bytes. A peer that has closed its end of our input and does not read
/// either is gone: without this a blocked write would keep the process alive for ever.
Result<void> wait_writable(int out_fd, int in_fd) {
  while (true) {
    pollfd ends[] = {{out_fd, POLLOUT, 0}, {in_fd, 0, 0}};
    if (::poll(ends, 2, -1) < 0 && errno != EINTR) return system_error("cannot write");
    if (ends[0].revents != 0) return {};
    if ((ends[1].revents & POLLHUP) == 0) continue;
    if (::poll(ends, 1, kLastPatience) == 0) {
      return Error{Code::kUnavailable, "the peer has left without reading its answers", ""};
    }
  }
}

/// Writes all of `text`, in pieces that a writable pipe takes without blocking.
Result<void> write_text(int out_fd, int in_fd, std::string_view text) {
  while (!text.empty()) {
    PMX_TRY_VOID(wait_writable(out_fd, in_fd));
    const ssize_t wrote =
        ::write(out_fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (wrote > 0) {
      text.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (wrote < 0 && errno != EINTR && errno != EAGAIN) {
      return system_error("the peer does not read any more");
    }
  }
  return {};
}

}  // namespace

StdioTransport::StdioTransport(int in_fd, int out_fd, std::size_t max_message)
    : in_fd_(in_fd),
      out_fd_(out_fd),
      max_message_(max_message),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      chunk_(std::make_unique_for_overwrite<char[]>(kChunk)) {}

StdioTransport::~StdioTransport() {
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

void StdioTransport::interrupt() noexcept {
  const std::uint64_t one = 1;
  // A full counter means that the wake-up is pending already.
  [[maybe_unused]] const ssize_t wrote = ::write(wake_fd_, &one, sizeof one);
}

Result<std::optional<std::string>> StdioTransport::read() {
  while (true) {
    if (auto line = next_line()) return line;
    if (overflowed()) {
      return Error{Code::kResourceExhausted,
                   "the message exceeds " + std::to_string(max_message_) + " bytes",
                   "send smaller messages"};
    }
    if (at_end_) return std::optional<std::string>();
    switch (fill()) {
      case Fill::kData: break;
      case Fill::kEnd: at_end_ = true; break;
      case Fill::kBroken: return system_error("cannot read the input");
    }
  }
}

/// The next non-empty complete line, or at the end what is left.
std::optional<std::string> StdioTransport::next_line() {
  while (true) {
    const std::size_t end = buffer_.find('\n', scanned_);
    scanned_ = end == std::string::npos ? buffer_.size() : end + 1;
    if (end == std::string::npos && !(at_end_ && start_ < buffer_.size())) return std::nullopt;
    std::size_t stop = end == std::string::npos ? buffer_.size() : end;
    if (stop > start_ && buffer_[stop - 1] == '\r') --stop;
    const bool rest_of_oversized = skipping_;
    if (!rest_of_oversized && stop - start_ > max_message_) return std::nullopt;
    std::string line = rest_of_oversized ? std::string() : buffer_.substr(start_, stop - start_);
    start_ = scanned_;
    skipping_ = false;
    if (!line.empty()) return line;
  }
}

/// Forgets an oversized message; true when a new one has just been found.
bool StdioTransport::overflowed() {
  const std::size_t held = scanned_ - start_;
  const std::size_t allowed = max_message_ + (at_end_ ? 0 : 1);  // 1: a CR may begin the line end
  if (!skipping_ && held <= allowed) return false;
  const bool complete = held > 0 && buffer_[scanned_ - 1] == '\n';
  const bool fresh = !skipping_;
  skipping_ = !complete;
  start_ = scanned_;
  return fresh;
}

StdioTransport::Fill StdioTransport::fill() {
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  if (buffer_.empty() && buffer_.capacity() > 16 * kChunk) buffer_.shrink_to_fit();
  pollfd waiting[2] = {{in_fd_, POLLIN, 0}, {wake_fd_, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0) {
    if (errno != EINTR) return Fill::kBroken;
  }
  if (waiting[1].revents != 0) return Fill::kEnd;
  ssize_t got = -1;
  do {
    got = ::read(in_fd_, chunk_.get(), kChunk);
  } while (got < 0 && errno == EINTR);
  const bool retry = got < 0 && errno == EAGAIN;
  if (got > 0) buffer_.append(chunk_.get(), static_cast<std::size_t>(got));
  if (got > 0 || retry) return Fill::kData;
  return got == 0 ? Fill::kEnd : Fill::kBroken;
}

Result<void> StdioTransport::write_all(std::span<const Cleared> messages) {
  std::size_t size = messages.size();
  for (const Cleared& message : messages) size += message.bytes().size();
  std::string lines;
  lines.reserve(size);
  for (const Cleared& message : messages) (lines += message.bytes()) += '\n';
  const std::lock_guard lock(write_mutex_);
  if (broken_) return Error{Code::kUnavailable, "the peer does not read any more", ""};
  auto wrote = write_text(out_fd_, in_fd_, lines);
  broken_ = !wrote.ok();
  return wrote;
}

Result<int> take_stdout() {
  const int fd = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return system_error("cannot duplicate stdout");
  if (::dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) return fd;
  const int null_fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const bool moved = null_fd >= 0 && ::dup2(null_fd, STDOUT_FILENO) >= 0;
  if (null_fd >= 0) ::close(null_fd);
  if (moved) return fd;
  ::close(fd);
  return system_error("cannot redirect stdout");
}

}  // namespace pmx::mcp
