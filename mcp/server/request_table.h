// RequestTable: the requests of one connection that are not answered yet. Thread-safe.
//
// An id lives from open() to settle(); the request itself counts as in flight until left(), which
// comes after its answer was written. So an id may be used again as soon as its answer is out.
//
// The messages of live requests are held in memory, queued or running. Their bytes have a budget,
// so that a peer that sends and sends gets refusals instead of our memory.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <variant>

#include "base/json.h"

namespace pmx::mcp {

class RequestTable {
 public:
  enum class Refusal { kIdInUse, kTooManyBytes };

  /// `max_bytes`: what live requests may weigh together.
  explicit RequestTable(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Registers a request whose message has `bytes`. One alone is never too much: the transport
  /// limits it.
  std::variant<std::stop_token, Refusal> open(const Json& id, std::size_t bytes);

  /// notifications/cancelled: stops the request and takes away its answer. Unknown ids are ignored.
  void cancel(const Json& id);

  /// Frees the id. True when the request may still be answered, false when it was cancelled.
  bool settle(const Json& id);

  /// The answer has left, or there is none.
  void left();

  /// Cancels everything.
  void stop_all();

  /// Waits until nothing is in flight; false when `patience` (real time) runs out first.
  bool wait_idle(std::chrono::milliseconds patience);

 private:
  struct Live {
    std::stop_source source;
    std::size_t bytes = 0;
  };

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, Live> live_;  // by id_key()
  std::size_t bytes_ = 0;             // of all that are live
  std::size_t in_flight_ = 0;
};

}  // namespace pmx::mcp
