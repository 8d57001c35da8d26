// Reads JSON text into nlohmann's value type in one pass without a copy of its own: several times
// as fast as nlohmann, which takes each byte on its own and keeps it for its messages.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/json.h"

namespace pmx {

/// The document, exactly as nlohmann reads it. Nothing for text that is broken, nests deeper than
/// `max_depth` or 256 levels, or holds what is rare (numbers that no integer or double holds, a byte order mark):
/// it is for nlohmann to judge. Never throws but for want of memory.
std::optional<Json> read_json(std::string_view text, std::size_t max_depth);

}  // namespace pmx
