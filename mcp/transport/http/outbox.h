// Outbox: what an exchange wants to send, on its way from any thread to the loop.
//
// Producers add pieces under a mutex and wake the loop at most once until it has taken them. The
// bytes of a piece count from before it is handed over until it has been written, so that a reader
// that is too slow is noticed at once and memory stays bounded.
//
// A whole answer from another thread goes into the socket at once when it fits there: waking the
// loop costs more than the rest of a small answer. The loop finds out when it next looks.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "mcp/gate/gate.h"

namespace pmx::mcp::http {

class Connection;
class Loop;

/// Bytes to send: text, then a body.
struct Piece {
  std::string text;
  std::optional<Cleared> body;

  [[nodiscard]] std::size_t size() const {
    return text.size() + (body ? body->bytes().size() : std::size_t{0});
  }
};

class Outbox {
 public:
  enum class Kind { kWhole, kStream };

  /// What the loop finds.
  struct Taken {
    std::vector<Piece> pieces;
    bool complete = false;   ///< nothing follows
    bool close = false;      ///< the connection ends after this
    bool streaming = false;  ///< an event stream is open
    SteadyTime sent{};       ///< when the whole answer went past the loop
  };

  /// Where the bytes go. `socket`: what a producer may write to itself, -1 for none.
  struct Way {
    std::shared_ptr<Loop> loop;
    std::weak_ptr<Connection> connection;
    int socket = -1;
  };

  /// Starts as if woken: what is added before the first take() waits for it.
  Outbox(Way way, std::size_t limit);

  // Producers, any thread.

  /// The beginning of the one answer; false when there is one already or the client is gone.
  bool begin(Kind kind, Piece piece, bool close);
  /// More of an open stream; false when there is none, or the limit is reached.
  bool add(Piece piece);
  /// The end of an open stream.
  void finish(Piece piece);
  /// True until begin() or close().
  [[nodiscard]] bool is_unanswered() const;
  /// True when begin() and finish() would do nothing.
  [[nodiscard]] bool is_over() const;

  // The loop.

  /// `needed`: the loop has more to do after the answer, and is to be woken even when that went
  /// past it.
  Taken take(bool needed);
  /// True when the whole answer went past the loop, which has not taken notice yet.
  [[nodiscard]] bool is_sent() const;
  /// True when the reader was too slow.
  [[nodiscard]] bool is_dropped() const;
  /// `size` bytes have left.
  void sent(std::size_t size);
  /// What close() ended.
  struct Ended {
    bool stream = false;  ///< one was open or begun
    bool cut_off = true;  ///< the answer did not go past the loop as a whole
  };
  /// From now on every call of a producer is a no-op, and none touches the socket.
  Ended close();

  std::stop_source gone;  ///< requested by the loop only

 private:
  enum class Stage { kUnanswered, kStreaming, kComplete, kSent, kClosed };

  bool send_now(Piece& piece);
  void append(Piece piece);
  void wake(std::unique_lock<std::mutex> lock);

  const Way way_;  // its loop is shared: exchanges may outlive the server
  const std::size_t limit_;

  mutable std::mutex mutex_;  // guards the rest
  std::vector<Piece> pieces_;
  std::size_t held_ = 0;
  Stage stage_ = Stage::kUnanswered;
  bool is_stream_ = false;
  bool close_ = false;
  bool dropped_ = false;
  bool woken_ = true;
  bool loop_needed_ = false;
  SteadyTime sent_{};
};

}  // namespace pmx::mcp::http
