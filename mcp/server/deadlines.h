// Deadlines: what is to happen when somebody took too long. Nothing waits on a thread: run() is
// called now and then (Server::look_around). Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/clock.h"

namespace pmx::mcp {

class Deadlines {
 public:
  using Ticket = std::uint64_t;  ///< never 0

  /// `then` is called once, by the first run() at or after `when`.
  Ticket add(SteadyTime when, std::function<void()> then);

  /// It was in time. Unknown tickets are ignored.
  void drop(Ticket ticket);

  /// Calls what is due, earliest first, without locks held.
  void run(SteadyTime now);

 private:
  std::mutex mutex_;
  Ticket last_ = 0;
  std::map<Ticket, SteadyTime> times_;
  std::map<std::pair<SteadyTime, Ticket>, std::function<void()>> due_;
};

}  // namespace pmx::mcp
