#include "sim/guest_disks.h"

#include <algorithm>

#include "sim/pattern.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr std::int64_t kCloudInitSize = std::int64_t{4} << 20;
constexpr std::int64_t kTpmSize = std::int64_t{4} << 20;
constexpr std::int64_t kEfiSize4m = 540672;
constexpr std::int64_t kEfiSize = 131072;
constexpr int kUnusedSlots = 256;

/// Storage and size of a disk to be made.
struct NewDisk {
  std::string storage;
  double gigabytes = 0;
};

NewDisk read_new_disk(const std::string& file, const std::string& fallback) {
  const auto colon = file.find(':');
  if (colon == std::string::npos) return {fallback, std::strtod(file.c_str(), nullptr)};
  return {file.substr(0, colon), std::strtod(file.c_str() + colon + 1, nullptr)};
}

bool holds(const Storages& storages, const std::string& storage, std::string_view content) {
  const auto contents = storages.contents(storage);
  return std::find(contents.begin(), contents.end(), content) != contents.end();
}

Refused refuse_new_disk(const Call& call, const NewDisk& disk) {
  if (disk.storage.empty()) return failure(500, "no storage ID specified (and no default storage)");
  if (auto refused = refuse_without(call, "/storage/" + disk.storage, "Datastore.AllocateSpace"))
    return refused;
  if (call.state.storages.config.find(disk.storage) == nullptr)
    return failure(500, "storage '" + disk.storage + "' does not exist");
  if (holds(call.state.storages, disk.storage, "images")) return std::nullopt;
  return bad_parameters({{"storage", "storage '" + disk.storage + "' does not support vm images"}});
}

Refused refuse_volume(const Call& call, int vmid, const std::string& key,
                      const std::string& volid) {
  const std::string storage = storage_of(volid);
  if (volid.find(':') == std::string::npos || volid.starts_with('/')) {
    if (call.caller.is_root()) return std::nullopt;
    return failure(500, "Only root can pass arbitrary filesystem paths.");
  }
  if (call.state.storages.config.find(storage) == nullptr)
    return failure(500, "storage '" + storage + "' does not exist");
  const auto parsed = call.state.storages.parse(volid);
  if (!parsed) return failure(500, unparsable_volume(call.state.storages, volid));
  Refused refused;
  if (parsed->content == "iso") {
    if (!call.may("/storage/" + storage, "Datastore.AllocateSpace"))
      refused = refuse_without(call, "/storage/" + storage, "Datastore.Audit");
  } else if (parsed->vmid != vmid) {
    refused = refuse_without(call, "/storage/" + storage, "Datastore.Allocate");
  }
  if (refused || parsed->content == "images" || parsed->content == "iso") return refused;
  return bad_parameters({{key, "content type needs to be 'images' or 'iso'"}});
}

}  // namespace

bool is_new_disk(std::string_view file) {
  return matches_pattern("([^/:\\s]+:)?\\d+(\\.\\d+)?", file);
}

Refused refuse_drive(const Call& call, int vmid, const std::string& key, const Drive& drive,
                     const std::string& fallback) {
  const std::string& file = drive.file;
  if (file.empty() || file == "none" || file == "cloudinit" || file.ends_with(":cloudinit"))
    return std::nullopt;
  if (drive.is_cdrom() && file == "cdrom") return refuse_without(call, "/", "Sys.Console");
  const bool made = !drive.is_cdrom() && !is_numbered(key, "unused") && is_new_disk(file);
  if (auto refused = made ? refuse_new_disk(call, read_new_disk(file, fallback))
                          : refuse_volume(call, vmid, key, file))
    return refused;
  const std::string source = drive.option("import-from");
  if (source.empty()) return std::nullopt;
  if (made) return refuse_volume(call, vmid, key, source);
  return bad_parameters({{key,
                          "'import-from' requires special syntax - use <storage "
                          "ID>:0,import-from=<source>"}});
}

std::string unparsable_volume(const Storages& storages, const std::string& volid) {
  const Section* section = storages.config.find(storage_of(volid));
  const std::string kind = storages.is_directory(storage_of(volid)) ? "directory"
                           : section->type == "zfspool"             ? "zfs"
                           : section->type.starts_with("lvm")       ? "lvm"
                                                                    : section->type;
  return "unable to parse " + kind + " volume name '" + volid.substr(volid.find(':') + 1) + "'";
}

