// POST /nodes/{node}/qemu and DELETE /nodes/{node}/qemu/{vmid}: VMs come and go.
#include "sim/guest_config.h"
#include "sim/qemu_api.h"
#include "sim/restore.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kDiskTime = 120;  ///< milliseconds to make a disk
constexpr std::int64_t kBootTime = 400;  ///< a start that a creation or a restore runs into

/// Who may back a VM up may restore over it.
bool may_replace(const Call& call, int vmid) {
  const GuestState* guest = guest_by_id(call.state, vmid);
  return guest != nullptr && node_name(call.state, *guest) == call.text("node") &&
         call.has("archive") && call.flag("force") &&
         call.may("/vms/" + std::to_string(vmid), "VM.Backup");
}

Refused refuse_creation(const Call& call, const Values& values) {
  const std::string vmid = call.text("vmid");
  const std::string pool = call.text("pool");
  const std::string storage = call.text("storage");
  if (!pool.empty())
    if (auto refused = refuse_pool(call, pool)) return refused;
  if (!storage.empty())
    if (auto refused = refuse_without(call, "/storage/" + storage, "Datastore.AllocateSpace"))
      return refused;
  const bool may = call.may("/vms/" + vmid, "VM.Allocate") ||
                   (!pool.empty() && call.may("/pool/" + pool, "VM.Allocate"));
  if (!may && !may_replace(call, std::atoi(vmid.c_str())))
    return failure(403, "Permission check failed");
  if (call.has("archive"))
    if (auto refused = refuse_vm_archive(call, std::atoi(vmid.c_str()), values)) return refused;
  if (auto refused = refuse_option_values(call, std::atoi(vmid.c_str()), values, storage))
    return refused;
  std::vector<std::string> names;
  for (const auto& [key, value] : values) names.push_back(key);
  return refuse_options(call, names);
}

/// The configuration of a new VM, its volumes made; `work.problem` says what went wrong.
Values make_config(const Call& call, Values values, DiskWork& work) {
  for (const auto& name : drive_names()) {
    const auto drive = values.find(name);
    if (drive == values.end() || !work.problem.empty()) continue;
    drive->second = work.make(name, parse_drive(drive->second), values, call.text("storage"));
  }
  if (!values.contains("boot")) values["boot"] = default_boot(values);
  if (!values.contains("smbios1")) values["smbios1"] = "uuid=" + new_uuid(call.state);
  if (!values.contains("vmgenid")) values["vmgenid"] = new_uuid(call.state);
  values["meta"] =
      "creation-qemu=" + qemu_of(call.state).version + ",ctime=" + std::to_string(call.now / 1000);
  return values;
}

Answer create(const Call& call) {
  const int vmid = static_cast<int>(call.number("vmid", 0));
  Values values =
      config_values(call, {"vmid", "node", "start", "pool", "storage", "archive", "force", "unique",
                           "bwlimit", "live-restore", "import-working-storage", "ha-managed"});
  if (auto refused = refuse_creation(call, values)) return *refused;
  if (call.has("archive")) return restore_vm(call, values);
  State& state = call.state;
  const std::string prefix = "unable to create VM " + std::to_string(vmid) + " - ";
  if (state.inventory.guests.contains(vmid))
    return failure(500, prefix + taken_text(state, *guest_by_id(state, vmid)));

  TaskPlan plan = task_plan("qmcreate", std::to_string(vmid));
  DiskWork work(state, call.text("node"), vmid, call.now / 1000);
  GuestState guest;
  guest.vmid = vmid;
  guest.node = static_cast<int>(state.inventory.node_index(call.text("node")).value_or(0));
  guest.pool = call.text("pool");
  values = make_config(call, std::move(values), work);
  plan.duration = 60;
  for (const auto& line : work.log) log_line(plan, line, plan.duration += kDiskTime / 2);
  const auto forget = [vmid](State& at_end, const Task&) { at_end.inventory.guests.erase(vmid); };
  if (!work.problem.empty()) {
    work.take_back();
    plan.lines.clear();
    plan.exit = prefix + work.problem;
    plan.undo = forget;
  } else {
    const bool starts = call.flag("start");
    if (starts) log_line(plan, "Execute autostart", plan.duration);
    if (starts) plan.duration += kBootTime + 100;
    plan.effect = [values, starts](State& at_end, const Task& task) {
      if (GuestState* made = guest_of(at_end, task)) made->config = values;
      if (starts) start_along(at_end, task);
    };
    plan.undo = forget;
  }
  guest.config = {{"lock", "create"}};
  state.inventory.guests.emplace(vmid, std::move(guest));
  return fork_task(call, std::move(plan));
}

