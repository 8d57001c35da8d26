// Containers come and go: create from a template, clone, become a template, be destroyed.
#include <algorithm>

#include "sim/guest_config.h"
#include "sim/lxc_config.h"
#include "sim/restore.h"
#include "sim/section_file.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kUnpackTime = 900;  ///< milliseconds
constexpr const char* kDefaultRoot = "4";  ///< GiB
constexpr const char* kDefaultStorage = "local";

/// The system that a template's name tells; PVE finds it in the files.
std::string system_of(const std::string& volid) {
  const std::string name = volid.substr(volid.rfind('/') + 1);
  for (const char* system : {"devuan", "ubuntu", "centos", "fedora", "opensuse", "archlinux",
                             "alpine", "gentoo", "nixos"})
    if (name.find(system) != std::string::npos) return system;
  return "debian";
}

Refused refuse_template(const Call& call) {
  const std::string volid = call.text("ostemplate");
  const std::string storage = storage_of(volid);
  if (volid.find(':') == std::string::npos || volid.starts_with('/'))
    return failure(500,
                   "Only root can pass arbitrary filesystem paths. at "
                   "/usr/share/perl5/PVE/Storage.pm line 651.");
  if (call.state.storages.config.find(storage) == nullptr)
    return failure(500, "storage '" + storage + "' does not exist");
  if (call.may("/storage/" + storage, "Datastore.AllocateSpace")) return std::nullopt;
  return refuse_without(call, "/storage/" + storage, "Datastore.Audit");
}

Refused refuse_creation(const Call& call, int vmid, const Values& values,
                        const std::string& fallback) {
  const bool replaces = replaces_container(call, vmid);
  if (const GuestState* taken = guest_by_id(call.state, vmid); taken != nullptr && !replaces)
    return failure(500, taken_text(call.state, *taken));
  if (replaces)
    if (auto refused = refuse_replacement(call, vmid)) return refused;
  const std::string pool = call.text("pool");
  if (!pool.empty())
    if (auto refused = refuse_pool(call, pool)) return refused;
  const std::string path = "/vms/" + std::to_string(vmid);
  const bool may = call.may(path, "VM.Allocate") ||
                   (!pool.empty() && call.may("/pool/" + pool, "VM.Allocate")) ||
                   (replaces && call.may(path, "VM.Backup"));
  if (!may) return failure(403, "Permission check failed");
  if (auto refused = refuse_container_options(call, vmid, values, {}, is_unprivileged(values)))
    return refused;
  const bool restores = call.flag("restore");
  if (auto refused =
          restores ? refuse_archive(call, vmid, call.text("ostemplate")) : refuse_template(call))
    return refused;
  return refuse_mount_points(call, values, fallback);
}

/// What PVE writes when nothing else was asked for.
void add_defaults(const Call& call, int vmid, Values& values) {
  values.try_emplace("rootfs", kDefaultRoot);
  values.try_emplace("hostname", "CT" + std::to_string(vmid));
  values.try_emplace("memory", "512");
  values.try_emplace("swap", "512");
  values.try_emplace("arch", "amd64");
  values.try_emplace("ostype", system_of(call.text("ostemplate")));
}

/// The root lies on the default storage unless `values` say where.
Values with_root(Values values) {
  values.try_emplace("rootfs", kDefaultRoot);
  return values;
}

/// Makes the volumes of `values` and puts them there.
void make_volumes(State& state, DiskWork& work, Values& values, const std::string& fallback) {
  for (auto& [key, value] : values)
    if (is_mount_point(key) && work.problem.empty())
      value = make_mount_point(state, work, value, fallback);
}

/// The guest as it stands while its worker runs.
void reserve(const Call& call, int vmid) {
  GuestState guest;
  guest.vmid = vmid;
  guest.kind = GuestKind::kLxc;
  guest.node = static_cast<int>(call.state.inventory.node_index(call.text("node")).value_or(0));
  guest.pool = call.text("pool");
  guest.config = {{"lock", "create"}};
  call.state.inventory.guests.emplace(vmid, std::move(guest));
}

Effect forget(int vmid, std::vector<std::string> volids, std::string node) {
  return [vmid, volids = std::move(volids), node = std::move(node)](State& state, const Task&) {
    for (const auto& volid : volids) state.storages.remove(node, volid);
    state.inventory.guests.erase(vmid);
  };
}