std::string DiskWork::make(const std::string& key, Drive drive, const Values& config,
                           const std::string& fallback) {
  if (drive.file.empty() || drive.file == "none" || drive.file == "cdrom") {
    drive.options.erase("size");
    return drive.text();
  }
  if (drive.file == "cloudinit" || drive.file.ends_with(":cloudinit"))
    return cloud_init(key, std::move(drive), config, fallback);
  if (is_new_disk(drive.file) && !drive.is_cdrom()) return fresh(key, std::move(drive), fallback);
  return existing(std::move(drive));
}

std::string DiskWork::cloud_init(const std::string& key, Drive drive, const Values& config,
                                 const std::string& fallback) {
  const auto colon = drive.file.find(':');
  const std::string storage = colon == std::string::npos ? fallback : drive.file.substr(0, colon);
  for (const auto& [other, present] : drives_of(config, false))
    if (other != key && present.is_cloud_init() &&
        present.file.find(":cloudinit") == std::string::npos)
      problem = key + " - cloud-init drive is already attached at '" + other + "'";
  if (!problem.empty()) return "";
  const bool files = state_.storages.is_directory(storage);
  const std::string given = drive.option("format");
  const std::string format = !given.empty() ? given : files ? "qcow2" : "raw";
  const std::string id = std::to_string(vmid_);
  const std::string name = "vm-" + id + "-cloudinit";
  drive.file = allocate(storage, format, kCloudInitSize,
                        storage + ":" + (files ? id + "/" + name + "." + format : name));
  drive.options["media"] = "cdrom";
  drive.options.erase("format");
  if (problem.empty()) log.push_back(key + ": successfully created disk '" + drive.text() + "'");
  return drive.text();
}

std::string DiskWork::fresh(const std::string& key, Drive drive, const std::string& fallback) {
  const NewDisk wanted = read_new_disk(drive.file, fallback);
  auto size = static_cast<std::int64_t>(wanted.gigabytes * static_cast<double>(kGib));
  std::string format = drive.option("format");
  if (format.empty()) format = state_.storages.default_format(wanted.storage);
  if (key == "efidisk0") {
    const bool small = drive.option("efitype") == "2m" || drive.option("efitype").empty();
    if (!qemu_of(state_).patched) {
      problem = std::string("EFI base image '/usr/share/pve-edk2-firmware//OVMF_CODE") +
                (small ? ".fd" : "_4M.fd") + "' not found";
      return "";
    }
    size = small ? kEfiSize : kEfiSize4m;
  }
  if (key == "tpmstate0") {
    size = kTpmSize;
    format = "raw";
  }
  const std::string source = drive.option("import-from");
  drive.options.erase("import-from");
  const Volume* image = source.empty() ? nullptr : state_.storages.find(node_, source);
  if (!source.empty() && image == nullptr) {
    problem = "volume '" + source + "' does not exist";
    return "";
  }
  if (image != nullptr) size = image->size;
  drive.file = image != nullptr ? copy(*image, wanted.storage, format)
                                : allocate(wanted.storage, format, size);
  drive.options["size"] = size_text(size);
  drive.options.erase("format");
  if (problem.empty()) log.push_back(key + ": successfully created disk '" + drive.text() + "'");
  return drive.text();
}

std::string DiskWork::existing(Drive drive) {
  if (drive.file.starts_with('/')) return drive.text();
  problem = state_.storages.problem(storage_of(drive.file), node_);
  if (!problem.empty()) return "";
  const Volume* volume = state_.storages.find(node_, drive.file);
  if (volume == nullptr) {
    problem = "volume '" + drive.file + "' does not exist";
    return "";
  }
  if (!drive.is_cloud_init()) drive.options["size"] = size_text(volume->size);
  drive.options.erase("format");
  return drive.text();
}

const NodeState& DiskWork::node() const {
  return state_.inventory.nodes[state_.inventory.node_index(node_).value_or(0)];
}

std::string DiskWork::allocate(const std::string& storage, std::string format, std::int64_t size,
                               std::string volid, std::int64_t used) {
  Storages& storages = state_.storages;
  if (problem.empty()) problem = storages.problem(storage, node_);
  if (!problem.empty()) return "";
  const bool files = storages.is_directory(storage);
  if (!files && format != "raw") {
    problem = "unsupported format '" + format + "'";
    return "";
  }
  if (volid.empty()) volid = storages.new_disk(node_, storage, vmid_, format);
  if (storages.find(node_, volid) != nullptr) {
    problem = "disk image '" + storages.path(volid) + "' already exists";
    return "";
  }
  used = std::max(used, fresh_disk_use(format, size));
  problem = storages.full_problem(state_.inventory, node(), volid, size, used);
  if (!problem.empty()) return "";
  tell_formatting(volid, format, size);
  Volume volume;
  volume.volid = volid;
  volume.content = "images";
  volume.format = format;
  volume.size = size;
  volume.used = used;
  volume.ctime = now_;
  volume.vmid = vmid_;
  storages.add(node_, std::move(volume));
  made.push_back(volid);
  return volid;
}

