// PVE's privileges and the roles that it brings along, by release. Pure; thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/cluster.h"

namespace pmx::sim {

/// Names of privileges: "VM.Audit".
using Privileges = std::set<std::string, std::less<>>;
/// Roles by name.
using Roles = std::map<std::string, Privileges, std::less<>>;

/// "Administrator" with every privilege, "NoAccess" with none, and the "PVE..." ones.
const Roles& builtin_roles(PveVersion version);

/// Every privilege of the release.
inline const Privileges& all_privileges(PveVersion version) {
  return builtin_roles(version).at("Administrator");
}

}  // namespace pmx::sim
