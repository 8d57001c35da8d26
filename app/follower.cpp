#include "app/follower.h"

#include <utility>

#include "base/wall.h"

namespace pmx::app {

Follower::Follower(Clock& clock, std::chrono::milliseconds interval, std::vector<Look> looks)
    : thread_([&clock, interval, looks = std::move(looks)](const std::stop_token& stop) {
        while (clock.wait(stop, interval)) {
          for (const Look& look : looks) attempt(Context{}, look);
        }
      }) {}

}  // namespace pmx::app
