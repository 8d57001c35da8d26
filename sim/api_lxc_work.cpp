// What is done with a container: resize and move its volumes, suspend and resume it, migrate it.
#include <algorithm>

#include "sim/guest_config.h"
#include "sim/lxc_config.h"
#include "sim/qemu_api.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kRestartTime = 2500;  ///< milliseconds

std::string node_of_call(const Call& call) { return call.text("node"); }

void grow(State& state, GuestState& guest, const std::string& key, std::int64_t size) {
  Drive drive = parse_drive(guest.value(key));
  if (Volume* volume = state.storages.find(node_name(state, guest), drive.file))
    volume->size = size;
  drive.options["size"] = size_text(size);
  guest.config[key] = drive.text();
}

/// Fills in what a resize does; its failure is the text it returns.
std::string plan_resize(const Call& call, const GuestState& guest, TaskPlan& plan) {
  const std::string key = call.text("disk");
  if (auto locked = lock_problem(call, guest); !locked.empty()) return locked;
  const Drive drive = parse_drive(guest.value(key));
  if (drive.file.empty()) return "disk '" + key + "' does not exist";
  const Volume* volume = call.state.storages.find(node_of_call(call), drive.file);
  if (volume == nullptr) return "volume '" + drive.file + "' does not exist";
  const std::string text = call.text("size");
  const std::int64_t size =
      text.starts_with('+') ? volume->size + size_bytes(text.substr(1)) : size_bytes(text);
  if (size < volume->size) return "unable to shrink disk size";
  if (size == volume->size) return "disk is already at specified size";
  const std::string path = call.state.storages.path(drive.file);
  if (drive.file.find("base-") != std::string::npos) {
    log_line(plan, "qemu-img: Could not open '" + path + "': Could not open '" + path +
                       "': Operation not permitted");
    return "command '/usr/bin/qemu-img resize '--preallocation=off' -f raw " + path + " " +
           std::to_string(size) + "' failed: exit code 1";
  }
  log_line(plan, "Image resized.", 60);
  log_line(plan, "e2fsck 1.47.2 (1-Jan-2025)", 70);
  log_line(plan, path + ": 21500/65536 files (0.2% non-contiguous), 171234/262144 blocks", 80);
  plan.effect = [vmid = guest.vmid, key, size](State& state, const Task&) {
    if (GuestState* grown = guest_by_id(state, vmid)) grow(state, *grown, key, size);
  };
  return "";
}

Answer resize(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (auto refused = refuse_old_digest(call, *guest)) return *refused;
  TaskPlan plan = task_plan("resize", call.text("vmid"));
  log_line(plan, "trying to acquire lock...");
  log_line(plan, " OK");
  plan.duration = 120;
  if (auto problem = plan_resize(call, *guest, plan); !problem.empty()) plan.exit = problem;
  return fork_task(call, std::move(plan));
}

Refused refuse_move(const Call& call, const GuestState& guest) {
  const std::string key = call.text("volume");
  const std::string storage = call.text("storage");
  if (auto refused = refuse_without(call, "/storage/" + storage, "Datastore.AllocateSpace"))
    return refused;
  if (auto refused = refuse_locked(call, guest)) return refused;
  if (auto refused = refuse_old_digest(call, guest)) return refused;
  if (guest.value(key).empty()) return failure(500, "volume '" + key + "' does not exist");
  if (is_running(guest)) return failure(500, "cannot move volumes of a running container");
  if (storage_of(parse_drive(guest.value(key)).file) == storage)
    return failure(500, "source and target storage are the same");
  return std::nullopt;
}

/// Why the copy cannot be made where it is wanted.
std::string target_problem(const Call& call) {
  const std::string storage = call.text("storage");
  if (auto problem = call.state.storages.problem(storage, node_of_call(call)); !problem.empty())
    return problem;
  const auto contents = call.state.storages.contents(storage);
  if (std::find(contents.begin(), contents.end(), "rootdir") != contents.end()) return "";
  return "content type 'rootdir' is not available or configured on storage '" + storage + "'";
}

Answer move_volume(const Call& call) {
  if (!call.has("storage"))
    return bad_parameters({{"storage", "either storage or target-vmid needs to be set"},
                           {"target-vmid", "either storage or target-vmid needs to be set"}});
  GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (auto refused = refuse_move(call, *guest)) return *refused;
  TaskPlan plan = task_plan("move_volume", call.text("vmid"));
  const std::string key = call.text("volume");
  const Volume* source =
      call.state.storages.find(node_of_call(call), parse_drive(guest->value(key)).file);
  std::string problem = target_problem(call);
  if (problem.empty() && source == nullptr)
    problem = "volume '" + parse_drive(guest->value(key)).file + "' does not exist";
  if (!problem.empty()) return fork_failure(call, std::move(plan), problem);
  DiskWork work(call.state, node_of_call(call), guest->vmid, call.now / 1000);
  const std::string target = work.copy(Volume(*source), call.text("storage"), "raw");
  if (!work.problem.empty()) return fork_failure(call, std::move(plan), work.problem);
  for (const auto& line : work.log) log_line(plan, line, plan.duration += 40);
  plan.duration += 800;
  const bool drop = call.flag("delete");
  plan.effect = [vmid = guest->vmid, key, target, drop](State& state, const Task&) {
    replace_volume(state, vmid, key, target, drop);
  };
  plan.undo = [target, node = node_of_call(call)](State& state, const Task&) {
    state.storages.remove(node, target);
  };
  return fork_task(call, std::move(plan));
}

