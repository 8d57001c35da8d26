// MemoryTransport: a conversation without pipes, for tests and fuzzing. All members thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "mcp/transport/transport.h"

namespace pmx::mcp {

class MemoryTransport final : public Transport {
 public:
  /// Queues one message of the peer.
  void push(std::string line);

  /// Queues what a reader reports for a message above the size limit.
  void push_oversized();

  /// Ends the input once the queue is read.
  void end();

  /// From now on the peer is gone: write() answers kUnavailable.
  void hang_up();

  /// Everything written so far.
  [[nodiscard]] std::vector<std::string> written() const;

  /// Waits until `count` messages are written; false when `patience` runs out first.
  bool wait_written(std::size_t count,
                    std::chrono::milliseconds patience = std::chrono::seconds(20));

  Result<std::optional<std::string>> read() override;
  Result<void> write_all(std::span<const Cleared> messages) override;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::optional<std::string>> input_;  // nothing = an oversized message
  std::vector<std::string> written_;
  bool ended_ = false;
  bool gone_ = false;
};

}  // namespace pmx::mcp
