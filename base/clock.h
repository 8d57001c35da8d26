// Time as a dependency: the wall clock, the steady clock and waiting, behind one interface so that
// tests turn the hands themselves. Thread-safe.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx {

using SystemTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// What time it is and how to wait; thread-safe. Tests turn the hands of a fake one.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Wall-clock time, for what people read and what is stored.
  [[nodiscard]] virtual SystemTime now() const = 0;

  /// Monotonic time, for deadlines and durations.
  [[nodiscard]] virtual SteadyTime steady() const = 0;

  /// Blocks for `duration` or until `stop` is requested. True when the time passed, false when
  /// stopped.
  virtual bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) = 0;
};

/// The machine's clock.
Clock& system_clock();

/// "2026-11-21T13:30:41.123Z".
std::string format_time(SystemTime time);

/// Reads format_time's form (fraction optional, "Z" required). kInvalidArgument otherwise.
Result<SystemTime> parse_time(std::string_view text);

}  // namespace pmx
