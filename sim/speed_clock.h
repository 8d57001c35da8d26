// A clock that runs faster than the machine's, so that days of a cluster pass in minutes.
#pragma once

#include "base/clock.h"

namespace pmx::sim {

/// Starts at the time of `real` and goes `speed` times as fast; thread-safe.
class SpeedClock final : public Clock {
 public:
  /// `speed` >= 1; `real` outlives this.
  SpeedClock(Clock& real, double speed);

  [[nodiscard]] SystemTime now() const override;
  [[nodiscard]] SteadyTime steady() const override;
  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override;

 private:
  Clock& real_;
  const double speed_;
  const SystemTime began_;
  const SteadyTime began_steady_;
};

}  // namespace pmx::sim
