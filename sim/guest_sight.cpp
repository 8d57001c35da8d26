#include "sim/guest_sight.h"

namespace pmx::sim {

GuestSight::GuestSight(const AccessControl& access, const Caller& caller,
                       std::string_view privilege)
    : access_(access), caller_(caller), privilege_(privilege) {
  for (const auto& [name, pool] : access.config.pools)
    absent_.insert(pool.absent_guests.begin(), pool.absent_guests.end());
}

bool GuestSight::sees(const GuestState& guest) {
  const std::string path = "/vms/" + std::to_string(guest.vmid);
  if (absent_.contains(guest.vmid) || access_.config.acl.contains(path))
    return access_.allowed(caller_, path, privilege_);
  const auto [found, is_new] = pools_.try_emplace(guest.pool, false);
  if (is_new) found->second = access_.allowed(caller_, path, privilege_);
  return found->second;
}

}  // namespace pmx::sim
