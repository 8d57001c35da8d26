// A clock whose hands the test turns.
#pragma once

#include "base/clock.h"

namespace pmx::sim {

class FakeClock : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override { return now_; }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(now_.time_since_epoch()); }
  bool wait(const std::stop_token&, std::chrono::milliseconds duration) override {
    tick(duration);
    return true;
  }
  void tick(std::chrono::milliseconds duration) { now_ += duration; }

 private:
  SystemTime now_{std::chrono::milliseconds{1'795'260'000'000}};
};

}  // namespace pmx::sim
