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

  /// Calls what is due, earliest first, without locks held. What throws is logged.
  void run(SteadyTime now);

 private:
  using Key = std::pair<SteadyTime, Ticket>;

  /// Takes it out of the list; empty when it is not there any more.
  std::function<void()> take(const Key& key);

  std::mutex mutex_;
  Ticket last_ = 0;
  std::map<Ticket, SteadyTime> times_;
  std::map<Key, std::function<void()>> due_;
};

}  // namespace pmx::mcp