Effect appear(int vmid, Values values, bool starts) {
  return [vmid, values = std::move(values), starts](State& state, const Task& task) {
    GuestState* made = guest_by_id(state, vmid);
    if (made == nullptr) return;
    made->config = values;
    if (starts && !state.lacks.lacks(Part::kLxc)) run_guest(*made, task);
  };
}

std::string unpack_problem(const Call& call) {
  const std::string volid = call.text("ostemplate");
  if (auto problem = call.state.storages.problem(storage_of(volid), call.text("node"));
      !problem.empty())
    return problem;
  const Volume* archive = call.state.storages.find(call.text("node"), volid);
  if (archive == nullptr) return "volume '" + volid + "' does not exist";
  if (!archive->is_broken) return "";
  return "command 'tar xpf - -z --totals --one-file-system -p --sparse --numeric-owner' failed: "
         "exit "
         "code 2";
}

Answer create(const Call& call) {
  const int vmid = static_cast<int>(call.number("vmid", 0));
  const std::string fallback = call.has("storage") ? call.text("storage") : kDefaultStorage;
  Values values = container_values(
      call, {"vmid", "node", "ostemplate", "restore", "force", "storage", "pool", "bwlimit",
             "unique", "start", "password", "ssh-public-keys", "ignore-unpack-errors"});
  if (auto refused = refuse_creation(call, vmid, values, fallback)) return *refused;
  const bool restores = call.flag("restore");
  if (!restores) add_defaults(call, vmid, values);
  if (auto refused = refuse_mount_points(call, with_root(values), fallback)) return *refused;
  if (restores) return restore_container(call, values, fallback);
  TaskPlan plan = task_plan("vzcreate", std::to_string(vmid));
  DiskWork work(call.state, call.text("node"), vmid, call.now / 1000);
  make_volumes(call.state, work, values, fallback);
  std::string problem = work.problem.empty() ? unpack_problem(call) : work.problem;
  plan.duration = 120;
  for (const auto& line : work.log) log_line(plan, line, plan.duration += 20);
  plan.undo = forget(vmid, work.made, call.text("node"));
  if (!problem.empty()) {
    plan.exit = "unable to create CT " + plan.id + " - " + problem;
  } else {
    log_line(plan, "extracting archive '" + call.state.storages.path(call.text("ostemplate")) + "'",
             plan.duration);
    plan.duration += kUnpackTime;
    log_line(plan, "Detected container architecture: " + values["arch"], plan.duration);
    plan.effect = appear(vmid, std::move(values), call.flag("start"));
  }
  reserve(call, vmid);
  return fork_task(call, std::move(plan));
}

Answer destroy(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  const std::string id = call.text("vmid");
  if (guest->value("protection") == "1")
    return failure(500, "can't remove CT " + id + " - protection mode enabled");
  if (guest->ha && !call.flag("purge"))
    return failure(
        500, "unable to remove CT " + id + " - used in HA resources and purge parameter not set.");
  if (is_running(*guest) && !call.flag("force"))
    return failure(500, "unable to destroy CT " + id + " - container is running");
  TaskPlan plan = task_plan("vzdestroy", id);
  if (auto locked = lock_problem(call, *guest); !locked.empty() && !call.flag("force"))
    return fork_failure(call, std::move(plan), locked);
  plan.duration = 300;
  if (call.flag("purge"))
    log_line(plan, "purging CT " + id + " from related configurations..", 200);
  const bool unreferenced = call.flag("destroy-unreferenced-disks");
  plan.effect = [vmid = guest->vmid, unreferenced, purge = call.flag("purge")](State& state,
                                                                               const Task&) {
    destroy_container(state, vmid, unreferenced, purge);
  };
  return fork_task(call, std::move(plan));
}

Refused refuse_clone(const Call& call, const GuestState& guest, bool full) {
  const int newid = static_cast<int>(call.number("newid", 0));
  const std::string pool = call.text("pool");
  if (!pool.empty())
    if (auto refused = refuse_pool(call, pool)) return refused;
  if (auto refused = refuse_locked(call, guest)) return refused;
  if (const GuestState* taken = guest_by_id(call.state, newid))
    return failure(500, taken_text(call.state, *taken));
  const std::string snapshot = call.text("snapname");
  if (!snapshot.empty() && !guest.snapshots.contains(snapshot))
    return failure(500, "snapshot '" + snapshot + "' does not exist");
  if (full && is_running(guest) && snapshot.empty())
    return failure(500, "Full clone of a running container is only possible from a snapshot");
  if (!full && !guest.is_template())
    return failure(500,
                   "Linked clone feature for '" + guest.value("rootfs") + "' is not available");
  return std::nullopt;
}

