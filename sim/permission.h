// Evaluates the `permissions` that the API facts give for a method, as PVE::RPCEnvironment does.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "sim/access.h"
#include "sim/call_answer.h"

namespace pmx::sim {

/// Nothing when `caller` may call a method with these facts; otherwise PVE's refusal: a 403, or the
/// 500 about a user's name that the rule looks at. `variables` are the path's ("vmid" -> "100")
/// with the other parameters of the call, not yet verified.
std::optional<Answer> refuse(const AccessControl& access, const Caller& caller,
                             const Json& permissions, const Json& variables);

/// 403 "Permission check failed (reason)".
Answer no_permission(const std::string& reason = "");

/// The same for privileges on a path, as PVE's checks inside of methods say it; nothing when
/// `caller` has all of `privileges`.
std::optional<Answer> require(const AccessControl& access, const Caller& caller,
                              const std::string& path,
                              const std::vector<std::string_view>& privileges);
/// Nothing when `caller` has one of `privileges`.
std::optional<Answer> require_any(const AccessControl& access, const Caller& caller,
                                  const std::string& path,
                                  const std::vector<std::string_view>& privileges);

}  // namespace pmx::sim
