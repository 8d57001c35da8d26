#include "base/clock.h"

#include <doctest/doctest.h>

#include <random>

using pmx::format_time;
using pmx::parse_time;

TEST_CASE("time: text and value convert into each other") {
  for (const char* text : {"2026-11-21T13:30:41.123Z", "1970-01-01T00:00:00.000Z",
                           "1969-12-31T23:59:59.999Z", "2024-02-29T12:00:00.000Z"}) {
    CAPTURE(text);
    const auto time = parse_time(text);
    REQUIRE(time.ok());
    CHECK(format_time(*time) == text);
  }
  CHECK(format_time(*parse_time("2026-11-21T13:30:41Z")) == "2026-11-21T13:30:41.000Z");
  CHECK(format_time(*parse_time("2026-11-21T13:30:41.5Z")) == "2026-11-21T13:30:41.500Z");
}

TEST_CASE("time: what is no time is refused") {
  for (const char* text :
       {"", "yesterday", "2026-11-21", "2026-11-21T13:30:41", "2026-11-21T13:30:41+01:00",
        "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T13:30:41.Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).ok());
  }
}

TEST_CASE("clock: a wait ends at once when stop was requested") {
  std::stop_source source;
  source.request_stop();
  CHECK_FALSE(pmx::system_clock().wait(source.get_token(), std::chrono::hours(1)));
}

TEST_CASE("time: any instant of a thousand years survives its text") {
  std::mt19937_64 random(1);
  constexpr std::int64_t kSpan = std::int64_t{1000} * 365 * 86'400'000;
  for (int round = 0; round < 2000; ++round) {
    const pmx::SystemTime time(std::chrono::milliseconds(
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kSpan)) - kSpan / 2));
    const std::string text = format_time(time);
    CAPTURE(text);
    CHECK(parse_time(text).value() == time);
  }
}

TEST_CASE("time: a fraction finer than a millisecond is cut, not rounded") {
  CHECK(format_time(*parse_time("2026-11-21T13:30:41.9999Z")) == "2026-11-21T13:30:41.999Z");
  CHECK(format_time(*parse_time("2026-11-21T13:30:41.000000001Z")) == "2026-11-21T13:30:41.000Z");
}

TEST_CASE("time: days and hours that the calendar does not have are refused") {
  for (const char* text : {"2025-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:60Z", "2026-12-31T23:59:60Z"}) {
    CAPTURE(text);
    CHECK(parse_time(text).error().code == pmx::Code::kInvalidArgument);
  }
}

TEST_CASE("clock: a wait of no time or of negative time ends at once and was not stopped") {
  for (const int millis : {0, -5})
    CHECK(pmx::system_clock().wait(std::stop_token(), std::chrono::milliseconds(millis)));
}

TEST_CASE("time: signs, blanks and short numbers are no part of the form") {
  for (const char* text :
       {" 2026-11-21T13:30:41Z", "+026-11-21T13:30:41Z", "26-11-21T13:30:41Z", "2026-1-1T1:2:3Z",
        "2026-+1-21T13:30:41Z", "2026-11- 1T13:30:41Z", "2026-11-21T13:30:41 Z",
        "2026-11-21t13:30:41Z", "12026-11-21T13:30:41Z"}) {
    CAPTURE(std::string(text));
    CHECK(parse_time(text).error().code == pmx::Code::kInvalidArgument);
  }
}
