// What the options of vzdump rule out among themselves, for calls and jobs alike.
#pragma once

#include "base/json.h"
#include "sim/access.h"

namespace pmx::sim {

/// Parameter -> PVE's text; empty = fine. With `complete`, guests must be chosen somehow.
Json backup_option_errors(const Json& params, const Caller& caller, bool complete);

}  // namespace pmx::sim
