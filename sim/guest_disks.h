// Allocates and frees the volumes of a VM's drives, in PVE's order of checks and words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/drives.h"
#include "sim/guest_work.h"

namespace pmx::sim {

/// Refuses a drive that its storage cannot take or the caller may not use; `fallback` is the
/// storage of a size without one.
Refused refuse_drive(const Call& call, int vmid, const std::string& key, const Drive& drive,
                     const std::string& fallback = "");

/// Whether `file` asks for a new volume: "local:32", or "32" with a default storage.
bool is_new_disk(std::string_view file);

/// PVE's words about a volid that its storage's type does not understand.
std::string unparsable_volume(const Storages& storages, const std::string& volid);

/// The work on volumes that one worker does; its words are for the worker's log.
class DiskWork {
 public:
  /// On `node`, for VM `vmid`; `now` in seconds.
  DiskWork(State& state, std::string node, int vmid, std::int64_t now)
      : state_(state), node_(std::move(node)), vmid_(vmid), now_(now) {}

  std::vector<std::string> log;
  std::vector<std::string> made;  ///< volids
  std::string problem;            ///< why it went wrong; the rest is not to be done then

  /// The drive as the configuration shall hold it: a new volume allocated, an existing one
  /// measured.
  std::string make(const std::string& key, Drive drive, const Values& config,
                   const std::string& fallback = "");
  /// A volume of this size on `storage`, of which `used` bytes are written at once; its volid,
  /// empty when there is a problem.
  std::string allocate(const std::string& storage, std::string format, std::int64_t size,
                       std::string volid = "", std::int64_t used = 0);
  /// A full copy of `source` on `storage`.
  std::string copy(const Volume& source, const std::string& storage, std::string format);
  /// A linked clone of a base volume.
  std::string link(const Volume& base);
  /// Frees a volume that the guest owns.
  void free(const std::string& volid);
  /// Frees what was made, after a problem.
  void take_back();

 private:
  [[nodiscard]] const NodeState& node() const;
  std::string cloud_init(const std::string& key, Drive drive, const Values& config,
                         const std::string& fallback);
  std::string fresh(const std::string& key, Drive drive, const std::string& fallback);
  std::string existing(Drive drive);
  void tell_formatting(const std::string& volid, const std::string& format, std::int64_t size);

  State& state_;
  std::string node_;
  int vmid_;
  std::int64_t now_;
};

/// Puts a drive's volume among the unused ones of `config`, unless it is a CD or not the guest's; a
/// cloud-init drive is freed.
void keep_unused(State& state, GuestState& guest, const Drive& drive);

/// Puts `volid` where drive or mount point `key` of the guest is; the volume before it is freed, or
/// stays among the unused ones.
void replace_volume(State& state, int vmid, const std::string& key, const std::string& volid,
                    bool free_old);

/// Whether a snapshot of the guest holds `volid`.
bool snapshot_holds(const GuestState& guest, const std::string& volid);

}  // namespace pmx::sim