void DiskWork::tell_formatting(const std::string& volid, const std::string& format,
                               std::int64_t size) {
  const Section* section = state_.storages.config.find(storage_of(volid));
  if (section != nullptr && section->type.starts_with("lvm"))
    log.push_back("  Logical volume \"" + volid.substr(volid.find(':') + 1) + "\" created.");
  if (!state_.storages.is_directory(storage_of(volid))) return;
  const std::string bytes = std::to_string(size);
  std::string line = "Formatting '" + state_.storages.path(volid) + "', fmt=" + format;
  if (format == "qcow2")
    line +=
        " cluster_size=65536 extended_l2=off preallocation=metadata compression_type=zlib size=" +
        bytes + " lazy_refcounts=off refcount_bits=16";
  else if (format == "raw")
    line += " size=" + bytes + " preallocation=off";
  else
    line += " size=" + bytes + " compat6=off hwversion=undefined";
  log.push_back(std::move(line));
}

std::string DiskWork::copy(const Volume& source, const std::string& storage, std::string format) {
  const std::int64_t size = source.size;
  const std::int64_t used = source.used;
  return allocate(storage, std::move(format), size, "", used);
}

std::string DiskWork::link(const Volume& base) {
  const std::string storage = storage_of(base.volid);
  const std::string base_name = base.volid.substr(storage.size() + 1);
  const Volume source = base;
  const std::string plain = state_.storages.new_disk(node_, storage, vmid_, source.format);
  const Section* section = state_.storages.config.find(storage);
  const bool nested = section != nullptr && section->type != "lvmthin";
  Volume volume = source;
  volume.volid =
      nested ? storage + ":" + base_name + "/" + plain.substr(storage.size() + 1) : plain;
  volume.parent = state_.storages.is_directory(storage) ? "../" + base_name : base_name;
  volume.vmid = vmid_;
  volume.ctime = now_;
  volume.used = fresh_disk_use(source.format, source.size);
  log.push_back("clone " + source.volid + ": " + volume.volid.substr(storage.size() + 1));
  made.push_back(volume.volid);
  return state_.storages.add(node_, std::move(volume)).volid;
}

void DiskWork::free(const std::string& volid) {
  const Volume* volume = state_.storages.find(node_, volid);
  if (volume == nullptr || volume->vmid != vmid_ || volume->content != "images") return;
  const Section* section = state_.storages.config.find(storage_of(volid));
  if (section != nullptr && section->type.starts_with("lvm"))
    log.push_back("  Logical volume \"" + volid.substr(volid.find(':') + 1) +
                  "\" successfully removed.");
  state_.storages.remove(node_, volid);
}

void DiskWork::take_back() {
  for (const auto& volid : made) state_.storages.remove(node_, volid);
  made.clear();
}

void keep_unused(State& state, GuestState& guest, const Drive& drive) {
  const std::string& node = node_name(state, guest);
  if (drive.is_cloud_init()) {
    state.storages.remove(node, drive.file);
    return;
  }
  if (drive.is_cdrom()) return;
  const auto parsed = state.storages.parse(drive.file);
  if (!parsed || parsed->vmid != guest.vmid) return;
  for (const auto& [key, value] : guest.config)
    if (is_numbered(key, "unused") && value == drive.file) return;
  for (int i = 0; i < kUnusedSlots; ++i) {
    const std::string key = "unused" + std::to_string(i);
    if (guest.config.contains(key)) continue;
    guest.config[key] = drive.file;
    return;
  }
}

void replace_volume(State& state, int vmid, const std::string& key, const std::string& volid,
                    bool free_old) {
  GuestState* guest = guest_by_id(state, vmid);
  if (guest == nullptr || guest->value(key).empty()) return;
  Drive drive = parse_drive(guest->value(key));
  const std::string old = drive.file;
  drive.file = volid;
  guest->config[key] = drive.text();
  if (free_old)
    DiskWork(state, node_name(state, *guest), vmid, 0).free(old);
  else
    keep_unused(state, *guest, Drive{old, {}});
}

bool snapshot_holds(const GuestState& guest, const std::string& volid) {
  for (const auto& [name, section] : guest.snapshots)
    for (const auto& [key, drive] : drives_of(section, true))
      if (drive.file == volid) return true;
  return false;
}

}  // namespace pmx::sim
