// Parameter verification against the API facts, with PVE's own messages (PVE::JSONSchema): types,
// ranges, enumerations, patterns, formats, property strings. All errors at once. Thread-safe.
#pragma once

#include "base/json.h"

namespace pmx::sim {

/// Checks `values` (object; strings, or JSON values from a JSON body) against `schema` (name ->
/// facts of a parameter; "net[n]" stands for net0, net1, ...). Returns name -> text; empty = all is
/// well. A scalar given for an array parameter is put into one, as PVE does.
Json verify_params(const Json& schema, Json& values);

}  // namespace pmx::sim
