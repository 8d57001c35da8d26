#include "sim/volumes.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "sim/pattern.h"
#include "sim/statistics.h"
#include "sim/storage_options.h"

namespace pmx::sim {
namespace {

std::string_view value_of(const Section* section, std::string_view key) {
  if (section == nullptr) return "";
  const auto found = section->values.find(key);
  return found == section->values.end() ? std::string_view() : std::string_view(found->second);
}

/// A kind of file in a directory storage: where it lies and what its names look like.
struct FileKind {
  std::string_view prefix;   ///< of the volume's name
  std::string_view content;  ///< as in Volume
  std::string_view folder;   ///< below the storage's path
  std::string_view pattern;  ///< the rest of the name; its format follows from the extension
};

constexpr std::array<FileKind, 5> kFileKinds{{
    {"iso/", "iso", "template/iso", "[^/]+\\.(?i:iso|img)"},
    {"vztmpl/", "vztmpl", "template/cache", "[^/]+\\.tar\\.(?:gz|xz|zst|bz2)|[^/]+\\.tar"},
    {"backup/", "backup", "dump",
     "[^/]+\\.(?:tgz|tar|vma)|[^/]+\\.(?:tgz|tar|vma)\\.(?:gz|lzo|zst|bz2)"},
    {"snippets/", "snippets", "snippets", "[^/]+"},
    {"import/", "import", "import", "[^/]+\\.(?i:ova|ovf|qcow2|raw|vmdk)"},
}};

/// The format that a file's name stands for: "tgz" of x.tar.gz, "vma.zst", "iso".
std::string file_format(std::string_view content, std::string_view name) {
  if (content == "iso") return "iso";
  if (content == "snippets") return "snippet";
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  if (content == "vztmpl") return ends(".tar.gz") ? "tgz" : ends(".tar.xz") ? "txz" : "tzst";
  for (const char* end : {"vma.zst", "vma.gz", "vma.lzo", "tar.zst", "tar.gz", "tar.lzo"})
    if (ends(end)) return end;
  return std::string(name.substr(name.rfind('.') + 1));
}

/// The guest that a backup's file name tells: vzdump-qemu-100-2026_11_21-11_12_13.vma.zst.
int backup_owner(std::string_view name) {
  if (!name.starts_with("vzdump-")) return 0;
  const auto digits = name.find('-', 7);
  return digits == std::string_view::npos ? 0
                                          : std::atoi(std::string(name.substr(digits + 1)).c_str());
}

bool read_file_name(VolumeName& out) {
  for (const FileKind& kind : kFileKinds) {
    if (!out.name.starts_with(kind.prefix)) continue;
    const std::string rest = out.name.substr(kind.prefix.size());
    if (!matches_pattern(std::string(kind.pattern), rest)) return false;
    out.content = kind.content;
    out.format = file_format(kind.content, rest);
    if (out.content == "backup") out.vmid = backup_owner(rest);
    return true;
  }
  return false;
}

/// "100/vm-100-disk-0.qcow2", or with the base of a linked clone before it.
bool read_directory_disk(VolumeName& out) {
  std::string rest = out.name;
  if (matches_pattern("\\d+/[^/]+/\\d+/[^/]+", rest)) {
    const auto second = rest.find('/', rest.find('/') + 1);
    out.base = rest.substr(0, second);
    rest.erase(0, second + 1);
  }
  if (!matches_pattern("\\d+/[^/\\s]+\\.(?:raw|qcow2|vmdk|subvol)", rest)) return false;
  out.content = "images";
  out.format = rest.substr(rest.rfind('.') + 1);
  out.vmid = std::atoi(rest.c_str());
  return true;
}

/// "vm-100-disk-0", of the storages that keep disks as devices or datasets.
bool read_device_disk(VolumeName& out) {
  std::string rest = out.name;
  if (const auto slash = rest.find('/'); slash != std::string::npos) {
    out.base = rest.substr(0, slash);
    rest.erase(0, slash + 1);
  }
  if (!out.base.empty() && !out.base.starts_with("base")) return false;
  if (!matches_pattern("(?:vm|base|subvol|basevol)-\\d+-\\S+", rest)) return false;
  out.content = "images";
  out.format = rest.starts_with("subvol") || rest.starts_with("basevol") ? "subvol" : "raw";
  out.vmid = std::atoi(rest.c_str() + rest.find('-') + 1);
  return true;
}

/// "backup/vm/100/2026-11-21T11:12:13Z"
bool read_snapshot_name(VolumeName& out) {
  if (!matches_pattern("backup/(?:vm|ct|host)/[^/]+/\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ",
                       out.name))
    return false;
  out.content = "backup";
  out.format = "pbs-" + out.name.substr(7, out.name.find('/', 7) - 7);
  out.vmid = std::atoi(out.name.c_str() + out.name.find('/', 7) + 1);
  return true;
}

}  // namespace

std::string storage_of(std::string_view volid) {
  return std::string(volid.substr(0, volid.find(':')));
}

std::int64_t fresh_disk_use(std::string_view format, std::int64_t size) {
  constexpr std::int64_t kEmptyQcow2 = 331776;  // its tables, preallocation=metadata left out
  if (format == "qcow2" || format == "vmdk") return std::min(size, kEmptyQcow2);
  return 0;
}

bool Storages::is_shared(std::string_view storage) const {
  const Section* section = config.find(storage);
  if (section == nullptr) return false;
  return value_of(section, "shared") == "1" || is_shared_type(section->type);
}

bool Storages::is_directory(std::string_view storage) const {
  const Section* section = config.find(storage);
  return section != nullptr && is_directory_type(section->type);
}

std::vector<std::string> Storages::contents(std::string_view storage) const {
  const Section* section = config.find(storage);
  if (section == nullptr) return {};
  const auto given = value_of(section, "content");
  return list_items(given.empty() ? default_content(section->type) : given);
}

std::string Storages::default_format(std::string_view storage) const {
  const auto given = value_of(config.find(storage), "format");
  return given.empty() ? "raw" : std::string(given);
}

std::string Storages::problem(std::string_view storage, std::string_view node) const {
  const Section* section = config.find(storage);
  const std::string name = "storage '" + std::string(storage) + "'";
  if (section == nullptr) return name + " does not exist";
  if (value_of(section, "disable") == "1") return name + " is disabled";
  const auto nodes = list_items(value_of(section, "nodes"));
  if (!nodes.empty() && std::find(nodes.begin(), nodes.end(), node) == nodes.end())
    return name + " is not available on node '" + std::string(node) + "'";
  return "";
}

Storages::Place Storages::place(std::string_view node, std::string_view volid) const {
  const std::string storage = storage_of(volid);
  return {storage, is_shared(storage) ? "" : std::string(node)};
}

template <class Map>
auto Storages::find_in(Map& volumes, const Place& place, std::string_view volid)
    -> decltype(&volumes.begin()->second.begin()->second) {
  const auto here = volumes.find(place);
  if (here == volumes.end()) return nullptr;
  const auto found = here->second.find(volid);
  return found == here->second.end() ? nullptr : &found->second;
}

const Volume* Storages::find(std::string_view node, std::string_view volid) const {
  return find_in(volumes_, place(node, volid), volid);
}

Volume* Storages::find(std::string_view node, std::string_view volid) {
  return find_in(volumes_, place(node, volid), volid);
}

void Storages::grow(const Place& where, std::int64_t bytes) {
  constexpr std::size_t kRemembered = 4096;
  if (bytes == 0) return;
  auto& steps = grown_[where];
  const auto last = steps.empty() ? std::pair{now, std::int64_t{0}}
                                  : std::pair{steps.rbegin()->first, steps.rbegin()->second};
  steps[std::max(now, last.first)] = last.second + bytes;
  if (steps.size() > kRemembered) steps.erase(steps.begin());
}

Volume& Storages::add(std::string_view node, Volume volume) {
  const Place where = place(node, volume.volid);
  Volume& kept = volumes_[where][volume.volid];
  grow(where, volume.used - kept.used);
  kept = std::move(volume);
  return kept;
}

void Storages::remove(std::string_view node, std::string_view volid) {
  const Place where = place(node, volid);
  auto& here = volumes_[where];
  const auto found = here.find(volid);
  if (found == here.end()) return;
  grow(where, -found->second.used);
  here.erase(found);
}

StorageSpace Storages::space_at(const Inventory& inventory, const NodeState& node,
                                std::string_view storage, std::int64_t at) const {
  const Section* section = config.find(storage);
  if (section == nullptr || !problem(storage, node.name).empty()) return {};
  const auto outage = outages.find(storage);
  if (outage != outages.end() && any_holds(outage->second, at)) return {};
  const auto grown = grown_.find(place(node.name, storage));
  std::int64_t more = 0;
  if (grown != grown_.end())
    if (const auto after = grown->second.upper_bound(at); after != grown->second.begin())
      more = std::prev(after)->second;
  const auto first = std::find_if(inventory.storages.begin(), inventory.storages.end(),
                                  [&](const StorageState& one) { return one.name == storage; });
  StorageSpace out;
  if (first != inventory.storages.end() && first->type == section->type)
    out = {true, first->total, storage_used(inventory, *first, node)};
  else if (section->type == "dir" || section->type == "btrfs")
    out = {true, node.maxdisk, node_load(inventory, node, 0).disk};
  if (out.active) out.used = std::clamp<std::int64_t>(out.used + more, 0, out.total);
  return out;
}

std::string Storages::full_problem(const Inventory& inventory, const NodeState& node,
                                   const std::string& volid, std::int64_t size,
                                   std::int64_t used) const {
  const std::string storage = volid.substr(0, volid.find(':'));
  const std::string name = volid.substr(volid.find(':') + 1);
  const StorageSpace room = space(inventory, node, storage);
  const Section* section = config.find(storage);
  if (!room.active || section == nullptr) return "";
  const std::int64_t free = room.total - room.used;
  const std::string& type = section->type;
  const bool set_aside =
      type == "lvm" || (type == "zfspool" && !section->values.contains("sparse"));
  if (set_aside ? free >= size : free > 0 && free >= used) return "";
  if (type == "lvm")
    return "not enough free space (" + std::to_string(free >> 10) + " < " +
           std::to_string(size >> 10) + ")";
  if (type == "lvmthin")
    return "lvcreate '" + section->text("vgname") + "/" + name +
           "' error:   Cannot create new thin volume, free space in thin pool " +
           section->text("vgname") + "/" + section->text("thinpool") + " reached threshold.";
  if (type == "zfspool")
    return "zfs error: cannot create '" + section->text("pool") + "/" + name + "': out of space";
  if (type == "rbd")
    return "rbd create '" + name + "' error: rbd: create error: (28) No space left on device";
  return "unable to create image: qemu-img: " + path(volid) +
         ": Could not resize file: No space left on device";
}

std::vector<const Volume*> Storages::list(std::string_view node, std::string_view storage) const {
  std::vector<const Volume*> out;
  const auto here = volumes_.find(place(node, storage));
  if (here == volumes_.end()) return out;
  for (const auto& [volid, volume] : here->second) out.push_back(&volume);
  return out;
}

std::string Storages::new_disk(std::string_view node, std::string_view storage, int vmid,
                               std::string_view format) const {
  const std::string owner = std::to_string(vmid);
  const auto taken = [&](const std::string& number) {
    const auto volumes = list(node, storage);
    return std::any_of(volumes.begin(), volumes.end(), [&](const Volume* volume) {
      if (volume->vmid != vmid) return false;
      for (const char* kind : {"vm-", "base-", "subvol-", "basevol-"}) {
        const std::string name = kind + owner + "-disk-" + number;
        const auto at = volume->volid.find(name);
        if (at == std::string::npos) continue;
        const std::string after = volume->volid.substr(at + name.size());
        if (after.empty() || after.front() == '.') return true;
      }
      return false;
    });
  };
  int number = 0;
  while (taken(std::to_string(number))) ++number;
  const std::string name =
      (format == "subvol" ? "subvol-" : "vm-") + owner + "-disk-" + std::to_string(number);
  const std::string prefix(storage);
  if (!is_directory(storage)) return prefix + ":" + name;
  return prefix + ":" + owner + "/" + name + "." + std::string(format);
}

std::optional<VolumeName> Storages::parse(std::string_view volid) const {
  const auto colon = volid.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  VolumeName out;
  out.storage = volid.substr(0, colon);
  out.name = volid.substr(colon + 1);
  const Section* section = config.find(out.storage);
  if (section == nullptr) return std::nullopt;
  const bool read = section->type == "pbs" ? read_snapshot_name(out)
                    : is_directory_type(section->type)
                        ? read_file_name(out) || read_directory_disk(out)
                        : read_device_disk(out);
  return read ? std::optional(std::move(out)) : std::nullopt;
}

std::string Storages::path(std::string_view volid) const {
  const auto parsed = parse(volid);
  if (!parsed) return "";
  const Section* section = config.find(parsed->storage);
  const std::string name = parsed->name.substr(parsed->base.empty() ? 0 : parsed->base.size() + 1);
  if (is_directory_type(section->type)) {
    const std::string root(value_of(section, "path"));
    for (const FileKind& kind : kFileKinds)
      if (parsed->name.starts_with(kind.prefix))
        return root + "/" + std::string(kind.folder) + "/" + name.substr(kind.prefix.size());
    return root + "/images/" + name;
  }
  if (section->type == "lvm" || section->type == "lvmthin")
    return "/dev/" + std::string(value_of(section, "vgname")) + "/" + name;
  if (section->type == "zfspool")
    return "/dev/zvol/" + std::string(value_of(section, "pool")) + "/" + name;
  if (section->type == "rbd")
    return "/dev/rbd/" + std::string(value_of(section, "pool")) + "/" + name;
  return parsed->name;
}

}  // namespace pmx::sim
