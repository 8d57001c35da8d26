// Snapshots of VMs and containers: the tree, rollback and deletion.
#include <algorithm>

#include "sim/guest_config.h"
#include "sim/lxc_config.h"
#include "sim/qemu_api.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kSnapshotTime = 250;  ///< milliseconds, without memory
constexpr std::int64_t kMemoryTime = 1500;

/// What a snapshot keeps of a configuration, and what a rollback leaves alone.
bool is_kept(std::string_view key) {
  for (const char* own : {"parent", "snaptime", "snapstate", "vmstate", "lock", "description",
                          "runningmachine", "runningcpu", "digest"})
    if (key == own) return false;
  return !is_numbered(key, "unused");
}

std::string task_type(GuestKind kind, const char* verb) {
  return std::string(kind == GuestKind::kQemu ? "qm" : "vz") + verb;
}

/// Whether all volumes of the guest can be kept as they are.
bool may_snapshot(const State& state, const GuestState& guest) {
  if (guest.kind == GuestKind::kQemu) return config_allows(state, "snapshot", guest.config, false);
  for (const auto& [key, drive] : volumes_of(guest.config, false))
    if (!volume_allows(state, "snapshot", drive.file, false)) return false;
  return true;
}

Json shown_snapshot(const Call& call, GuestKind kind, const Values& values) {
  Json out = shown_guest(call, kind, values);
  if (const auto time = values.find("snaptime"); time != values.end())
    out["snaptime"] = std::atoll(time->second.c_str());
  return out;
}

