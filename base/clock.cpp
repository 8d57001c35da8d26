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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether `text` begins like `form`, in which "d" stands for a digit.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  }
  return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (const char c : text.substr(at, digits)) number = number * 10 + (c - '0');
  return number;
}

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
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  const Error bad{Code::kInvalidArgument, "not a time", "write it as 2026-11-21T13:30:41Z"};
  if (!has_form(text, kForm)) return bad;
  std::tm parts{};
  parts.tm_year = number_at(text, 0, 4);
  parts.tm_mon = number_at(text, 5, 2);
  parts.tm_mday = number_at(text, 8, 2);
  parts.tm_hour = number_at(text, 11, 2);
  parts.tm_min = number_at(text, 14, 2);
  parts.tm_sec = number_at(text, 17, 2);
  int millis = 0;
  std::string_view rest = text.substr(kForm.size());
  if (rest.starts_with('.')) {
    int digits = 0;
    rest.remove_prefix(1);
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1), ++digits) {
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
