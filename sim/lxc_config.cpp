#include "sim/lxc_config.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr int kMountPoints = 256;
constexpr std::int64_t kBlock = 4096;
constexpr std::int64_t kBlocksPerInode = 4;

/// The privilege that an option needs on /vms/{vmid}; what is not listed needs VM.Config.Options.
std::string_view privilege_of(const std::string& name) {
  constexpr std::string_view kCpu = " cores cpulimit cpuunits ";
  constexpr std::string_view kMemory = " memory swap ";
  constexpr std::string_view kNetwork = " nameserver searchdomain hostname ";
  const std::string word = " " + name + " ";
  if (kCpu.find(word) != std::string_view::npos) return "VM.Config.CPU";
  if (kMemory.find(word) != std::string_view::npos) return "VM.Config.Memory";
  if (kNetwork.find(word) != std::string_view::npos || is_numbered(name, "net"))
    return "VM.Config.Network";
  if (is_mount_point(name) || is_numbered(name, "unused")) return "VM.Config.Disk";
  return "VM.Config.Options";
}

Refused only_root(std::string what) {
  return failure(403,
                 "Permission check failed (" + std::move(what) + " only allowed for root@pam)");
}

/// Bind mounts and devices are root's alone, whatever the storage.
Refused refuse_foreign_mount(const std::string& value) {
  const std::string file = parse_drive(value).file;
  if (file.starts_with("/dev/")) return only_root("mount point type device is");
  if (file.starts_with('/')) return only_root("mount point type bind is");
  return std::nullopt;
}

/// Of the feature flags a user may only set nesting, and that of an unprivileged container.
Refused refuse_features(const std::string& value, bool unprivileged) {
  if (!unprivileged) return only_root("changing feature flags for privileged container is");
  for (const auto& [flag, setting] : parse_drive(value).options)
    if (flag != "nesting") return only_root("changing feature flags (except nesting) is");
  return std::nullopt;
}

Refused refuse_root_option(const std::string& name, const std::string& value, bool unprivileged) {
  if (name == "features") return refuse_features(value, unprivileged);
  if (name == "hookscript") return only_root("changing the hookscript is");
  if (is_numbered(name, "dev")) return only_root("configuring device passthrough is");
  if (is_mount_point(name)) return refuse_foreign_mount(value);
  return std::nullopt;
}

/// Where and how large: "local:8", or "8" on the default storage.
struct NewVolume {
  std::string storage;
  std::int64_t size = 0;
};

NewVolume read_new_volume(const std::string& file, const std::string& fallback) {
  constexpr double kGib = 1 << 30;
  const auto colon = file.find(':');
  const std::string number = colon == std::string::npos ? file : file.substr(colon + 1);
  return {colon == std::string::npos ? fallback : file.substr(0, colon),
          static_cast<std::int64_t>(std::strtod(number.c_str(), nullptr) * kGib)};
}

/// What mkfs.ext4 says of a file system that fills `size` bytes.
void tell_file_system(State& state, std::int64_t size, std::vector<std::string>& log) {
  const std::int64_t blocks = size / kBlock;
  log.push_back("Creating filesystem with " + std::to_string(blocks) + " 4k blocks and " +
                std::to_string(blocks / kBlocksPerInode) + " inodes");
  log.push_back("Filesystem UUID: " + new_uuid(state));
  log.push_back("Superblock backups stored on blocks: ");
  std::string backups;
  for (std::int64_t at : {32768LL, 98304LL, 163840LL, 229376LL, 294912LL, 819200LL, 884736LL})
    if (at < blocks) backups += (backups.empty() ? "\t" : ", ") + std::to_string(at);
  log.push_back(backups);
}

/// A network device as the file holds it: by name, type veth, with a MAC address.
std::string device_text(State& state, const std::string& value) {
  Values options = parse_drive(value).options;
  options.try_emplace("type", "veth");
  if (!options.contains("hwaddr")) options["hwaddr"] = new_mac(state);
  const auto name = options.find("name");
  std::string out = "name=" + (name == options.end() ? std::string() : name->second);
  for (const auto& [key, text] : options)
    if (key != "name") out += "," + key + "=" + text;
  return out;
}

}  // namespace

