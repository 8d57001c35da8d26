#include "sim/speed_clock.h"

#include <doctest/doctest.h>

#include "tests/unit/sim/fake_clock.h"

namespace pmx::sim {

using namespace std::chrono_literals;

TEST_CASE("speed clock: begins at the real time and runs so many times as fast") {
  FakeClock real;
  const SpeedClock clock(real, 60);
  CHECK(clock.now() == real.now());
  const SystemTime began = clock.now();
  const SteadyTime steady = clock.steady();
  real.tick(1s);
  CHECK(clock.now() - began == 60s);
  CHECK(clock.steady() - steady == 60s);
}

TEST_CASE("speed clock: waiting takes the real part of the time") {
  FakeClock real;
  SpeedClock clock(real, 10);
  const SystemTime began = real.now();
  CHECK(clock.wait({}, 5s));
  CHECK(real.now() - began == 500ms);
}

}  // namespace pmx::sim
