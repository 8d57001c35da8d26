// Loop: one event loop with its thread's connections and their deadlines.
//
// One timer sweeps all deadlines instead of a timer for each connection; it runs only while there
// are connections. Everything but wake() and post() belongs to the loop's thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "mcp/transport/http/server.h"

namespace boost::asio {
class io_context;
}

namespace pmx::mcp::http {

class Connection;

/// What all loops of a server share. Thread-safe.
struct Shared {
  HttpOptions options;
  HttpHandler handler;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> streams = 0;
  std::atomic<bool> stopping = false;
};

/// Now, some milliseconds late at most and for a third of the price: good enough for deadlines,
/// which the sweep looks at every 50 ms.
SteadyTime rough_now();

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<Shared> shared);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until drain() has closed every connection.
  void run();

  /// Calls on_wake() of a connection that still lives. Any thread.
  void wake(std::weak_ptr<Connection> connection);

  /// Runs `work` on the loop. Any thread.
  void post(std::function<void()> work);

  /// Takes a connection in: it is closed when its deadline passes or the loop ends.
  void adopt(std::shared_ptr<Connection> connection);

  /// Forgets a closed connection.
  void remove(std::size_t slot);

  void set_deadline(std::size_t slot, SteadyTime deadline) { slots_[slot].deadline = deadline; }

  /// Closes idle connections now and all at `deadline`; run() returns after the last.
  void drain(SteadyTime deadline);

  [[nodiscard]] Shared& shared() { return *shared_; }
  [[nodiscard]] std::shared_ptr<Shared> share() const { return shared_; }
  [[nodiscard]] boost::asio::io_context& context();

 private:
  struct Engine;
  struct Slot {
    SteadyTime deadline;
    std::shared_ptr<Connection> connection;
  };

  void arm();
  void sweep();

  const std::shared_ptr<Shared> shared_;  // exchanges of a finished server still look into it
  std::unique_ptr<Engine> engine_;
  std::vector<Slot> slots_;
  SteadyTime drain_deadline_;
  bool draining_ = false;
  bool armed_ = false;
};

}  // namespace pmx::mcp::http
