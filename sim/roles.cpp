#include "sim/roles.h"

#include <initializer_list>

namespace pmx::sim {
namespace {

/// Who gets a privilege beside the Administrator: the admins of its kind, users, or auditors.
enum class Level : std::uint8_t { kRoot, kAdmin, kUser, kAudit };
/// The releases that know it.
enum class Known : std::uint8_t { kBoth, kOnly8, kOnly9 };

struct Privilege {
  const char* kind;  ///< of the roles "PVE<kind>Admin" and "PVE<kind>User"
  Level level;
  const char* name;
  Known known = Known::kBoth;
};

constexpr Privilege kPrivileges[] = {
    {"VM", Level::kAdmin, "VM.Config.Disk"},
    {"VM", Level::kAdmin, "VM.Config.CPU"},
    {"VM", Level::kAdmin, "VM.Config.Memory"},
    {"VM", Level::kAdmin, "VM.Config.Network"},
    {"VM", Level::kAdmin, "VM.Config.HWType"},
    {"VM", Level::kAdmin, "VM.Config.Options"},
    {"VM", Level::kAdmin, "VM.Allocate"},
    {"VM", Level::kAdmin, "VM.Clone"},
    {"VM", Level::kAdmin, "VM.Migrate"},
    {"VM", Level::kAdmin, "VM.Monitor", Known::kOnly8},
    {"VM", Level::kAdmin, "VM.GuestAgent.Unrestricted", Known::kOnly9},
    {"VM", Level::kAdmin, "VM.Replicate", Known::kOnly9},
    {"VM", Level::kAdmin, "VM.Snapshot"},
    {"VM", Level::kAdmin, "VM.Snapshot.Rollback"},
    {"VM", Level::kUser, "VM.Config.CDROM"},
    {"VM", Level::kUser, "VM.Config.Cloudinit"},
    {"VM", Level::kUser, "VM.Console"},
    {"VM", Level::kUser, "VM.Backup"},
    {"VM", Level::kUser, "VM.PowerMgmt"},
    {"VM", Level::kUser, "VM.GuestAgent.FileRead", Known::kOnly9},
    {"VM", Level::kUser, "VM.GuestAgent.FileSystemMgmt", Known::kOnly9},
    {"VM", Level::kUser, "VM.GuestAgent.FileWrite", Known::kOnly9},
    {"VM", Level::kAudit, "VM.Audit"},
    {"VM", Level::kAudit, "VM.GuestAgent.Audit", Known::kOnly9},
    {"Sys", Level::kRoot, "Sys.PowerMgmt"},
    {"Sys", Level::kRoot, "Sys.Modify"},
    {"Sys", Level::kRoot, "Sys.Incoming"},
    {"Sys", Level::kRoot, "Sys.AccessNetwork"},
    {"Sys", Level::kAdmin, "Sys.Console"},
    {"Sys", Level::kAdmin, "Sys.Syslog"},
    {"Sys", Level::kAudit, "Sys.Audit"},
    {"Datastore", Level::kAdmin, "Datastore.Allocate"},
    {"Datastore", Level::kAdmin, "Datastore.AllocateTemplate"},
    {"Datastore", Level::kUser, "Datastore.AllocateSpace"},
    {"Datastore", Level::kAudit, "Datastore.Audit"},
    {"SDN", Level::kAdmin, "SDN.Allocate"},
    {"SDN", Level::kUser, "SDN.Use"},
    {"SDN", Level::kAudit, "SDN.Audit"},
    {"User", Level::kRoot, "Realm.Allocate"},
    {"User", Level::kAdmin, "User.Modify"},
    {"User", Level::kAdmin, "Group.Allocate"},
    {"User", Level::kAdmin, "Realm.AllocateUser"},
    {"Pool", Level::kAdmin, "Pool.Allocate"},
    {"Pool", Level::kUser, "Pool.Audit"},
    {"Pool", Level::kAudit, "Pool.Audit"},
    {"Mapping", Level::kAdmin, "Mapping.Modify"},
    {"Mapping", Level::kUser, "Mapping.Use"},
    {"Mapping", Level::kAudit, "Mapping.Audit"},
};

bool is_known(const Privilege& privilege, PveVersion version) {
  return privilege.known == Known::kBoth ||
         (privilege.known == Known::kOnly9) == (version == PveVersion::k9);
}

/// Kinds that have a role for users; auditors' privileges belong to it as well.
bool has_users(std::string_view kind) {
  return kind == "VM" || kind == "Datastore" || kind == "SDN" || kind == "Pool" ||
         kind == "Mapping";
}

void grant(Roles& roles, const Privilege& privilege) {
  const std::string kind = std::string("PVE") + privilege.kind;
  roles["Administrator"].insert(privilege.name);
  if (privilege.level == Level::kRoot) return;
  roles[kind + "Admin"].insert(privilege.name);
  roles["PVEAdmin"].insert(privilege.name);
  if (privilege.level == Level::kAdmin) return;
  if (has_users(privilege.kind)) roles[kind + "User"].insert(privilege.name);
  if (privilege.level == Level::kAudit) roles["PVEAuditor"].insert(privilege.name);
}

Roles make_roles(PveVersion version) {
  Roles roles{{"NoAccess", {}},
              {"Administrator", {"Permissions.Modify"}},
              {"PVETemplateUser", {"VM.Audit", "VM.Clone"}}};
  for (const Privilege& privilege : kPrivileges)
    if (is_known(privilege, version)) grant(roles, privilege);
  roles["PVEAdmin"].erase("Mapping.Modify");
  return roles;
}

}  // namespace

const Roles& builtin_roles(PveVersion version) {
  static const Roles k8 = make_roles(PveVersion::k8);
  static const Roles k9 = make_roles(PveVersion::k9);
  return version == PveVersion::k8 ? k8 : k9;
}

}  // namespace pmx::sim