std::string text_of(const Values& values, std::string_view key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

template <GuestKind kind>
Answer list(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing_guest(call, kind);
  return ok(snapshot_rows(*guest));
}

/// Why no snapshot can be taken; the words of the worker.
std::string snapshot_problem(const Call& call, GuestKind kind, const GuestState* guest) {
  const std::string name = call.text("snapname");
  if (guest == nullptr) return missing_guest(call, kind).message;
  if (guest->is_template()) return "you can't take a snapshot if it's a template";
  if (auto locked = lock_problem(call, *guest); !locked.empty()) return locked;
  if (guest->snapshots.contains(name)) return "snapshot name '" + name + "' already used";
  if (!may_snapshot(call.state, *guest)) return "snapshot feature is not available";
  return "";
}

/// Allocates the volume for the memory and says what saving it says.
void save_memory(const Call& call, const GuestState& guest, Values& section, TaskPlan& plan) {
  const std::string storage = state_storage(call.state, guest);
  const std::string id = call.text("vmid");
  const std::string name = "vm-" + id + "-state-" + call.text("snapname");
  DiskWork work(call.state, call.text("node"), guest.vmid, call.now / 1000);
  const bool files = call.state.storages.is_directory(storage);
  const std::string volid = work.allocate(
      storage, "raw", state_size(guest), storage + ":" + (files ? id + "/" + name + ".raw" : name));
  for (const auto& line : work.log) log_line(plan, line);
  section["vmstate"] = volid;
  section["runningmachine"] = "pc-i440fx-" + qemu_of(call.state).version.substr(0, 4) + "+pve0";
  section["runningcpu"] = "kvm64,enforce,+kvm_pv_eoi,+kvm_pv_unhalt,+lahf_lm,+sep";
  log_line(plan, "saving VM state and RAM using storage '" + storage + "'", 100);
  const std::int64_t saved = guest_traits(guest).memory >> 21;  // half of it, in MiB
  log_line(plan, "completed saving the VM state in 1s, saved " + std::to_string(saved) + ".00 MiB",
           kMemoryTime);
  plan.duration += kMemoryTime;
}

/// A QEMU that cannot save memory: the half-made snapshot and the lock stay.
Answer fail_without_patch(const Call& call, GuestState& guest, Values section, TaskPlan plan) {
  section["snapstate"] = "prepare";
  guest.snapshots[call.text("snapname")] = std::move(section);
  guest.config["lock"] = "snapshot";
  plan.lines.resize(std::min<std::size_t>(plan.lines.size(), 1));
  log_line(plan, "snapshot create failed: starting cleanup");
  const std::string prefix = "VM " + plan.id + " qmp command ";
  log_line(plan, prefix + "'savevm-end' failed - The command savevm-end has not been found");
  return fork_failure(
      call, std::move(plan),
      prefix + "'savevm-start' failed - The command savevm-start has not been found");
}

/// Names that no snapshot may have; of the second of a VM the case does not matter.
template <GuestKind kind>
Refused refuse_name(const std::string& name) {
  std::string lower = name;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const bool reserved =
      name == "current" || (kind == GuestKind::kQemu ? lower == "pending" : name == "vzdump");
  if (!reserved) return std::nullopt;
  return failure(500, "unable to use snapshot name '" + (name == "current" ? name : lower) +
                          "' (reserved name)");
}

template <GuestKind kind>
Answer take(const Call& call) {
  const std::string name = call.text("snapname");
  if (auto refused = refuse_name<kind>(name)) return *refused;
  GuestState* guest = find_guest(call, kind);
  if (guest == nullptr && kind == GuestKind::kQemu) return missing_guest(call, kind);
  TaskPlan plan = task_plan(task_type(kind, "snapshot"), call.text("vmid"));
  if (auto problem = snapshot_problem(call, kind, guest); !problem.empty())
    return fork_failure(call, std::move(plan), problem);
  plan.duration = kSnapshotTime;
  Values section;
  for (const auto& [key, value] : guest->config)
    if (is_kept(key)) section[key] = value;
  if (const std::string parent = guest->value("parent"); !parent.empty())
    section["parent"] = parent;
  section["snaptime"] = std::to_string(call.now / 1000);
  if (!call.text("description").empty()) section["description"] = call.text("description");
  const bool memory = call.flag("vmstate") && is_running(*guest);
  if (memory) save_memory(call, *guest, section, plan);
  if (memory && !qemu_of(call.state).patched)
    return fail_without_patch(call, *guest, std::move(section), std::move(plan));
  for (const auto& [key, drive] : drives_of(guest->config, false))
    if (!drive.is_cdrom())
      log_line(plan, "snapshotting 'drive-" + key + "' (" + drive.file + ")", plan.duration - 100);
  guest->config["lock"] = "snapshot";
  plan.effect = on_guest([name, section](GuestState& at_end, const Task&) {
    at_end.snapshots[name] = section;
    at_end.config["parent"] = name;
    at_end.config.erase("lock");
  });
  plan.undo = on_guest([](GuestState& at_end, const Task&) { at_end.config.erase("lock"); });
  return fork_task(call, std::move(plan));
}

/// What rollback and deletion ask before they begin.
std::string snapshot_missing(const Call& call, GuestKind kind, const GuestState* guest,
                             const char* verb) {
  const std::string name = call.text("snapname");
  if (guest == nullptr) return missing_guest(call, kind).message;
  if (guest->is_template()) return std::string("you can't ") + verb + " if vm is a template";
  if (!guest->snapshots.contains(name)) return "snapshot '" + name + "' does not exist";
  return "";
}

void roll_back(GuestState& guest, const std::string& name, const Task& task, bool start) {
  const auto found = guest.snapshots.find(name);
  if (found == guest.snapshots.end()) return;
  Values config;
  for (const auto& [key, value] : guest.config)
    if (is_numbered(key, "unused") || key == "description") config[key] = value;
  for (const auto& [key, value] : found->second)
    if (is_kept(key)) config[key] = value;
  config["parent"] = name;
  guest.config = std::move(config);
  guest.pending.clear();
  guest.pending_delete.clear();
  halt_guest(guest, task);
  if (start || found->second.contains("vmstate")) run_guest(guest, task);
}

template <GuestKind kind>
Answer rollback(const Call& call) {
  GuestState* guest = find_guest(call, kind);
  if (call.flag("start") && call.is_9())
    if (auto refused = refuse_without(call, "/vms/" + call.text("vmid"), "VM.PowerMgmt"))
      return *refused;
  TaskPlan plan = task_plan(task_type(kind, "rollback"), call.text("vmid"));
  const std::string name = call.text("snapname");
  std::string problem = snapshot_missing(call, kind, guest, "rollback");
  if (problem.empty()) {
    const std::string state = text_of(guest->snapshots[name], "snapstate");
    if (!state.empty())
      problem = "unable to rollback to incomplete snapshot (snapstate = " + state + ")";
    else
      problem = lock_problem(call, *guest);
  }
  if (!problem.empty()) return fork_failure(call, std::move(plan), problem);
  guest->config["lock"] = "rollback";
  plan.duration = is_running(*guest) ? 2 * kSnapshotTime : kSnapshotTime;
  const bool start = call.flag("start");
  plan.effect = on_guest([name, start](GuestState& at_end, const Task& task) {
    roll_back(at_end, name, task, start);
  });
  plan.undo = on_guest([](GuestState& at_end, const Task&) { at_end.config.erase("lock"); });
  return fork_task(call, std::move(plan));
}

void drop_snapshot(State& state, const Task& task, const std::string& name) {
  GuestState* guest = guest_of(state, task);
  if (guest == nullptr || !guest->snapshots.contains(name)) return;
  const Values gone = guest->snapshots[name];
  const std::string parent = text_of(gone, "parent");
  if (const std::string memory = text_of(gone, "vmstate"); !memory.empty())
    DiskWork(state, node_name(state, *guest), guest->vmid, 0).free(memory);
  guest->snapshots.erase(name);
  const auto adopt = [&](Values& section) {
    if (text_of(section, "parent") != name) return;
    section["parent"] = parent;
    if (parent.empty()) section.erase("parent");
  };
  adopt(guest->config);
  for (auto& [other, section] : guest->snapshots) adopt(section);
  guest->config.erase("lock");
}

template <GuestKind kind>
Answer remove(const Call& call) {
  GuestState* guest = find_guest(call, kind);
  TaskPlan plan = task_plan(task_type(kind, "delsnapshot"), call.text("vmid"));
  const std::string name = call.text("snapname");
  std::string problem;
  if (guest == nullptr)
    problem = missing_guest(call, kind).message;
  else if (!guest->snapshots.contains(name))
    problem = "snapshot '" + name + "' does not exist";
  else
    problem = lock_problem(call, *guest);
  if (problem.empty()) problem = snapshot_missing(call, kind, guest, "delete a snapshot");
  if (!problem.empty()) return fork_failure(call, std::move(plan), problem);
  guest->config["lock"] = "snapshot-delete";
  plan.duration = kSnapshotTime;
  plan.effect = [name](State& state, const Task& task) { drop_snapshot(state, task, name); };
  plan.undo = on_guest([](GuestState& at_end, const Task&) { at_end.config.erase("lock"); });
  return fork_task(call, std::move(plan));
}

template <GuestKind kind>
Answer get_config(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing_guest(call, kind);
  const auto found = guest->snapshots.find(call.text("snapname"));
  if (found == guest->snapshots.end())
    return failure(500, "snapshot '" + call.text("snapname") + "' does not exist");
  return ok(shown_snapshot(call, kind, found->second));
}

template <GuestKind kind>
Answer put_config(const Call& call) {
  GuestState* guest = find_guest(call, kind);
  if (guest == nullptr) return missing_guest(call, kind);
  if (!call.has("description")) return ok(nullptr);
  if (auto refused = refuse_locked(call, *guest)) return *refused;
  const auto found = guest->snapshots.find(call.text("snapname"));
  if (found == guest->snapshots.end())
    return failure(500, "snapshot '" + call.text("snapname") + "' does not exist");
  found->second["description"] = call.text("description");
  return ok(nullptr);
}

}  // namespace

