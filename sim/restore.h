// Guests out of the archives of vzdump: POST /nodes/{node}/qemu with `archive`, POST
// /nodes/{node}/lxc with `restore`. Handlers of creation call this once the target is checked.
#pragma once

#include <string>

#include "sim/guest_work.h"

namespace pmx::sim {

/// Refuses an archive that is none, or that the caller may not read for guest `vmid`.
Refused refuse_archive(const Call& call, int vmid, const std::string& archive);

/// The same for a VM, where it must be there too; drives among `values` conflict with it.
Refused refuse_vm_archive(const Call& call, int vmid, const Values& values);

/// Forks a qmrestore: the VM as the archive holds it, with `values` laid over it.
Answer restore_vm(const Call& call, const Values& values);

/// Whether the call restores over container `vmid`, which is to make place for it.
bool replaces_container(const Call& call, int vmid);
/// Refuses to restore over a container that runs or is protected.
Refused refuse_replacement(const Call& call, int vmid);

/// Forks a vzrestore, likewise. Without a root among `values` the mount points are the archive's,
/// on `storage`.
Answer restore_container(const Call& call, const Values& values, const std::string& storage);

}  // namespace pmx::sim
