// Follower: looks at regular times at what the other processes of the installation did.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "base/clock.h"

namespace pmx::app {

class Follower {
 public:
  /// Calls `look` every `interval`, on a thread of its own. `clock` outlives the follower.
  Follower(Clock& clock, std::chrono::milliseconds interval, std::function<void()> look);

  /// Stops and joins.
  ~Follower() = default;

 private:
  std::jthread thread_;
};

}  // namespace pmx::app