/// What keeps a VM from being destroyed, known before a worker is forked.
std::string destroy_problem(const Call& call, const GuestState& guest) {
  const std::string id = std::to_string(guest.vmid);
  if (guest.value("protection") == "1")
    return "can't remove VM " + id + " - protection mode enabled";
  if (guest.ha && !call.flag("purge"))
    return "unable to remove VM " + id + " - used in HA resources and purge parameter not set.";
  const auto jobs = replication_jobs(call.state, guest.vmid);
  if (!jobs.empty() && !call.flag("purge"))
    return "There is a replication job '" + jobs.front() + "' for guest '" + id +
           "'. Please remove that first.";
  if (is_running(guest)) return "VM " + id + " is running - destroy failed";
  return "";
}

/// A linked clone that still needs a volume of this guest.
std::string used_base(const State& state, const GuestState& guest) {
  for (const auto& [key, drive] : drives_of(guest.config, true)) {
    const std::string storage = storage_of(drive.file);
    const std::string name =
        drive.file.substr(storage.size() == drive.file.size() ? 0 : storage.size() + 1);
    for (const Volume* volume : state.storages.list(node_name(state, guest), storage))
      if (!volume->parent.empty() && volume->parent.ends_with(name)) return drive.file;
  }
  return "";
}

void destroy_guest(State& state, int vmid, bool unreferenced, bool purge) {
  GuestState* guest = guest_by_id(state, vmid);
  if (guest == nullptr) return;
  forget_guest(state, *guest, purge);
  const std::string node = node_name(state, *guest);
  DiskWork work(state, node, vmid, 0);
  for (const auto& [key, drive] : drives_of(guest->config, true))
    if (!drive.is_cdrom() || drive.is_cloud_init()) work.free(drive.file);
  for (const auto& [name, section] : guest->snapshots)
    if (const auto memory = section.find("vmstate"); memory != section.end())
      work.free(memory->second);
  if (!guest->value("vmstate").empty()) work.free(guest->value("vmstate"));
  for (const auto& [storage, section] : state.storages.config.sections) {
    if (!unreferenced) continue;
    std::vector<std::string> found;
    for (const Volume* volume : state.storages.list(node, storage))
      if (volume->vmid == vmid && volume->content == "images") found.push_back(volume->volid);
    for (const auto& volid : found) work.free(volid);
  }
  state.inventory.guests.erase(vmid);
}

Answer destroy(const Call& call) {
  if (auto refused = refuse_skiplock(call)) return *refused;
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto problem = destroy_problem(call, *guest); !problem.empty()) return failure(500, problem);
  TaskPlan plan = task_plan("qmdestroy", call.text("vmid"));
  plan.duration = 350;
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  if (guest->is_template())
    if (auto base = used_base(call.state, *guest); !base.empty())
      return fork_failure(call, std::move(plan),
                          "base volume '" + base + "' is still in use by linked cloned");
  if (call.flag("purge"))
    log_line(plan, "purging VM " + plan.id + " from related configurations..", 300);
  const int vmid = guest->vmid;
  const bool unreferenced = call.flag("destroy-unreferenced-disks");
  const bool purge = call.flag("purge");
  plan.effect = [vmid, unreferenced, purge](State& state, const Task&) {
    destroy_guest(state, vmid, unreferenced, purge);
  };
  return fork_task(call, std::move(plan));
}

}  // namespace

void start_along(State& state, const Task& task) {
  GuestState* guest = guest_of(state, task);
  if (guest == nullptr) return;
  TaskPlan start = task_plan("qmstart", task.plan.id);
  start.duration = kBootTime;
  const auto bang = task.user.find('!');
  const Caller caller{task.user.substr(0, bang),
                      bang == std::string::npos ? "" : task.user.substr(bang + 1)};
  state.tasks.fork(state.inventory.node_of(*guest), caller, std::move(start),
                   task.end() - kBootTime);
  run_guest(*guest, task);
}

void add_qemu_create_handlers(Handlers& handlers) {
  handlers["POST /nodes/{node}/qemu"] = create;
  handlers["DELETE /nodes/{node}/qemu/{vmid}"] = destroy;
}

}  // namespace pmx::sim
