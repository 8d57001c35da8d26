// RequestTable: the requests of one connection that are not answered yet. Thread-safe.
//
// An id lives from open() to settle(); the request itself counts as in flight until left(), which
// comes after its answer was written. So an id may be used again as soon as its answer is out.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/json.h"

namespace pmx::mcp {

class RequestTable {
 public:
  /// Registers a request. Nothing when the id is live already.
  std::optional<std::stop_token> open(const Json& id);

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
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, std::stop_source> live_;  // by id_key()
  std::size_t in_flight_ = 0;
};

}  // namespace pmx::mcp
