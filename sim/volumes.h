// What lies on the storages: storage.cfg, and the volumes of each storage. A storage that is not
// shared holds other volumes on each node. Not thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/inventory.h"
#include "sim/section_file.h"

namespace pmx::sim {

/// A volume: a disk image, an ISO image, a container template, a backup, ...; sizes in bytes.
struct Volume {
  std::string volid;    ///< "local:100/vm-100-disk-0.qcow2"
  std::string content;  ///< images (disks of containers too), iso, vztmpl, backup, snippets, import
  std::string format;   ///< raw, qcow2, vmdk, subvol, iso, tgz, vma.zst, ...
  std::int64_t size = 0;
  std::int64_t used = 0;
  std::int64_t ctime = 0;  ///< seconds since the epoch
  int vmid = 0;            ///< its owner; 0 = nobody
  std::string parent;      ///< of a linked clone, as PVE shows it: "../210/base-210-disk-0.qcow2"
  std::string notes;
  bool is_protected = false;
  bool is_broken = false;  ///< no archive inside, whatever its name says
  Values config;           ///< of a backup made here: the guest's configuration file
};

/// The parts of a volume's name that PVE reads from it.
struct VolumeName {
  std::string storage;
  std::string name;     ///< what follows the colon
  std::string content;  ///< as in Volume
  std::string format;
  int vmid = 0;
  std::string base;  ///< of a linked clone: "210/base-210-disk-0.qcow2"
};

/// What fits on a storage and what lies there, in bytes; not active = it cannot be reached.
struct StorageSpace {
  bool active = false;
  std::int64_t total = 0;
  std::int64_t used = 0;
};

class Storages {
 public:
  /// storage.cfg and volumes of `inventory`'s storages and guests; `now` in seconds.
  Storages(const Inventory& inventory, std::int64_t now);

  SectionFile config;    ///< storage.cfg
  std::int64_t now = 0;  ///< seconds since the epoch: when a change of what is used happens
  /// When a storage cannot be reached, by its name.
  std::map<std::string, std::vector<Period>, std::less<>> outages;

  [[nodiscard]] bool is_shared(std::string_view storage) const;
  /// Whether it keeps volumes as files below a path: dir, nfs, cifs, cephfs, btrfs.
  [[nodiscard]] bool is_directory(std::string_view storage) const;
  /// What it may hold: its option `content`, or the default of its type.
  [[nodiscard]] std::vector<std::string> contents(std::string_view storage) const;
  /// "raw", or what the storage's option `format` says.
  [[nodiscard]] std::string default_format(std::string_view storage) const;

  /// PVE's words why `storage` cannot be used on `node`: unknown, disabled, not on this node. Empty
  /// when it can.
  [[nodiscard]] std::string problem(std::string_view storage, std::string_view node) const;

  /// As seen from `node`, one of `inventory`'s. A storage that the cluster did not begin with is
  /// reached when it is a directory, on the node's root disk.
  [[nodiscard]] StorageSpace space(const Inventory& inventory, const NodeState& node,
                                   std::string_view storage) const {
    return space_at(inventory, node, storage, now);
  }
  /// The same as it was at another moment.
  [[nodiscard]] StorageSpace space_at(const Inventory& inventory, const NodeState& node,
                                      std::string_view storage, std::int64_t at) const;

  /// PVE's words why a new disk cannot be made; empty when it can. `size` is what its guest sees,
  /// `used` what is written: that suffices where space is not set aside.
  [[nodiscard]] std::string full_problem(const Inventory& inventory, const NodeState& node,
                                         const std::string& volid, std::int64_t size,
                                         std::int64_t used) const;

  /// The volume `volid` as seen from `node`; nullptr when there is none.
  Volume* find(std::string_view node, std::string_view volid);
  [[nodiscard]] const Volume* find(std::string_view node, std::string_view volid) const;
  /// Puts a volume on the storage that its volid names; one of the same volid is replaced.
  Volume& add(std::string_view node, Volume volume);
  void remove(std::string_view node, std::string_view volid);
  /// The volumes of a storage as seen from `node`, by volid.
  [[nodiscard]] std::vector<const Volume*> list(std::string_view node,
                                                std::string_view storage) const;

  /// The first free name for a disk of a guest, "local:100/vm-100-disk-1.qcow2".
  [[nodiscard]] std::string new_disk(std::string_view node, std::string_view storage, int vmid,
                                     std::string_view format) const;
  /// Reads a volid by the rules of its storage's type; nothing when PVE would not understand it.
  [[nodiscard]] std::optional<VolumeName> parse(std::string_view volid) const;
  /// Where the volume lies: "/var/lib/vz/images/100/vm-100-disk-0.qcow2", "/dev/pve/vm-100-disk-0".
  [[nodiscard]] std::string path(std::string_view volid) const;

 private:
  /// Storage and, unless it is shared, the node.
  using Place = std::pair<std::string, std::string>;
  [[nodiscard]] Place place(std::string_view node, std::string_view volid) const;
  template <class Map>
  static auto find_in(Map& volumes, const Place& place, std::string_view volid)
      -> decltype(&volumes.begin()->second.begin()->second);

  std::map<Place, std::map<std::string, Volume, std::less<>>> volumes_;
  void grow(const Place& where, std::int64_t bytes);

  /// Bytes that are used more than when the cluster began, by the time of each change.
  std::map<Place, std::map<std::int64_t, std::int64_t>> grown_;
};

/// What precedes the colon of a volid.
std::string storage_of(std::string_view volid);

/// Bytes that a freshly made disk takes.
std::int64_t fresh_disk_use(std::string_view format, std::int64_t size);

}  // namespace pmx::sim
