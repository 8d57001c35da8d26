// Doctor: is the cluster reachable, the certificate trusted, the token valid, and which privileges
// are missing for what?
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "proxmox/client.h"
#include "proxmox/connection.h"

namespace pmx::ops {

/// One finding, in plain words.
struct Finding {
  enum class Grade { kOk, kWarning, kFailure };
  Grade grade = Grade::kOk;
  std::string what;    ///< what was looked at and found
  std::string advice;  ///< what to do about it, in lines; empty when nothing
};

/// A privilege that tools need somewhere in the cluster.
struct PrivilegeNeed {
  std::string privilege;           ///< "VM.Audit"
  std::vector<std::string> tools;  ///< which tools do less without it
  std::string role;                ///< the least role that holds it: "PVEAuditor" or one of ours
};

/// The commands that give the holder of `credentials` what `needs` ask for, one a line, for the
/// shell of a Proxmox node: the roles that are ours are made first. PVEAuditor is enough to read;
/// what else is needed goes into a role with just that, on /vms only.
std::string grant_commands(const proxmox::Credentials& credentials,
                           const std::vector<PrivilegeNeed>& needs);

/// Looks at one cluster: connection and certificate, credentials, version, privileges, quorum.
/// Never changes anything. The advice names the holder of `credentials`, the client's own: it is
/// for the operator's terminal. `encrypted`: whether the connection has TLS; without, there is no
/// certificate to be trusted.
std::vector<Finding> examine(const Context& ctx, proxmox::Client& client,
                             const proxmox::Credentials& credentials,
                             const std::vector<PrivilegeNeed>& needs, bool encrypted);

/// Connects to each address of a cluster that has several, because calls pass over one that is away
/// or not trusted, and nobody would notice. Sends no request. Nothing for a single address.
std::vector<Finding> examine_endpoints(const Context& ctx,
                                       const proxmox::ConnectionOptions& options);

}  // namespace pmx::ops
