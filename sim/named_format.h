// Formats that are one pattern, and what PVE says of a value that does not fit. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pmx::sim {

struct NamedFormat {
  std::string_view name;
  std::string_view pattern;    ///< RE2, of the whole value
  std::string_view complaint;  ///< "%" stands for the value
};

/// The complaint about `value`, ending in "\n"; nothing when it fits, or no format has that name.
std::string check_named(std::span<const NamedFormat> formats, std::string_view name,
                        std::string_view value);

}  // namespace pmx::sim
