#include "sim/restore.h"

#include <algorithm>

#include "sim/backup.h"
#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/volume_access.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kBytesPerMs = 512 * 1024;  ///< what a restore writes: 500 MiB/s
constexpr std::int64_t kLongest = 90'000;         ///< milliseconds

bool is_on_backup_server(const State& state, const std::string& volid) {
  const Section* section = state.storages.config.find(storage_of(volid));
  return section != nullptr && section->type == "pbs";
}

/// "zstd -q -d -c FILE | vma extract -v -r FIFO - FOLDER"
std::string extract_command(const std::string& path, std::int64_t now) {
  const std::string folder = "/var/tmp/vzdumptmp" + std::to_string(4000 + now / 1000 % 20000);
  const std::string tail = "vma extract -v -r " + folder + ".fifo ";
  if (path.ends_with(".zst")) return "zstd -q -d -c " + path + " | " + tail + "- " + folder;
  if (path.ends_with(".gz")) return "zcat " + path + " | " + tail + "- " + folder;
  if (path.ends_with(".lzo")) return "lzop -d -c " + path + " | " + tail + "- " + folder;
  return tail + path + " " + folder;
}

/// The work on one VM: what its worker logs, and the configuration in the end.
class VmRestore {
 public:
  VmRestore(const Call& call, const Values& given, int vmid)
      : call_(call),
        state_(call.state),
        given_(given),
        archive_(call.text("archive")),
        node_(call.text("node")),
        disks_(call.state, call.text("node"), vmid, call.now / 1000) {
    plan_.type = "qmrestore";
    plan_.id = std::to_string(vmid);
    plan_.duration = 150;
  }

  /// The plan; `config` is set when nothing goes wrong.
  TaskPlan make(Values& config) {
    config = archive_config(state_, node_, archive_);
    const bool server = is_on_backup_server(state_, archive_);
    if (call_.flag("live-restore") && !server)
      return failed(
          "live-restore is only compatible with backup images from a Proxmox Backup Server");
    if (!server) say("restore vma archive: " + command());
    if (config.empty()) return failed("command '" + command() + "' failed: exit code 1");
    for (const char* key : {"lock", "parent", "snaptime", "snapstate", "digest"}) config.erase(key);
    std::erase_if(config, [](const auto& item) { return is_numbered(item.first, "unused"); });
    tell_devices(config, server);
    restore_drives(config, server);
    if (!disks_.problem.empty()) {
      disks_.take_back();
      return failed(disks_.problem);
    }
    say("rescan volumes...");
    renew(config);
    for (const auto& [key, value] : given_) config[key] = value;
    return plan_;
  }

  /// The volumes that were made.
  [[nodiscard]] const std::vector<std::string>& made() const { return disks_.made; }

 private:
  void say(std::string line) { plan_.lines.push_back({plan_.duration, std::move(line)}); }

  [[nodiscard]] std::string command() const {
    return extract_command(state_.storages.path(archive_), call_.now);
  }

  TaskPlan failed(const std::string& why) {
    say("error before or during data restore, some or all disks were not completely restored. VM " +
        plan_.id + " state is NOT cleaned up.");
    plan_.exit = why;
    return plan_;
  }

  /// The drives that the archive holds: the others are not part of the restored VM.
  static std::vector<NamedDrive> drives(const Values& config) {
    std::vector<NamedDrive> out = drives_of(config, false);
    std::erase_if(out, [](const NamedDrive& one) {
      return one.drive.is_cdrom() && !one.drive.is_cloud_init();
    });
    return out;
  }

  void tell_devices(Values& config, bool server) {
    if (server) return;
    std::size_t bytes = 0;
    for (const auto& [key, value] : config) bytes += key.size() + value.size() + 3;
    say("CFG: size: " + std::to_string(bytes) + " name: qemu-server.conf");
    int device = 0;
    for (const auto& [key, drive] : drives(config))
      if (!drive.is_cloud_init() && drive.option("backup") != "0")
        say("DEV: dev_id=" + std::to_string(++device) + " size: " +
            std::to_string(size_bytes(drive.option("size"))) + " devname: drive-" + key);
    const Volume* volume = state_.storages.find(node_, archive_);
    say("CTIME: " + std::to_string(volume == nullptr ? 0 : volume->ctime));
  }

  void restore_drives(Values& config, bool server) {
    std::int64_t total = 0;
    for (auto& [key, drive] : drives(config)) {
      if (drive.option("backup") == "0") {
        config.erase(key);
        continue;
      }
      const std::int64_t size = restore_drive(key, drive);
      if (!disks_.problem.empty()) return;
      total += size;
      config[key] = drive.text();
      if (server) say("restore image complete (bytes=" + std::to_string(size) + ")");
    }
    plan_.duration += std::min(kLongest, 300 + total / kBytesPerMs);
    if (!server) say("total bytes read " + std::to_string(total) + ", sparse bytes 0 (0%)");
  }

  /// A volume of its own for one drive; its size.
  std::int64_t restore_drive(const std::string& key, Drive& drive) {
    const std::string storage =
        call_.has("storage") ? call_.text("storage") : storage_of(drive.file);
    if (drive.is_cloud_init()) {
      drive = parse_drive(disks_.make(key, parse_drive(storage + ":cloudinit"), {}));
      return 0;
    }
    const auto dot = drive.file.rfind('.');
    std::string format = dot == std::string::npos ? "raw" : drive.file.substr(dot + 1);
    if (!state_.storages.is_directory(storage)) format = "raw";
    const std::int64_t size = size_bytes(drive.option("size"));
    drive.file = disks_.allocate(storage, format, size);
    for (const auto& line : disks_.log) say(line);
    disks_.log.clear();
    if (!disks_.problem.empty()) return 0;
    say("new volume ID is '" + drive.file + "'");
    say("map 'drive-" + key + "' to '" + state_.storages.path(drive.file) + "' (write zeros = 0)");
    return size;
  }

