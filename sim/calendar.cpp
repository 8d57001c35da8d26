#include "sim/calendar.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace pmx::sim {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kHorizon = 366 * 5;  ///< days looked ahead

/// Values of one unit of time: each from first to last in steps; nothing = all.
struct Spec {
  std::vector<std::array<int, 3>> ranges;

  [[nodiscard]] bool holds(int value) const {
    return ranges.empty() || std::any_of(ranges.begin(), ranges.end(), [&](const auto& one) {
             return value >= one[0] && value <= one[1] && (value - one[0]) % one[2] == 0;
           });
  }
};

struct Event {
  Spec weekday;  ///< 0 = Monday
  Spec year, month, day;
  Spec hour, minute, second;
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> number(std::string_view text, int most) {
  if (text.empty() || text.size() > 4 ||
      text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const int value = std::atoi(std::string(text).c_str());
  return value <= most ? std::optional(value) : std::nullopt;
}

/// "*", "*/15", "5", "8..17", "8..17/2", "1,15" with values up to `most`.
std::optional<Spec> read_spec(std::string_view text, int least, int most) {
  Spec out;
  for (std::string_view item : split(text, ',')) {
    int step = 1;
    const auto slash = item.find('/');
    if (slash != std::string_view::npos) {
      const auto given = number(item.substr(slash + 1), most);
      if (!given || *given == 0) return std::nullopt;
      step = *given;
      item = item.substr(0, slash);
    }
    if (item == "*") {
      out.ranges.push_back({least, most, step});
      continue;
    }
    const auto dots = item.find("..");
    const auto first = number(item.substr(0, dots), most);
    const auto last = dots == std::string_view::npos ? first : number(item.substr(dots + 2), most);
    if (!first || !last || *first < least) return std::nullopt;
    const bool open = dots == std::string_view::npos && slash != std::string_view::npos;
    out.ranges.push_back({*first, open ? most : *last, step});
  }
  return out;
}

std::optional<int> weekday(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kDays{
      "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (std::size_t i = 0; i < kDays.size(); ++i)
    if (lower == kDays[i] || lower == kDays[i].substr(0, 3)) return static_cast<int>(i);
  return std::nullopt;
}

std::optional<Spec> read_weekdays(std::string_view text) {
  Spec out;
  for (const std::string_view item : split(text, ',')) {
    if (item.empty()) continue;
    auto dots = item.find("..");
    std::size_t width = 2;
    if (dots == std::string_view::npos) {
      dots = item.find('-');
      width = 1;
    }
    const auto first = weekday(item.substr(0, dots));
    const auto last = dots == std::string_view::npos ? first : weekday(item.substr(dots + width));
    if (!first || !last) return std::nullopt;
    if (*first <= *last) {
      out.ranges.push_back({*first, *last, 1});
    } else {
      out.ranges.push_back({*first, 6, 1});
      out.ranges.push_back({0, *last, 1});
    }
  }
  return out;
}

bool read_date(std::string_view text, Event& event) {
  auto parts = split(text, '-');
  if (parts.size() == 2) parts.insert(parts.begin(), "*");
  if (parts.size() != 3) return false;
  const auto year = read_spec(parts[0], 1970, 9999);
  const auto month = read_spec(parts[1], 1, 12);
  const auto day = read_spec(parts[2], 1, 31);
  if (!year || !month || !day) return false;
  event.year = *year;
  event.month = *month;
  event.day = *day;
  return true;
}

/// "HH:MM:SS", "HH:MM" or, alone, minutes.
bool read_time(std::string_view text, Event& event) {
  auto parts = split(text, ':');
  if (parts.size() > 3) return false;
  if (parts.size() == 1) parts.insert(parts.begin(), "*");
  if (parts.size() == 2) parts.push_back("0");
  const auto hour = read_spec(parts[0], 0, 23);
  const auto minute = read_spec(parts[1], 0, 59);
  const auto second = read_spec(parts[2], 0, 59);
  if (!hour || !minute || !second) return false;
  event.hour = *hour;
  event.minute = *minute;
  event.second = *second;
  return true;
}

std::string_view spelled_out(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kWords{{
      {"minutely", "*:*:00"},
      {"hourly", "*:00:00"},
      {"daily", "*-*-* 00:00:00"},
      {"weekly", "mon *-*-* 00:00:00"},
      {"monthly", "*-*-01 00:00:00"},
      {"yearly", "*-01-01 00:00:00"},
      {"annually", "*-01-01 00:00:00"},
      {"quarterly", "*-01,04,07,10-01 00:00:00"},
      {"semiannually", "*-01,07-01 00:00:00"},
  }};
  for (const auto& [word, meaning] : kWords)
    if (word == text) return meaning;
  return text;
}

std::optional<Event> read_event(std::string_view text) {
  Event event;
  event.hour = event.minute = event.second = Spec{{{0, 0, 1}}};
  bool seen = false;
  bool timed = false;
  for (const std::string_view part : split(spelled_out(text), ' ')) {
    if (part.empty()) continue;
    if (timed) return std::nullopt;
    const auto days = seen ? std::nullopt : read_weekdays(part);
    if (days) {
      event.weekday = *days;
    } else if (part.find('-') != std::string_view::npos) {
      if (!read_date(part, event)) return std::nullopt;
    } else {
      if (!read_time(part, event)) return std::nullopt;
      timed = true;
    }
    seen = true;
  }
  return seen ? std::optional(event) : std::nullopt;
}

bool is_on_day(const Event& event, std::int64_t day) {
  const std::time_t time = day * kDay;
  std::tm parts{};
  gmtime_r(&time, &parts);
  return event.weekday.holds((parts.tm_wday + 6) % 7) && event.year.holds(parts.tm_year + 1900) &&
         event.month.holds(parts.tm_mon + 1) && event.day.holds(parts.tm_mday);
}

/// The first second of the day from `from` on that fits; nothing when the day has none left.
std::optional<std::int64_t> in_day(const Event& event, std::int64_t from) {
  for (std::int64_t at = from; at < kDay; ++at) {
    const int hour = static_cast<int>(at / 3600);
    const int minute = static_cast<int>(at / 60 % 60);
    if (!event.hour.holds(hour)) {
      at = (hour + 1) * std::int64_t{3600} - 1;
    } else if (!event.minute.holds(minute)) {
      at = at / 60 * 60 + 59;
    } else if (event.second.holds(static_cast<int>(at % 60))) {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_calendar_event(std::string_view text) { return read_event(text).has_value(); }

std::optional<std::int64_t> next_event(std::string_view text, std::int64_t after) {
  const auto event = read_event(text);
  if (!event) return std::nullopt;
  const std::int64_t first = (after + 1) / kDay;
  for (std::int64_t day = first; day < first + kHorizon; ++day) {
    if (!is_on_day(*event, day)) continue;
    if (const auto at = in_day(*event, day == first ? (after + 1) % kDay : 0))
      return day * kDay + *at;
  }
  return std::nullopt;
}

}  // namespace pmx::sim
