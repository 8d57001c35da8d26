// Backups of guests: what vzdump does, and what archives hold.
#pragma once

#include <string>
#include <vector>

#include "sim/call.h"

namespace pmx::sim {

/// A disk of a guest as a backup sees it.
struct BackupDisk {
  std::string key;    ///< scsi0, rootfs, mp0
  std::string volid;  ///< or the path of a bind mount
  bool included = true;
  std::string reason;  ///< enabled, disabled, rootfs, ...
};

/// The drives of a VM without its CD-ROMs, or the mount points of a container.
std::vector<BackupDisk> backup_disks(const GuestState& guest);

/// The VMIDs that the options of a job or a call choose, all nodes: all, vmid, pool, exclude.
std::vector<int> backup_guests(const State& state, const Values& options);

/// A worker that backs up `vmids` on `node` by `options` (storage, mode, compress, ...).
TaskPlan backup_task(State& state, const NodeState& node, const std::vector<int>& vmids,
                     const Values& options, std::int64_t now_ms);

/// Why `archive` cannot be read, in PVE's words; empty when it can.
std::string archive_problem(const State& state, const std::string& node,
                            const std::string& archive);

/// The configuration that an archive holds; of one from before the simulation, the guest's own.
Values archive_config(const State& state, const std::string& node, const std::string& archive);

}  // namespace pmx::sim