/// The clone's configuration: `config` with volumes of its own, and what the call wants otherwise.
Values cloned_config(const Call& call, const GuestState& guest, const Values& config, bool full,
                     DiskWork& work, TaskPlan& plan) {
  Values out = config;
  for (const char* key : {"template", "lock", "parent", "snaptime", "snapstate"}) out.erase(key);
  for (const auto& [key, drive] : volumes_of(config, false)) {
    const Volume* source = call.state.storages.find(call.text("node"), drive.file);
    if (source == nullptr || !work.problem.empty()) continue;
    Drive copy = drive;
    const std::string storage = call.has("storage") ? call.text("storage") : storage_of(drive.file);
    log_line(plan,
             std::string(full ? "create full clone of mountpoint "
                              : "create linked clone of mountpoint ") +
                 key + " (" + drive.file + ")",
             plan.duration += 60);
    copy.file = full ? work.copy(*source, storage, "raw") : work.link(*source);
    out[key] = copy.text();
  }
  for (auto& [key, value] : out) {
    if (!is_numbered(key, "net")) continue;
    Drive device = parse_drive(value);
    const std::string old = device.option("hwaddr");
    if (const auto at = value.find(old); !old.empty())
      value.replace(at, old.size(), new_mac(call.state));
  }
  const std::string was = guest.value("hostname");
  out["hostname"] = call.has("hostname")
                        ? call.text("hostname")
                        : "Copy-of-" + (was.empty() ? "CT" + std::to_string(guest.vmid) : was);
  if (call.has("description")) out["description"] = call.text("description") + "\n";
  return out;
}

Answer clone(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  const bool full = call.has("full") ? call.flag("full") : !guest->is_template();
  if (auto refused = refuse_clone(call, *guest, full)) return *refused;
  const int newid = static_cast<int>(call.number("newid", 0));
  TaskPlan plan = task_plan("vzclone", call.text("vmid"));
  log_line(plan, "creating a clone of container " + plan.id + " with ID " + std::to_string(newid));
  const std::string snapshot = call.text("snapname");
  const Values& source = snapshot.empty() ? guest->config : guest->snapshots.find(snapshot)->second;
  DiskWork work(call.state, call.text("node"), newid, call.now / 1000);
  Values config = cloned_config(call, *guest, source, full, work, plan);
  for (const auto& line : work.log) log_line(plan, line, plan.duration += 40);
  plan.duration += 200;
  plan.undo = forget(newid, work.made, call.text("node"));
  if (!work.problem.empty())
    plan.exit = "clone failed: " + work.problem;
  else
    plan.effect = [made = appear(newid, std::move(config), false), from = guest->vmid, newid](
                      State& state, const Task& task) {
      made(state, task);
      copy_firewall(state, from, newid);
    };
  reserve(call, newid);
  return fork_task(call, std::move(plan));
}

/// The volume under the name of a base image, which nobody writes to any more.
std::string to_base(State& state, const std::string& node, const std::string& volid) {
  const Volume* found = state.storages.find(node, volid);
  const auto at = volid.rfind("vm-");
  if (found == nullptr || at == std::string::npos) return volid;
  Volume base = *found;
  base.volid = volid.substr(0, at) + "base-" + volid.substr(at + 3);
  state.storages.remove(node, volid);
  return state.storages.add(node, std::move(base)).volid;
}

Answer make_template(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  if (!guest->snapshots.empty())
    return failure(500, "unable to create template, because CT contains snapshots");
  if (guest->is_template()) return failure(500, "you can't convert a template to a template");
  if (is_running(*guest))
    return failure(500, "you can't convert a CT to template if the CT is running");
  for (const auto& [key, drive] : volumes_of(guest->config, false)) {
    Drive base = drive;
    base.file = to_base(call.state, call.text("node"), drive.file);
    guest->config[key] = base.text();
  }
  guest->config["template"] = "1";
  return ok(nullptr);
}

}  // namespace

void add_lxc_create_handlers(Handlers& handlers) {
  handlers["POST /nodes/{node}/lxc"] = create;
  handlers["DELETE /nodes/{node}/lxc/{vmid}"] = destroy;
  handlers["POST /nodes/{node}/lxc/{vmid}/clone"] = clone;
  handlers["POST /nodes/{node}/lxc/{vmid}/template"] = make_template;
}

}  // namespace pmx::sim
