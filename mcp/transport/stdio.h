// StdioTransport: newline-delimited JSON over two file descriptors (MCP "stdio").
//
// Reads with poll and a buffer of its own, writes whole lines. Nothing else may write to the output
// descriptor: take_stdout() moves the real stdout away, so that stray prints end up on stderr. The
// process must ignore SIGPIPE. read() belongs to one thread; write() and interrupt() to any.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "mcp/transport/transport.h"

namespace pmx::mcp {

class StdioTransport final : public Transport {
 public:
  static constexpr std::size_t kMaxMessage = std::size_t{16} << 20;

  /// Does not own the descriptors. `max_message` in bytes, without the line end.
  StdioTransport(int in_fd, int out_fd, std::size_t max_message = kMaxMessage);
  ~StdioTransport() override;
  StdioTransport(const StdioTransport&) = delete;
  StdioTransport& operator=(const StdioTransport&) = delete;

  /// Lines end in LF or CRLF; empty lines are skipped; a last line without an end counts.
  Result<std::optional<std::string>> read() override;

  Result<void> write_all(std::span<const Cleared> messages) override;

  /// Makes the running and every later read() report the end of input. Async-signal-safe.
  void interrupt() noexcept;

 private:
  enum class Fill { kData, kEnd, kBroken };

  std::optional<std::string> next_line();
  bool overflowed();
  Fill fill();

  const int in_fd_;
  const int out_fd_;
  const std::size_t max_message_;
  int wake_fd_ = -1;
  std::unique_ptr<char[]> chunk_;  // what one read() takes; reader thread only, like the next five
  std::string buffer_;
  std::size_t start_ = 0;    // first byte not yet handed out
  std::size_t scanned_ = 0;  // no line end before this
  bool skipping_ = false;    // inside the rest of an oversized message
  bool at_end_ = false;
  std::mutex write_mutex_;
  bool broken_ = false;  // guarded by write_mutex_; a half-written line cannot be repaired
};

/// Moves stdout: returns a private duplicate of descriptor 1 (close-on-exec) and points descriptor
/// 1 at stderr. kUnavailable when the system refuses. Call once, before threads exist.
Result<int> take_stdout();

}  // namespace pmx::mcp
