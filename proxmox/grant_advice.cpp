#include "proxmox/grant_advice.h"

#include <array>
#include <string_view>

namespace pmx::proxmox {
namespace {

bool is_shell_safe(std::string_view text) {
  for (const char c : text) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("/._-@!:").find(c) != std::string_view::npos;
    if (!good) return false;
  }
  return !text.empty();
}

/// The smallest built-in role that holds `privilege`, or "" when only a made-to-measure one fits.
std::string_view built_in_role(std::string_view privilege) {
  struct Row {
    std::string_view privilege, role;
  };
  constexpr std::array kRoles{
      Row{"VM.PowerMgmt", "PVEVMUser"},
      Row{"VM.Console", "PVEVMUser"},
      Row{"VM.Backup", "PVEVMUser"},
      Row{"VM.Audit", "PVEAuditor"},
      Row{"Sys.Audit", "PVEAuditor"},
      Row{"Datastore.Audit", "PVEAuditor"},
      Row{"Pool.Audit", "PVEAuditor"},
      Row{"SDN.Audit", "PVEAuditor"},
      Row{"Mapping.Audit", "PVEAuditor"},
      Row{"VM.Snapshot", "PVEVMAdmin"},
      Row{"VM.Snapshot.Rollback", "PVEVMAdmin"},
      Row{"VM.Allocate", "PVEVMAdmin"},
      Row{"VM.Clone", "PVEVMAdmin"},
      Row{"VM.Migrate", "PVEVMAdmin"},
      Row{"Datastore.AllocateSpace", "PVEDatastoreUser"},
      Row{"Datastore.Allocate", "PVEDatastoreAdmin"},
      Row{"Datastore.AllocateTemplate", "PVEDatastoreAdmin"},
      Row{"Pool.Allocate", "PVEPoolAdmin"},
  };
  for (const Row& row : kRoles) {
    if (row.privilege == privilege) return row.role;
  }
  return privilege.starts_with("VM.Config.") ? "PVEVMAdmin" : "";
}

}  // namespace

std::string grant_advice(const Refusal& refusal, const Caller& caller) {
  const std::string privilege =
      refusal.privileges.substr(0, refusal.privileges.find_first_of("|, "));
  if (!is_shell_safe(refusal.acl_path) || !is_shell_safe(privilege) || !is_shell_safe(caller.id)) {
    return "see what " + caller.id + " may do with: pveum user " +
           (caller.is_token ? "token permissions" : "permissions") + " (on a cluster node)";
  }
  std::string role(built_in_role(privilege));
  std::string advice =
      caller.id + " lacks " + refusal.privileges + " on " + refusal.acl_path + "; grant it with: ";
  if (role.empty()) {
    role = "mpc-" + privilege;
    advice += "pveum role add " + role + " --privs " + privilege + " && ";
  }
  advice += "pveum acl modify " + refusal.acl_path +
            (caller.is_token ? " --tokens '" : " --users '") + caller.id + "' --roles " + role;
  if (caller.is_token) advice += " (with privilege separation the token's user needs it as well)";
  return advice;
}

}  // namespace pmx::proxmox
