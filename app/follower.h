// Follower: looks at regular times at what the other processes of the installation did.
#pragma once

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace pmx::app {

/// What is looked at, and what follows from it.
using Look = std::function<void()>;

class Follower {
 public:
  /// Takes all `looks` every `interval`, in their order, on a thread of its own. One that throws is
  /// logged and hinders no other. `clock` outlives the follower.
  Follower(Clock& clock, std::chrono::milliseconds interval, std::vector<Look> looks);

  /// Stops and joins.
  ~Follower() = default;

 private:
  std::jthread thread_;
};

}  // namespace pmx::app
