#include "sim/speed_clock.h"

namespace pmx::sim {

using std::chrono::duration_cast;

SpeedClock::SpeedClock(Clock& real, double speed)
    : real_(real), speed_(speed), began_(real.now()), began_steady_(real.steady()) {}

SystemTime SpeedClock::now() const {
  return began_ + duration_cast<std::chrono::milliseconds>((real_.now() - began_) * speed_);
}

SteadyTime SpeedClock::steady() const {
  return began_steady_ +
         duration_cast<SteadyTime::duration>((real_.steady() - began_steady_) * speed_);
}

bool SpeedClock::wait(const std::stop_token& stop, std::chrono::milliseconds duration) {
  return real_.wait(stop, duration_cast<std::chrono::milliseconds>(duration / speed_));
}

}  // namespace pmx::sim
