#include "base/clock.h"

#include <doctest/doctest.h>

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
