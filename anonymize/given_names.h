// First names and towns that many people know: what is written beside the one is a surname, and the
// other says where somebody's machines stand. Immutable.
#pragma once

#include <span>
#include <string_view>

namespace pmx::anonymize {

/// Whether `lower` (ASCII letters in lower case) is a first name that is no ordinary word.
bool is_given_name(std::string_view lower);

/// Whether `lower` is a town that is no ordinary word.
bool is_town(std::string_view lower);

/// All of them, in lower case.
std::span<const std::string_view> given_names();
std::span<const std::string_view> towns();

}  // namespace pmx::anonymize
