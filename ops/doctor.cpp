#include "ops/doctor.h"

#include <set>

namespace pmx::ops {
namespace {

using Grade = Finding::Grade;

/// Every privilege held on any path of GET /access/permissions.
std::set<std::string> held_privileges(const Json& permissions) {
  std::set<std::string> held;
  if (!permissions.is_object()) return held;
  for (const auto& [path, privileges] : permissions.items()) {
    if (!privileges.is_object()) continue;
    for (const auto& [privilege, propagate] : privileges.items()) held.insert(privilege);
  }
  return held;
}

Finding judge(const PrivilegeNeed& need, const std::set<std::string>& held) {
  std::string tools;
  for (const auto& tool : need.tools) tools += (tools.empty() ? "" : ", ") + tool;
  if (held.contains(need.privilege))
    return {Grade::kOk, need.privilege + ": held (" + tools + ")", ""};
  return {
      Grade::kWarning, need.privilege + ": missing; without it these show or do less: " + tools,
      "grant a role with it, e.g.: pveum acl modify / --tokens 'USER@REALM!ID' --roles PVEAuditor "
      "(PVEVMAdmin to start guests)"};
}

void examine_privileges(const Context& ctx, proxmox::Client& client,
                        const std::vector<PrivilegeNeed>& needs, std::vector<Finding>& findings) {
  const auto permissions = client.permissions(ctx);
  if (!permissions.ok()) {
    findings.push_back({Grade::kWarning,
                        "permissions could not be read: " + permissions.error().message,
                        permissions.error().advice});
    return;
  }
  const auto held = held_privileges(*permissions);
  if (held.empty()) {
    findings.push_back(
        {Grade::kFailure, "the credentials are valid but hold no privilege at all",
         "a token with privilege separation needs permissions of its own: pveum acl modify / "
         "--tokens 'USER@REALM!ID' --roles PVEAuditor"});
    return;
  }
  for (const auto& need : needs) findings.push_back(judge(need, held));
}

void examine_health(const Context& ctx, proxmox::Client& client, std::vector<Finding>& findings) {
  const auto status = client.cluster_status(ctx);
  if (!status.ok()) {
    findings.push_back(
        {Grade::kWarning, "cluster status: " + status.error().message, status.error().advice});
    return;
  }
  findings.push_back(status->quorate ? Finding{Grade::kOk, "quorum: yes", ""}
                                     : Finding{Grade::kWarning, "quorum: lost",
                                               "changes will be refused until it is back"});
  const std::size_t nodes = status->online.size() + status->offline.size();
  const std::string figure = std::to_string(status->online.size()) + " of " + std::to_string(nodes);
  findings.push_back(
      {status->offline.empty() ? Grade::kOk : Grade::kWarning, "nodes online: " + figure, ""});
}

}  // namespace

std::vector<Finding> examine(const Context& ctx, proxmox::Client& client,
                             const std::vector<PrivilegeNeed>& needs) {
  std::vector<Finding> findings;
  const auto version = client.version(ctx);
  if (!version.ok()) {
    const bool refused = version.error().code == Code::kUnauthenticated;
    if (refused) findings.push_back({Grade::kOk, "connection: reachable, certificate trusted", ""});
    findings.push_back({Grade::kFailure,
                        (refused ? "credentials: " : "connection: ") + version.error().message,
                        version.error().advice});
    return findings;
  }
  findings.push_back({Grade::kOk, "connection: reachable, certificate trusted", ""});
  findings.push_back({Grade::kOk, "credentials: accepted", ""});
  findings.push_back({Grade::kOk, "version: Proxmox VE " + version->version, ""});
  examine_health(ctx, client, findings);
  examine_privileges(ctx, client, needs, findings);
  return findings;
}

}  // namespace pmx::ops
