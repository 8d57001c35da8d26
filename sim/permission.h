// Evaluates the `permissions` that the API facts give for a method, as PVE::RPCEnvironment does.
#pragma once

#include <string>

#include "base/json.h"
#include "sim/access.h"

namespace pmx::sim {

/// Empty when `caller` may call a method with these facts; otherwise PVE's text for the 403.
/// `variables` are the path's ("vmid" -> "100") with the other parameters of the call.
std::string refuse(const AccessControl& access, const Caller& caller, const Json& permissions,
                   const Json& variables);

}  // namespace pmx::sim
