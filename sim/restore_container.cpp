// Containers out of the archives of vzdump.
#include <algorithm>

#include "sim/backup.h"
#include "sim/lxc_config.h"
#include "sim/restore.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kBytesPerMs = 256 * 1024;  ///< what tar unpacks: 250 MiB/s
constexpr std::int64_t kLongest = 90'000;         ///< milliseconds
constexpr double kGib = 1 << 30;

/// The mount points of an archive as new ones on `storage`; why it cannot be done in `problem`.
Values mount_points(const Values& archived, const std::string& storage, std::string& problem) {
  Values out;
  for (const auto& [key, value] : archived) {
    if (!is_mount_point(key)) continue;
    Drive drive = parse_drive(value);
    const std::string size = drive.option("size");
    if (drive.file.starts_with('/')) {
      out[key] = value;
      continue;
    }
    if (size.empty()) problem = "unable to detect disk size - please specify " + key + " (size)";
    const double gigabytes = static_cast<double>(size_bytes(size)) / kGib;
    drive.options.erase("size");
    drive.file = storage + ":" + Json(gigabytes).dump();
    out[key] = drive.text();
  }
  if (!out.contains("rootfs"))
    problem = "rootfs configuration could not be recovered, please check and specify manually!";
  return out;
}

/// What stays of the archived configuration beside its volumes.
Values kept(const Call& call, const Values& archived) {
  Values out = archived;
  for (const char* key : {"lock", "parent", "snaptime", "snapstate", "digest"}) out.erase(key);
  std::erase_if(out, [](const auto& item) {
    return is_mount_point(item.first) || is_numbered(item.first, "unused");
  });
  if (!call.flag("unique")) return out;
  for (auto& [key, value] : out) {
    if (!is_numbered(key, "net")) continue;
    const std::string old = parse_drive(value).option("hwaddr");
    if (const auto at = value.find(old); !old.empty())
      value.replace(at, old.size(), new_mac(call.state));
  }
  return out;
}

/// The work on one container: what its worker logs, and the configuration in the end.
class ContainerRestore {
 public:
  ContainerRestore(const Call& call, int vmid)
      : call_(call),
        archive_(call.text("ostemplate")),
        disks_(call.state, call.text("node"), vmid, call.now / 1000) {
    plan_.type = "vzrestore";
    plan_.id = std::to_string(vmid);
    plan_.duration = 120;
  }

  /// The plan; `config` is set when nothing goes wrong.
  TaskPlan make(const Values& given, const std::string& storage, Values& config) {
    say("recovering backed-up configuration from '" + archive_ + "'");
    std::string problem = archive_problem(call_.state, call_.text("node"), archive_);
    const Values archived =
        problem.empty() ? archive_config(call_.state, call_.text("node"), archive_) : Values{};
    if (problem.empty() && archived.empty())
      problem = "ERROR: archive contains no configuration file";
    config = kept(call_, archived);
    for (const auto& [key, value] : given) config[key] = value;
    if (problem.empty() && !given.contains("rootfs"))
      config.merge(mount_points(archived, storage, problem));
    if (problem.empty()) problem = make_volumes(config, storage);
    if (!problem.empty()) {
      disks_.take_back();
      plan_.exit = "unable to restore CT " + plan_.id + " - " + problem;
      return plan_;
    }
    unpack(config);
    return plan_;
  }

 private:
  void say(std::string line) { plan_.lines.push_back({plan_.duration, std::move(line)}); }

  std::string make_volumes(Values& config, const std::string& storage) {
    for (auto& [key, value] : config)
      if (is_mount_point(key) && disks_.problem.empty())
        value = make_mount_point(call_.state, disks_, value, storage);
    for (const auto& line : disks_.log) say(line);
    plan_.duration += 40 * static_cast<std::int64_t>(disks_.made.size());
    return disks_.problem;
  }

  void unpack(const Values& config) {
    std::int64_t bytes = 0;
    for (const auto& [key, drive] : volumes_of(config, false))
      bytes += size_bytes(drive.option("size")) / 8;
    say("restoring '" + archive_ + "' now..");
    say("extracting archive '" + call_.state.storages.path(archive_) + "'");
    plan_.duration += std::min(kLongest, 400 + bytes / kBytesPerMs);
    say("Total bytes read: " + std::to_string(bytes));
    say("merging backed-up and given configuration..");
  }

  const Call& call_;
  std::string archive_;
  DiskWork disks_;
  TaskPlan plan_;
};

/// The container as it stands while the worker runs; why it cannot.
std::string reserve(const Call& call, int vmid) {
  State& state = call.state;
  GuestState* guest = guest_by_id(state, vmid);
  if (guest != nullptr && !guest->lock().empty()) return "CT is locked (" + guest->lock() + ")";
  if (guest == nullptr) {
    GuestState made;
    made.vmid = vmid;
    made.kind = GuestKind::kLxc;
    made.node = static_cast<int>(state.inventory.node_index(call.text("node")).value_or(0));
    guest = &state.inventory.guests.emplace(vmid, std::move(made)).first->second;
  }
  guest->config["lock"] = "create";
  return "";
}

/// The restored container takes its place; what was there before is gone with its volumes.
Effect take_place(const Call& call, int vmid, Values config) {
  return [vmid, config = std::move(config), pool = call.text("pool"), starts = call.flag("start"),
          managed = call.flag("ha-managed")](State& state, const Task& task) {
    GuestState* guest = guest_by_id(state, vmid);
    if (guest == nullptr) return;
    DiskWork work(state, node_name(state, *guest), vmid, 0);
    for (const auto& [key, drive] : volumes_of(guest->config, true)) work.free(drive.file);
    guest->config = config;
    guest->snapshots.clear();
    guest->pending.clear();
    guest->pending_delete.clear();
    if (!pool.empty()) guest->pool = pool;
    if (starts && !state.lacks.lacks(Part::kLxc)) run_guest(*guest, task);
    if (managed)
      add_ha_resource(state, *guest, {{"state", starts ? "started" : "stopped"}}, task.end());
  };
}

}  // namespace

bool replaces_container(const Call& call, int vmid) {
  const GuestState* guest = guest_by_id(call.state, vmid);
  return guest != nullptr && guest->kind == GuestKind::kLxc && call.flag("restore") &&
         call.flag("force") && node_name(call.state, *guest) == call.text("node");
}

Refused refuse_replacement(const Call& call, int vmid) {
  const GuestState& guest = *guest_by_id(call.state, vmid);
  if (is_running(guest)) return failure(500, "can't overwrite running container");
  if (guest.value("protection") != "1") return std::nullopt;
  return failure(500, "unable to restore CT " + call.text("vmid") + " - protection mode enabled");
}

Answer restore_container(const Call& call, const Values& values, const std::string& storage) {
  const int vmid = static_cast<int>(call.number("vmid", 0));
  const std::string id = std::to_string(vmid);
  const bool is_new = guest_by_id(call.state, vmid) == nullptr;
  if (const std::string problem = reserve(call, vmid); !problem.empty())
    return failure(500, "unable to restore CT " + id + " - " + problem);
  Values config;
  TaskPlan plan = ContainerRestore(call, vmid).make(values, storage, config);
  plan.undo = [vmid, is_new](State& state, const Task&) {
    if (is_new) state.inventory.guests.erase(vmid);
    if (GuestState* guest = guest_by_id(state, vmid)) guest->config.erase("lock");
  };
  if (plan.exit == "OK") plan.effect = take_place(call, vmid, std::move(config));
  return fork_task(call, std::move(plan));
}

}  // namespace pmx::sim
