#include "app/follower.h"

#include <exception>
#include <utility>

#include "base/log.h"

namespace pmx::app {
namespace {

/// The wall: what one look throws ends neither the thread nor the looks after it.
void take(const Look& look) {
  try {
    look();
  } catch (const std::exception& failure) {
    log::error(Context{}, "follower.exception", {{"what", failure.what()}});
  } catch (...) {
    log::error(Context{}, "follower.exception", {{"what", "not a std::exception"}});
  }
}

}  // namespace

Follower::Follower(Clock& clock, std::chrono::milliseconds interval, std::vector<Look> looks)
    : thread_([&clock, interval, looks = std::move(looks)](const std::stop_token& stop) {
        while (clock.wait(stop, interval)) {
          for (const Look& look : looks) take(look);
        }
      }) {}

}  // namespace pmx::app
