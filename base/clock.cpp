#include "base/clock.h"

#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <mutex>

namespace pmx {
namespace {

class RealClock final : public Clock {
 public:
  SystemTime now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }

  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }

  bool wait(const std::stop_token& stop, std::chrono::milliseconds duration) override {
    std::mutex mutex;
    std::condition_variable_any signal;
    std::unique_lock lock(mutex);
    signal.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

Clock& system_clock() {
  static RealClock clock;
  return clock;
}

std::string format_time(SystemTime time) {
  const auto millis = time.time_since_epoch().count();
  const std::time_t seconds =
      static_cast<std::time_t>(millis >= 0 ? millis / 1000 : (millis - 999) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[80];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(millis - static_cast<long long>(seconds) * 1000));
  return text;
}

Result<SystemTime> parse_time(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  int millis = 0;
  int used = 0;
  const int read =
      std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used);
  const Error bad{Code::kInvalidArgument, "not a time", "write it as 2026-11-21T13:30:41Z"};
  if (read != 6) return bad;
  std::string_view rest = std::string_view(copy).substr(static_cast<std::size_t>(used));
  if (rest.starts_with('.')) {
    int digits = 0;
    rest.remove_prefix(1);
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
         rest.remove_prefix(1), ++digits) {
      if (digits < 3) millis = millis * 10 + (rest.front() - '0');
    }
    if (digits == 0) return bad;
    for (; digits < 3; ++digits) millis *= 10;
  }
  if (rest != "Z") return bad;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  std::tm normal = parts;
  const std::time_t seconds = timegm(&normal);
  if (normal.tm_mon != parts.tm_mon || normal.tm_mday != parts.tm_mday ||
      normal.tm_hour != parts.tm_hour || normal.tm_min != parts.tm_min) {
    return bad;
  }
  return SystemTime(std::chrono::milliseconds(static_cast<long long>(seconds) * 1000 + millis));
}

}  // namespace pmx
