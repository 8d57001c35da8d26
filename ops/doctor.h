// Doctor: is the cluster reachable, the certificate trusted, the token valid, and which privileges
// are missing for what?
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "proxmox/client.h"

namespace pmx::ops {

/// One finding, in plain words.
struct Finding {
  enum class Grade { kOk, kWarning, kFailure };
  Grade grade = Grade::kOk;
  std::string what;    ///< what was looked at and found
  std::string advice;  ///< what to do about it; empty when nothing
};

/// A privilege that tools need somewhere in the cluster.
struct PrivilegeNeed {
  std::string privilege;           ///< "VM.Audit"
  std::vector<std::string> tools;  ///< which tools do less without it
};

/// Looks at one cluster: connection and certificate, credentials, version, privileges, quorum.
/// Never changes anything.
std::vector<Finding> examine(const Context& ctx, proxmox::Client& client,
                             const std::vector<PrivilegeNeed>& needs);

}  // namespace pmx::ops
