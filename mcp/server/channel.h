// Channel: where what belongs to one request leaves, in order. A pipe's requests share one; an HTTP
// POST has its own. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "mcp/gate/gate.h"
#include "mcp/rpc/error.h"
#include "mcp/transport/transport.h"

namespace pmx {
class Executor;
}

namespace pmx::mcp {

class Channel {
 public:
  virtual ~Channel() = default;

  /// A message before the answer: progress, a log message, a question of ours, an event of a
  /// subscription. Nothing is ignored.
  virtual void send(std::optional<Cleared> message) = 0;

  /// The answer of a request, or nothing when it gets none. `error` as answered, nullptr for a
  /// result: HTTP makes its status of it. Once per request, after its last send().
  virtual void finish(std::optional<Cleared> answer, const RpcError* error) = 0;

  /// Lets the client go and come back for the answer after `retry`, where the channel can do that
  /// (Streamable HTTP of 2025-11-25); otherwise nothing.
  virtual void poll_later(std::chrono::milliseconds /*retry*/) {}

  /// False once nothing that is sent can arrive.
  [[nodiscard]] virtual bool open() const = 0;
};

/// One byte pipe for everything: stdio. Answers that follow each other closely leave in one write.
class PipeChannel final : public Channel, public std::enable_shared_from_this<PipeChannel> {
 public:
  /// `executor`: runs the requests; without it every message is written at once.
  explicit PipeChannel(Transport& transport, Executor* executor = nullptr)
      : transport_(transport), executor_(executor) {}

  void send(std::optional<Cleared> message) override;
  void finish(std::optional<Cleared> answer, const RpcError* error) override;
  [[nodiscard]] bool open() const override { return !closed_; }

  /// Waits until nothing is left to be written; false when `patience` (real time) runs out first.
  bool wait_written(std::chrono::milliseconds patience);

  /// Nothing is sent any more; the transport may go away once no send() is running.
  void close() { closed_ = true; }

 private:
  bool gather(Cleared& answer);
  void flush(std::optional<Cleared> last);
  std::vector<Cleared> take_turn();
  void end_turn();

  Transport& transport_;
  Executor* const executor_;
  std::atomic<bool> closed_ = false;
  std::mutex order_;  // held while messages are taken and written, so that they keep their order
  std::mutex mutex_;  // guards the rest
  std::condition_variable written_;
  std::vector<Cleared> waiting_;  // answers; the executor was asked to flush() them
  std::size_t waiting_bytes_ = 0;
  bool writing_ = false;
};

/// Gathers the answers of a batch (2025-03-26) and sends them as one array once the last is in.
class BatchChannel final : public Channel {
 public:
  /// `expected` answers will come; `to` gets the array, or nothing when no request was answered.
  BatchChannel(std::shared_ptr<Channel> to, std::size_t expected);

  void send(std::optional<Cleared> message) override { to_->send(std::move(message)); }
  void finish(std::optional<Cleared> answer, const RpcError* error) override;
  [[nodiscard]] bool open() const override { return to_->open(); }

 private:
  const std::shared_ptr<Channel> to_;
  std::mutex mutex_;
  std::size_t missing_;
  std::vector<Cleared> answers_;
};

}  // namespace pmx::mcp