bool is_mount_point(std::string_view key) { return key == "rootfs" || is_numbered(key, "mp"); }

std::vector<NamedDrive> volumes_of(const Values& config, bool with_unused) {
  std::vector<NamedDrive> out;
  const auto add = [&](const std::string& key) {
    const auto found = config.find(key);
    if (found == config.end()) return;
    Drive drive = parse_drive(found->second);
    if (!drive.file.starts_with('/')) out.push_back({key, std::move(drive)});
  };
  add("rootfs");
  for (int i = 0; i < kMountPoints; ++i) add("mp" + std::to_string(i));
  for (const auto& [key, value] : config)
    if (with_unused && is_numbered(key, "unused")) add(key);
  return out;
}

bool is_unprivileged(const Values& values) {
  const auto found = values.find("unprivileged");
  return found != values.end() && found->second == "1";
}

Values container_values(const Call& call, std::initializer_list<std::string_view> left_out) {
  Values values = stored_values(call.params, left_out);
  for (auto& [key, value] : values) {
    if (is_numbered(key, "net")) value = device_text(call.state, value);
    if (key == "description" && !value.ends_with('\n')) value += '\n';
  }
  return values;
}

Refused refuse_container_options(const Call& call, int vmid, const Values& set,
                                 const std::vector<std::string>& remove, bool unprivileged) {
  if (call.caller.is_root()) return std::nullopt;
  const std::string vm = "/vms/" + std::to_string(vmid);
  for (const auto& name : remove) {
    if (auto refused = refuse_root_option(name, "", unprivileged)) return refused;
    if (auto refused = refuse_without(call, vm, privilege_of(name))) return refused;
  }
  for (const auto& [name, value] : set) {
    if (auto refused = refuse_root_option(name, value, unprivileged)) return refused;
    if (auto refused = refuse_without(call, vm, privilege_of(name))) return refused;
  }
  return std::nullopt;
}

Refused refuse_mount_points(const Call& call, const Values& values, const std::string& fallback) {
  for (const auto& [key, drive] : volumes_of(values, false)) {
    const bool made = is_new_disk(drive.file);
    const std::string storage =
        made ? read_new_volume(drive.file, fallback).storage : storage_of(drive.file);
    const Storages& storages = call.state.storages;
    if (storages.config.find(storage) == nullptr)
      return failure(500, "storage '" + storage + "' does not exist");
    if (auto refused = refuse_without(call, "/storage/" + storage, "Datastore.AllocateSpace"))
      return refused;
    const auto contents = storages.contents(storage);
    if (std::find(contents.begin(), contents.end(), "rootdir") == contents.end())
      return failure(500, "storage '" + storage + "' does not support container directories");
  }
  return std::nullopt;
}

std::string make_mount_point(State& state, DiskWork& work, const std::string& value,
                             const std::string& fallback) {
  Drive drive = parse_drive(value);
  if (!is_new_disk(drive.file)) return value;
  const NewVolume wanted = read_new_volume(drive.file, fallback);
  drive.file = work.allocate(wanted.storage, "raw", wanted.size);
  if (!work.problem.empty()) return "";
  tell_file_system(state, wanted.size, work.log);
  drive.options["size"] = size_text(wanted.size);
  return drive.text();
}

void destroy_container(State& state, int vmid, bool unreferenced, bool purge) {
  const GuestState* guest = guest_by_id(state, vmid);
  if (guest == nullptr) return;
  const std::string node = node_name(state, *guest);
  forget_guest(state, *guest, purge);
  DiskWork work(state, node, vmid, 0);
  for (const auto& [key, drive] : volumes_of(guest->config, true)) work.free(drive.file);
  for (const auto& [storage, section] : state.storages.config.sections) {
    if (!unreferenced) break;
    std::vector<std::string> found;
    for (const Volume* volume : state.storages.list(node, storage))
      if (volume->vmid == vmid && volume->content == "images") found.push_back(volume->volid);
    for (const auto& volid : found) work.free(volid);
  }
  state.inventory.guests.erase(vmid);
}

}  // namespace pmx::sim
