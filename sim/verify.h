// Parameter verification against the API facts, with PVE's own messages (PVE::JSONSchema): types,
// ranges, enumerations, patterns, formats, property strings. All errors at once. Thread-safe.
#pragma once

#include "base/json.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// Checks `values` (object; strings, or JSON values from a JSON body) against `schema` (name ->
/// facts of a parameter; "net[n]" stands for net0, net1, ...). Returns name -> text; empty = all is
/// well. As PVE does, a scalar given for an array parameter is put into one, and an array given for
/// a
/// "-list" becomes a comma list.
Json verify_params(const Json& schema, Json& values, PveVersion version = PveVersion::k9);

}  // namespace pmx::sim
