// Calendar events of backup and replication jobs.
#include "sim/calendar.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("calendar: the next moment of an event") {
  constexpr std::int64_t kSaturday = 1795259520;  // 2026-11-21 11:12:00 UTC
  constexpr std::int64_t kMidnight = 1795219200;  // of that day
  constexpr std::int64_t kDay = 86400;
  struct Row {
    const char* event;
    std::int64_t next;
  };
  for (const Row& row : {
           Row{"*/15", kMidnight + 11 * 3600 + 15 * 60},
           Row{"02:30", kMidnight + kDay + 2 * 3600 + 1800},
           Row{"mon..fri 02:30", kMidnight + 2 * kDay + 2 * 3600 + 1800},
           Row{"mon-fri 02:30", kMidnight + 2 * kDay + 2 * 3600 + 1800},
           Row{"sat 21:00", kMidnight + 21 * 3600},
           Row{"sun,wed 0/12:00", kMidnight + kDay},
           Row{"22:00:30", kMidnight + 22 * 3600 + 30},
           Row{"*-12-24 18:00", kMidnight + 33 * kDay + 18 * 3600},
           Row{"daily", kMidnight + kDay},
           Row{"hourly", kMidnight + 12 * 3600},
           Row{"monthly", kMidnight + 10 * kDay},
       }) {
    CAPTURE(row.event);
    CHECK(next_event(row.event, kSaturday) == row.next);
  }
}

TEST_CASE("calendar: what is no event is refused, and what never comes has no next moment") {
  for (const char* text : {"", "xx", "25:00", "*/0", "mon..", "1:2:3:4", "12:00 mon", "*-13-01"})
    CHECK_FALSE(is_calendar_event(text));
  CHECK_FALSE(next_event("1999-01-01 00:00", 1795259520));
}

}  // namespace pmx::sim