  /// What is never the same in two guests, and what `unique` asks for.
  void renew(Values& config) {
    if (config.contains("vmgenid") && config["vmgenid"] != "0")
      config["vmgenid"] = new_uuid(state_);
    if (!call_.flag("unique")) return;
    for (auto& [key, value] : config)
      if (is_numbered(key, "net")) {
        const std::string mac = parse_net(value).mac;
        if (const auto at = value.find(mac); !mac.empty())
          value.replace(at, mac.size(), new_mac(state_));
      }
    if (config.contains("smbios1")) config["smbios1"] = "uuid=" + new_uuid(state_);
  }

  const Call& call_;
  State& state_;
  const Values& given_;
  std::string archive_;
  std::string node_;
  DiskWork disks_;
  TaskPlan plan_;
};

/// Frees what the archive replaces of the VM; its other volumes stay, unused.
void make_place(State& state, GuestState& guest, const Values& config) {
  DiskWork work(state, node_name(state, guest), guest.vmid, 0);
  const Values old = std::exchange(guest.config, {});
  for (const auto& [name, section] : guest.snapshots)
    if (const auto memory = section.find("vmstate"); memory != section.end())
      work.free(memory->second);
  guest.snapshots.clear();
  guest.pending.clear();
  guest.pending_delete.clear();
  for (const auto& [key, drive] : drives_of(old, false))
    if (config.contains(key))
      work.free(drive.file);
    else
      keep_unused(state, guest, drive);
}

/// The restored VM takes its place, and what the call wants next happens.
Effect take_place(const Call& call, int vmid, Values config) {
  return [vmid, config = std::move(config), pool = call.text("pool"),
          starts = call.flag("start") || call.flag("live-restore"),
          managed = call.flag("ha-managed")](State& state, const Task& task) {
    GuestState* guest = guest_by_id(state, vmid);
    if (guest == nullptr) return;
    make_place(state, *guest, config);
    for (const auto& [key, value] : config) guest->config[key] = value;
    if (!pool.empty()) guest->pool = pool;
    if (starts) start_along(state, task);
    if (managed)
      add_ha_resource(state, *guest, {{"state", starts ? "started" : "stopped"}}, task.end());
  };
}

/// The new or old guest as it stands while the worker runs; why it cannot.
std::string reserve(const Call& call, int vmid) {
  State& state = call.state;
  GuestState* guest = guest_by_id(state, vmid);
  const int node = static_cast<int>(state.inventory.node_index(call.text("node")).value_or(0));
  if (guest == nullptr) {
    GuestState made;
    made.vmid = vmid;
    made.node = node;
    made.config = {{"lock", "create"}};
    state.inventory.guests.emplace(vmid, std::move(made));
    return "";
  }
  const bool same = guest->kind == GuestKind::kQemu && guest->node == node;
  if (!call.flag("force") || !same) return taken_text(state, *guest);
  if (!guest->lock().empty()) return "VM is locked (" + guest->lock() + ")";
  guest->config["lock"] = "create";
  return "";
}

/// Why the worker stops before it has read anything.
std::string early_problem(const GuestState& guest, const std::string& prefix) {
  if (guest.value("protection") == "1") return prefix + "- protection mode enabled";
  return is_running(guest) ? prefix + "vm is running" : "";
}

}  // namespace

Refused refuse_archive(const Call& call, int vmid, const std::string& archive) {
  if (archive == "-") return failure(500, "pipe requires cli environment");
  if (archive.find(':') == std::string::npos || archive.starts_with('/')) {
    if (call.caller.is_root()) return failure(500, "can't find file '" + archive + "'");
    return failure(500, archive_problem(call.state, call.text("node"), "/"));
  }
  return refuse_volume_access(call, archive, vmid, "backup");
}

Refused refuse_vm_archive(const Call& call, int vmid, const Values& values) {
  const std::string archive = call.text("archive");
  for (const auto& [key, value] : values)
    if (is_drive_name(key))
      return bad_parameters({{key, "option conflicts with option 'archive'"}});
  if (auto refused = refuse_archive(call, vmid, archive)) return refused;
  if (auto bad = archive_problem(call.state, call.text("node"), archive); !bad.empty())
    return failure(500, bad);
  return std::nullopt;
}

Answer restore_vm(const Call& call, const Values& values) {
  const int vmid = static_cast<int>(call.number("vmid", 0));
  const std::string prefix = "unable to restore VM " + std::to_string(vmid) + " - ";
  if (const std::string taken = reserve(call, vmid); !taken.empty())
    return failure(500, prefix + taken);
  const Effect unlock = [vmid](State& state, const Task&) {
    if (GuestState* guest = guest_by_id(state, vmid)) guest->config.erase("lock");
  };
  if (const std::string why = early_problem(*guest_by_id(call.state, vmid), prefix); !why.empty()) {
    TaskPlan plan = task_plan("qmrestore", std::to_string(vmid));
    plan.undo = unlock;
    return fork_failure(call, std::move(plan), why);
  }
  Values config;
  VmRestore work(call, values, vmid);
  TaskPlan plan = work.make(config);
  plan.undo = [unlock, node = call.text("node"), made = work.made()](State& state,
                                                                     const Task& task) {
    for (const std::string& volid : made) state.storages.remove(node, volid);
    unlock(state, task);
  };
  if (plan.exit == "OK") {
    if (call.flag("start") && !call.flag("live-restore"))
      log_line(plan, "Execute autostart", plan.duration);
    plan.effect = take_place(call, vmid, std::move(config));
  }
  return fork_task(call, std::move(plan));
}

}  // namespace pmx::sim
