// Four numbers with dots that are a version and no address. Pure functions of the text around them.
#pragma once

#include <cstddef>
#include <string_view>

namespace pmx::anonymize {

/// "version 8.2.4.1", "pve-manager/8.2.4.1", "v1.2.3.4", "1.2.3.4-5": four numbers that are no
/// address. To be asked for public ranges only.
bool is_version(std::string_view text, std::size_t begin, std::size_t end);

/// The same of numbers that versions have and addresses seldom: they are one even where the same
/// numbers were an address before.
bool is_small_version(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace pmx::anonymize
