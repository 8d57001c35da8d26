// Which backups a retention keeps, as PVE::Storage::prune_mark_backup_group decides. Pure.
#pragma once

#include <string>
#include <vector>

#include "sim/volumes.h"

namespace pmx::sim {

/// A backup and its fate.
struct PruneMark {
  std::string volid;
  std::string type;  ///< qemu or lxc
  std::string mark;  ///< keep, remove or protected
  std::int64_t ctime = 0;
  int vmid = 0;
};

/// The fate of the backups on a storage by `options` ("keep-last=3,keep-daily=7"); only of one
/// guest when `vmid` is not 0, only of one kind when `type` is not empty.
std::vector<PruneMark> prune_marks(const Storages& storages, const std::string& node,
                                   const std::string& storage, const std::string& options, int vmid,
                                   const std::string& type);

}  // namespace pmx::sim
