// Comparing JSON values the way JSON Schema does: numbers by their value, exactly; and the budget
// that keeps every validation finite.
#pragma once

#include <cstddef>

#include "base/json.h"

namespace pmx::mcp::schema {

/// The steps that one validation may still take.
struct Work {
  std::size_t left = 0;
  bool exceeded = false;

  /// False, for good, once more was spent than there was.
  bool spend(std::size_t steps) {
    if (exceeded || steps > left) {
      exceeded = true;
      return false;
    }
    left -= steps;
    return true;
  }
};

/// Exact for every number JSON gives us: 64-bit integers and doubles fit its 64-bit mantissa.
long double to_number(const Json& value);

/// True when `value` has no fraction: 5 and 5.0.
bool is_whole(const Json& value);

/// True when `value` is a multiple of `divisor` (> 0) as both are written in decimal: 0.0075 is one
/// of 0.0001.
bool is_multiple(const Json& value, const Json& divisor);

/// < 0, 0 or > 0: a total order in which 0 means equal in the sense of JSON Schema (1 equals 1.0, a
/// number never equals true). Runs out of `work` rather than of stack.
int compare(const Json& a, const Json& b, Work& work);

inline bool equal(const Json& a, const Json& b, Work& work) {
  return compare(a, b, work) == 0 && !work.exceeded;
}

/// True when two items of `array` are equal.
bool has_duplicates(const Json& array, Work& work);

}  // namespace pmx::mcp::schema