Answer suspend(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (!is_running(*guest)) return failure(500, "CT " + call.text("vmid") + " not running");
  TaskPlan plan = task_plan("vzsuspend", call.text("vmid"));
  return fork_failure(
      call, std::move(plan),
      "command 'lxc-checkpoint -n " + plan.id + " -s -D /var/lib/vz/dump' failed: exit code 1");
}

Answer resume(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (is_running(*guest)) return failure(500, "CT " + call.text("vmid") + " already running");
  TaskPlan plan = task_plan("vzresume", call.text("vmid"));
  return fork_failure(call, std::move(plan),
                      "command 'lxc-checkpoint -n " + plan.id +
                          " -r --foreground -D /var/lib/vz/dump' failed: exit code 1");
}

Answer preflight(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  Json allowed = Json::array();
  Json refused = Json::object();
  for (const NodeState& node : call.state.inventory.nodes) {
    if (node.name == call.text("node")) continue;
    Json missing = Json::array();
    for (const auto& [key, drive] : volumes_of(guest->config, false))
      if (!call.state.storages.problem(storage_of(drive.file), node.name).empty())
        missing.push_back(storage_of(drive.file));
    if (missing.empty())
      allowed.push_back(node.name);
    else
      refused[node.name] = {{"unavailable-storages", missing}};
  }
  return ok({{"running", is_running(*guest) ? 1 : 0},
             {"allowed-nodes", allowed},
             {"not-allowed-nodes", refused}});
}

/// Volumes of storages that are not shared come along.
void move_volumes(State& state, GuestState& guest, const std::string& from, const std::string& to) {
  for (const auto& [key, drive] : volumes_of(guest.config, true)) {
    if (state.storages.is_shared(storage_of(drive.file))) continue;
    const Volume* found = state.storages.find(from, drive.file);
    if (found == nullptr) continue;
    const Volume volume = *found;
    state.storages.remove(from, drive.file);
    state.storages.add(to, volume);
  }
}

Refused refuse_migration(const Call& call, const GuestState& guest, std::size_t& target) {
  const std::string name = call.text("target");
  if (name == call.text("node")) return bad_parameters({{"target", "target is local node."}});
  const auto index = call.state.inventory.node_index(name);
  if (!index) return failure(500, "no such cluster node '" + name + "'");
  target = *index;
  if (is_running(guest) && !call.flag("restart") && !call.flag("online"))
    return failure(500, "can't migrate running container without --online or --restart");
  return std::nullopt;
}

Answer migrate(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  std::size_t target = 0;
  if (auto refused = refuse_migration(call, *guest, target)) return *refused;
  TaskPlan plan = task_plan("vzmigrate", call.text("vmid"));
  const NodeState& to = call.state.inventory.nodes[target];
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  if (!to.online) return fork_failure(call, std::move(plan), "migration aborted");
  log_line(plan,
           "starting migration of CT " + plan.id + " to node '" + to.name + "' (" + to.ip + ")");
  for (const auto& [key, drive] : volumes_of(guest->config, false))
    if (!call.state.storages.is_shared(storage_of(drive.file)))
      log_line(plan, "found local volume '" + drive.file + "' (in current VM config)", 200);
  log_line(plan, "start final cleanup", 900);
  plan.duration = is_running(*guest) ? kRestartTime : 1000;
  log_line(plan,
           "migration finished successfully (duration 00:00:0" +
               std::to_string(plan.duration / 1000) + ")",
           plan.duration);
  plan.effect = [vmid = guest->vmid, target, from = call.text("node")](State& state, const Task&) {
    GuestState* moved = guest_by_id(state, vmid);
    if (moved == nullptr) return;
    move_volumes(state, *moved, from, state.inventory.nodes[target].name);
    moved->node = static_cast<int>(target);
  };
  return fork_task(call, std::move(plan));
}

}  // namespace

void add_lxc_work_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/lxc/{vmid}/";
  handlers["PUT " + path + "resize"] = resize;
  handlers["POST " + path + "move_volume"] = move_volume;
  handlers["POST " + path + "status/suspend"] = suspend;
  handlers["POST " + path + "status/resume"] = resume;
  handlers["GET " + path + "migrate"] = preflight;
  handlers["POST " + path + "migrate"] = migrate;
}

}  // namespace pmx::sim
