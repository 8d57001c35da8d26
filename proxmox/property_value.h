// One value of a property string between its text and its type, by the facts of its key. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace pmx::proxmox {

/// `text` as boolean or number where the facts (null = none known) say so and it is one; else the
/// text. PVE takes 1/on/yes/true and 0/off/no/false for booleans here.
Json typed_value(const Json* facts, std::string_view text);

/// A boolean, number or text as PVE writes it: booleans 1 and 0, also those given as words; whole
/// numbers without a point. Empty for anything else.
std::string scalar_text(const Json* facts, const Json& value);

/// The same for a value of a property string. kInvalidArgument when it is no plain value, or cannot
/// stand in a property string (empty, a comma, a line end).
Result<std::string> value_text(const Json* facts, const Json& value);

/// Why PVE would refuse `text` for type, limits or choices, such as "needs a whole number"; empty
/// when it would not.
std::string value_problem(const Json& facts, std::string_view text);

}  // namespace pmx::proxmox
