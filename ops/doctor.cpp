#include "ops/doctor.h"

#include <map>
#include <set>
#include <string_view>
#include <variant>

namespace pmx::ops {
namespace {

using Grade = Finding::Grade;

constexpr std::string_view kAuditor = "PVEAuditor";  // PVE's own role: every privilege to read

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

/// As the shell reads it back unchanged.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// " --users 'mcp@pve' --tokens 'mcp@pve!id'": a token has at most what its user has, and with
/// privilege separation only what both were given. root@pam has everything already.
std::string holders(const proxmox::Credentials& credentials) {
  const auto* token = std::get_if<proxmox::ApiToken>(&credentials);
  if (token == nullptr) return " --users " + quoted(std::get<proxmox::Login>(credentials).user);
  const std::string user = token->id.substr(0, token->id.find('!'));
  const std::string users = user == "root@pam" ? "" : " --users " + quoted(user);
  return users + " --tokens " + quoted(token->id);
}

Finding judge(const PrivilegeNeed& need, const std::set<std::string>& held,
              const proxmox::Credentials& credentials) {
  std::string tools;
  for (const auto& tool : need.tools) tools += (tools.empty() ? "" : ", ") + tool;
  if (held.contains(need.privilege))
    return {Grade::kOk, need.privilege + ": held (" + tools + ")", ""};
  return {Grade::kWarning, need.privilege + ": missing; without it these show or do less: " + tools,
          grant_commands(credentials, {need})};
}

void examine_privileges(const Context& ctx, proxmox::Client& client,
                        const proxmox::Credentials& credentials,
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
    findings.push_back({Grade::kFailure, "the credentials are valid but hold no privilege at all",
                        "a token with privilege separation needs permissions of its own:\n" +
                            grant_commands(credentials, needs)});
    return;
  }
  for (const auto& need : needs) findings.push_back(judge(need, held, credentials));
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

std::string grant_commands(const proxmox::Credentials& credentials,
                           const std::vector<PrivilegeNeed>& needs) {
  std::map<std::string, std::string> ours;  // role -> its privileges
  bool audits = false;
  for (const auto& need : needs) {
    if (need.role == kAuditor) {
      audits = true;
    } else {
      std::string& privileges = ours[need.role];
      privileges += (privileges.empty() ? "" : " ") + need.privilege;
    }
  }
  std::string commands;
  if (audits) {
    commands =
        "pveum acl modify /" + holders(credentials) + " --roles " + std::string(kAuditor) + "\n";
  }
  std::string roles(kAuditor);  // an entry on /vms takes the place of the inherited one
  for (const auto& [role, privileges] : ours) {
    commands += "pveum role add " + role + " --privs " + quoted(privileges) + "\n";
    roles += "," + role;
  }
  if (!ours.empty())
    commands += "pveum acl modify /vms" + holders(credentials) + " --roles " + roles + "\n";
  if (!commands.empty()) commands.pop_back();
  return commands;
}

std::vector<Finding> examine(const Context& ctx, proxmox::Client& client,
                             const proxmox::Credentials& credentials,
                             const std::vector<PrivilegeNeed>& needs, bool encrypted) {
  std::vector<Finding> findings;
  const Finding reached{Grade::kOk,
                        encrypted ? "connection: reachable, certificate trusted"
                                  : "connection: reachable, without TLS",
                        ""};
  const auto version = client.version(ctx);
  if (!version.ok()) {
    const bool refused = version.error().code == Code::kUnauthenticated;
    if (refused) findings.push_back(reached);
    findings.push_back({Grade::kFailure,
                        (refused ? "credentials: " : "connection: ") + version.error().message,
                        version.error().advice});
    return findings;
  }
  findings.push_back(reached);
  findings.push_back({Grade::kOk, "credentials: accepted", ""});
  findings.push_back({Grade::kOk, "version: Proxmox VE " + version->version, ""});
  examine_health(ctx, client, findings);
  examine_privileges(ctx, client, credentials, needs, findings);
  return findings;
}

std::vector<Finding> examine_endpoints(const Context& ctx,
                                       const proxmox::ConnectionOptions& options) {
  std::vector<Finding> findings;
  if (options.addresses.size() < 2) return findings;
  for (const proxmox::Address& address : options.addresses) {
    const auto reached = proxmox::reach(ctx, address, options.ca_file);
    findings.push_back(reached.ok()
                           ? Finding{Grade::kOk, "endpoint " + address.url + ": reachable", ""}
                           : Finding{Grade::kWarning,
                                     "endpoint " + address.url + ": " + reached.error().message,
                                     reached.error().advice});
  }
  return findings;
}

}  // namespace pmx::ops
