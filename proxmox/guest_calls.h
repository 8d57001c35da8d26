// Calls about guests that take more than one request to be right: a guest may have moved to another
// node, a VMID may be taken between asking for it and using it, and a change is made of the
// configuration that was read. Thread-safe as Client is.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "proxmox/client.h"

namespace pmx::proxmox {

/// The guest as /cluster/resources lists it now. kNotFound says that it may be hidden.
Result<Guest> find_guest(const Context& ctx, Client& client, int vmid);

/// `call` with `guest`. When PVE says that it is not there, and it is on another node now, `call`
/// once more with it there, and `guest` is that one from then on. PVE refuses before it does
/// anything, so a change may be passed as well.
template <class T>
Result<T> follow_guest(const Context& ctx, Client& client, Guest& guest,
                       const std::function<Result<T>(const Guest& there)>& call) {
  auto first = call(guest);
  if (first.ok() || first.error().code != Code::kNotFound) return first;
  const auto now = find_guest(ctx, client, guest.vmid);
  if (!now.ok() || now->node == guest.node) return first;
  guest = *now;
  return call(guest);
}

/// Changes the configuration that has this digest; kFailedPrecondition when somebody changed it
/// meanwhile, kInvalidArgument without a digest. Follows the guest. A task when PVE made one (VMs).
Result<std::optional<Upid>> configure_guest(const Context& ctx, Client& client, Guest& guest,
                                            Params changes, const std::string& digest);

/// A guest that is being made.
struct NewGuest {
  int vmid = 0;
  Upid task;
};

/// Makes a guest of `type` (qemu, lxc) on `node` under the next free VMID; asks for another one,
/// four times at most, when somebody else took it first.
Result<NewGuest> create_guest(const Context& ctx, Client& client, const std::string& node,
                              const std::string& type, const Params& params);

/// Reads the configuration of each guest, `at_once` calls at a time, following those that moved.
/// `take` gets them as they come, one at a time. Ends early with the context; a guest that cannot
/// be read is told to `take` and ends nothing.
Result<void> read_configs(const Context& ctx, Client& client, const std::vector<Guest>& guests,
                          std::size_t at_once,
                          const std::function<void(const Guest&, Result<Json>)>& take);

}  // namespace pmx::proxmox
