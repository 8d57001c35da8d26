// Calendar events as systemd and PVE write them: "mon..fri 02:30", "*/15", "sat *-1..7 21:00",
// "daily". Pure; times are seconds since the epoch, in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pmx::sim {

bool is_calendar_event(std::string_view text);

/// The first moment after `after` that the event names; nothing when there is none within some
/// years, or `text` is none.
std::optional<std::int64_t> next_event(std::string_view text, std::int64_t after);

}  // namespace pmx::sim
