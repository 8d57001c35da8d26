#include "app/follower.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

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
    return changed_.wait(lock, stop, [this] { return steps_ > 0 && steps_-- > 0; });
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

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int steps_ = 0;
  std::chrono::milliseconds asked_{0};
};

}  // namespace

TEST_CASE("follower: looks once each time the interval has passed, and ends with its owner") {
  SteppedClock clock;
  std::atomic<int> looks = 0;
  std::optional<app::Follower> follower;
  follower.emplace(clock, std::chrono::milliseconds(1000), [&looks] {
    ++looks;
    looks.notify_all();
  });
  clock.step(2);
  for (int seen = looks; seen < 2; seen = looks) looks.wait(seen);
  CHECK(clock.asked() == std::chrono::milliseconds(1000));
  follower.reset();
  clock.step(1);
  CHECK(looks == 2);
}
