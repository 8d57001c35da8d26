// Field-level comparison of two JSON objects, and the one text form in which they are stored.
// Stateless, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pmx::state {

/// One difference. `path` is a JSON pointer (RFC 6901); null before = the field appeared, null
/// after = it went away.
struct Change {
  std::string path;
  Json before;
  Json after;
};

/// The differences between two objects, in order of path. Objects on both sides are entered; arrays
/// and everything else are compared whole. Works on canonical fields: there a null never occurs.
std::vector<Change> diff_fields(const Json& before, const Json& after);

/// The stored text of an object's fields: sorted keys, no member that is null (null means absent).
/// kInvalidArgument when `fields` is no object or nests deeper than 64 levels.
Result<std::string> canonical_text(const Json& fields);

}  // namespace pmx::state
