// Connection: one transport being served, and how messages leave on it. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "mcp/gate/gate.h"
#include "mcp/server/request_table.h"
#include "mcp/transport/transport.h"

namespace pmx::mcp {

class Connection {
 public:
  /// `max_bytes`: the budget of the requests in flight.
  Connection(Transport& transport, std::size_t max_bytes)
      : requests(max_bytes), transport_(transport) {}

  /// Writes a message; nothing when there is none, after close(), or once the peer is gone.
  void send(const std::optional<Cleared>& message);

  /// Nothing is sent any more; the transport may go away once no send() is running.
  void close() { closed_ = true; }

  RequestTable requests;

 private:
  Transport& transport_;
  std::atomic<bool> closed_ = false;
};

/// Takes the answer of one request, or nothing when it gets none. Called exactly once.
using Deliver = std::function<void(std::optional<Cleared>)>;

/// Gathers the answers of a batch and sends them as one array once the last is in.
class Batch {
 public:
  Batch(std::shared_ptr<Connection> connection, std::size_t expected);

  void add(std::optional<Cleared> answer);

 private:
  const std::shared_ptr<Connection> connection_;  // shared: outlives the reader on a late answer
  std::mutex mutex_;
  std::size_t missing_;
  std::vector<Cleared> answers_;
};

}  // namespace pmx::mcp
