// Which of many guests a caller has a privilege on, without reading the ACLs for each of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/access.h"

namespace pmx::sim {

/// Good for one call: changes of ACLs and pools are not noticed. `access`, `caller` and the
/// privilege outlive it.
class GuestSight {
 public:
  GuestSight(const AccessControl& access, const Caller& caller, std::string_view privilege);

  /// As AccessControl::allowed() on "/vms/VMID". Guests of one pool are alike, but for those that
  /// an ACL names, or a pool that they are not in.
  bool sees(const GuestState& guest);

 private:
  const AccessControl& access_;
  const Caller& caller_;
  std::string_view privilege_;
  std::set<int> absent_;               ///< VMIDs that pools name
  std::map<std::string, bool> pools_;  ///< pool -> whether its guests are seen
};

}  // namespace pmx::sim
