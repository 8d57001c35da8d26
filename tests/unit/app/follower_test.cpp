#include "app/follower.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

using namespace pmx;

namespace {

/// Lets time pass as often as it is told to; otherwise waits for the end.
class SteppedClock final : public Clock {
 public:
  SystemTime now() const override { return {}; }
  SteadyTime steady() const override { return {}; }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override {
    std::unique_lock lock(mutex_);
    asked_ = duration;
    const bool stepped = changed_.wait(lock, stop, [this] { return steps_ > 0 && steps_-- > 0; });
    stopped_ = !stepped;
    return stepped;
  }
  void step(int times) {
    const std::lock_guard lock(mutex_);
    steps_ += times;
    changed_.notify_all();
  }
  std::chrono::milliseconds asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  /// Whether the wait under way was ended by its owner.
  bool stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int steps_ = 0;
  bool stopped_ = false;
  std::chrono::milliseconds asked_{0};
};

}  // namespace

TEST_CASE("follower: looks once each time the interval has passed, and ends with its owner") {
  SteppedClock clock;
  std::atomic<int> looks = 0;
  std::optional<app::Follower> follower;
  follower.emplace(clock, std::chrono::milliseconds(1000), std::vector<app::Look>{[&looks] {
                     ++looks;
                     looks.notify_all();
                   }});
  clock.step(2);
  for (int seen = looks; seen < 2; seen = looks) looks.wait(seen);
  CHECK(clock.asked() == std::chrono::milliseconds(1000));
  CHECK_FALSE(clock.stopped());
  follower.reset();
  CHECK(clock.stopped());
  CHECK(looks == 2);
}

TEST_CASE("follower: a look that throws hinders neither the others nor the next turn") {
  SteppedClock clock;
  std::atomic<int> looks = 0;
  const app::Follower follower(clock, std::chrono::milliseconds(1000),
                               {[] { throw std::runtime_error("bad"); }, [] { throw 7; },
                                [&looks] {
                                  ++looks;
                                  looks.notify_all();
                                }});
  clock.step(2);
  for (int seen = looks; seen < 2; seen = looks) looks.wait(seen);
  CHECK(looks == 2);
}
