// JSON as Perl writes it: the members of an object in no order that a client could lean on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pmx::sim {

/// `value` as text. The order of members follows from their names and `seed` alone, as it follows
/// from the names and the process in Perl: the same cluster writes the same object alike.
std::string dump_disordered(const Json& value, std::uint64_t seed);

/// The places of an object's members, by their names, in the order in which they are written.
std::vector<std::size_t> disorder(const std::vector<std::string_view>& names, std::uint64_t seed);

}  // namespace pmx::sim
