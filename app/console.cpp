#include "app/console.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include "base/files.h"

namespace pmx::app {

Result<std::string> read_standard_input() {
  std::string text;
  char chunk[65536];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Code::kUnavailable, "standard input cannot be read", ""};
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
  }
}

Input::Input(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

Input::Input(Input&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, STDIN_FILENO)), name_(std::move(other.name_)) {}

Input::~Input() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

Result<Input> Input::open(const std::string& file) {
  if (file.empty() || file == "-") return Input(STDIN_FILENO, "standard input");
  PMX_TRY(const int descriptor, open_file(file));
  return Input(descriptor, file);
}

Result<std::string_view> Input::next() {
  constexpr std::size_t kChunk = std::size_t{64} << 10;
  chunk_.resize(kChunk);
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, chunk_.data(), chunk_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Error{Code::kUnavailable, name_ + " cannot be read", ""};
  return std::string_view(chunk_).substr(0, static_cast<std::size_t>(got));
}

Result<std::optional<std::string>> Input::line(std::size_t longest) {
  std::size_t looked = at_;
  while (true) {
    const std::size_t end = read_.find('\n', looked);
    if (end != std::string::npos) {
      const std::size_t begin = std::exchange(at_, end + 1);
      return std::optional(read_.substr(begin, at_ - begin));
    }
    read_.erase(0, std::exchange(at_, 0));
    looked = read_.size();
    if (looked > longest)
      return Error{Code::kResourceExhausted, "a line of " + name_ + " has no end", ""};
    PMX_TRY(const std::string_view piece, next());
    if (piece.empty() && read_.empty()) return std::optional<std::string>();
    if (piece.empty()) return std::optional(std::exchange(read_, {}));
    read_ += piece;
  }
}

namespace {

constexpr std::size_t kMaxLine = std::size_t{64} << 20;

volatile std::sig_atomic_t interrupted = 0;

/// Waits for standard input; the signal is let in here alone, so that none comes too early to be
/// seen. False when it came.
bool wait_for_input() {
  sigset_t open;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &open);
  sigdelset(&open, SIGINT);
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (interrupted == 0 && ::ppoll(&input, 1, nullptr, &open) < 0 && errno == EINTR) {
  }
  return interrupted == 0;
}

void block_interrupt(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(how, &signals, nullptr);
}

}  // namespace

LineReader::LineReader() {
  interrupted = 0;
  block_interrupt(SIG_BLOCK);
  std::signal(SIGINT, [](int) { interrupted = 1; });
}

LineReader::~LineReader() {
  std::signal(SIGINT, SIG_DFL);
  block_interrupt(SIG_UNBLOCK);
}

Result<std::optional<std::string>> LineReader::next() {
  std::size_t looked = 0;
  char chunk[65536];
  while (true) {
    const std::size_t end = read_.find('\n', looked);
    if (end != std::string::npos || (ended_ && !read_.empty())) {
      std::string line = read_.substr(0, end == std::string::npos ? end : end + 1);
      read_.erase(0, line.size());
      return std::optional(std::move(line));
    }
    if (ended_ || !wait_for_input()) return std::optional<std::string>();
    looked = read_.size();
    if (looked > kMaxLine)
      return Error{Code::kResourceExhausted, "a line of standard input has no end", ""};
    const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (got < 0 && errno != EINTR)
      return Error{Code::kUnavailable, "standard input cannot be read", ""};
    ended_ = got == 0;
    if (got > 0) read_.append(chunk, static_cast<std::size_t>(got));
  }
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Result<void> finish_output() {
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::ferror(stdout) == 0) return {};
  return Error{Code::kResourceExhausted, "standard output did not take everything",
               "is the disk full, or did the reader end?"};
}

}  // namespace pmx::app
