#include "app/follower.h"

#include <utility>

namespace pmx::app {

Follower::Follower(Clock& clock, std::chrono::milliseconds interval, std::function<void()> look)
    : thread_([&clock, interval, look = std::move(look)](const std::stop_token& stop) {
        while (clock.wait(stop, interval)) look();
      }) {}

}  // namespace pmx::app