Json snapshot_rows(const GuestState& guest) {
  Json out = Json::array();
  for (const auto& [name, section] : guest.snapshots) {
    Json row{{"name", name},
             {"snaptime", std::atoll(text_of(section, "snaptime").c_str())},
             {"description", text_of(section, "description")}};
    if (guest.kind == GuestKind::kQemu) row["vmstate"] = section.contains("vmstate") ? 1 : 0;
    for (const char* key : {"parent", "snapstate"})
      if (auto value = text_of(section, key); !value.empty()) row[key] = value;
    out.push_back(std::move(row));
  }
  Json current{{"name", "current"},
               {"description", "You are here!"},
               {"running", is_running(guest) ? 1 : 0},
               {"digest", guest_digest(guest)}};
  if (auto parent = guest.value("parent"); !parent.empty()) current["parent"] = parent;
  out.push_back(std::move(current));
  return out;
}

std::string state_storage(const State& state, const GuestState& guest) {
  if (auto given = guest.value("vmstatestorage"); !given.empty()) return given;
  std::string local;
  for (const auto& [key, drive] : drives_of(guest.config, false)) {
    if (drive.is_cdrom() || drive.file.find(':') == std::string::npos) continue;
    if (state.storages.is_shared(storage_of(drive.file))) return storage_of(drive.file);
    if (local.empty()) local = storage_of(drive.file);
  }
  return local.empty() ? "local" : local;
}

std::int64_t state_size(const GuestState& guest) {
  constexpr std::int64_t kMib = std::int64_t{1} << 20;
  return guest_traits(guest).memory * 2 + 500 * kMib;
}

namespace {

template <GuestKind kind>
void add(Handlers& handlers) {
  const std::string path = "/nodes/{node}/" + std::string(kind_name(kind)) + "/{vmid}/snapshot";
  handlers["GET " + path] = list<kind>;
  handlers["POST " + path] = take<kind>;
  handlers["DELETE " + path + "/{snapname}"] = remove<kind>;
  handlers["POST " + path + "/{snapname}/rollback"] = rollback<kind>;
  handlers["GET " + path + "/{snapname}/config"] = get_config<kind>;
  handlers["PUT " + path + "/{snapname}/config"] = put_config<kind>;
}

}  // namespace

void add_snapshot_handlers(Handlers& handlers) {
  add<GuestKind::kQemu>(handlers);
  add<GuestKind::kLxc>(handlers);
}

}  // namespace pmx::sim
