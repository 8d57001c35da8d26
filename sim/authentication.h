// The first gate of a request: who sends it. Token header, ticket cookie, CSRF token.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "sim/access.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// The caller, or an Error whose message is PVE's reason phrase for the 401. `now` in seconds.
Result<Caller> authenticate(const AccessControl& access, const Request& request, std::int64_t now);

}  // namespace pmx::sim
