// Migration of VMs: what stands in its way, and the move itself.
#include <algorithm>
#include <array>
#include <ctime>

#include "sim/qemu_api.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kOffline = 1200;  ///< milliseconds
constexpr std::int64_t kOnline = 6000;
constexpr std::int64_t kUnreachable = 3000;

/// "2026-11-21 11:12:13"
std::string stamp(std::int64_t now_ms) {
  const std::time_t time = now_ms / 1000;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 24> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return text.data();
}

std::string seconds_text(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  return std::string("00:00:") + (seconds < 10 ? "0" : "") + std::to_string(seconds);
}

bool is_local(const State& state, const Drive& drive) {
  return drive.file.find(':') != std::string::npos &&
         !state.storages.is_shared(storage_of(drive.file)) && drive.option("shared") != "1";
}

Json local_disks(const State& state, const GuestState& guest) {
  Json out = Json::array();
  for (const auto& [key, drive] : drives_of(guest.config, true)) {
    if (!is_local(state, drive)) continue;
    const bool unused = is_numbered(key, "unused");
    Json row{{"volid", drive.file},
             {"cdrom", drive.is_cdrom() ? 1 : 0},
             {"is_attached", unused ? 0 : 1},
             {"is_unused", unused ? 1 : 0},
             {"is_tpmstate", key == "tpmstate0" ? 1 : 0},
             {"is_vmstate", 0},
             {"referenced_in_config", 1},
             {"replicate", drive.option("replicate") == "0" ? 0 : 1},
             {"shared", 0}};
    if (!unused) row["drivename"] = key;
    if (!drive.option("size").empty()) row["size"] = size_bytes(drive.option("size"));
    out.push_back(std::move(row));
  }
  return out;
}

/// Devices of the node that the VM would leave behind.
Json local_resources(const GuestState& guest) {
  Json out = Json::array();
  for (const auto& [key, value] : guest.config) {
    const bool device =
        is_numbered(key, "hostpci") || (is_numbered(key, "usb") && !value.starts_with("spice")) ||
        (is_numbered(key, "serial") && value != "socket") || is_numbered(key, "parallel") ||
        key == "ivshmem" || is_numbered(key, "virtiofs");
    if (device && value.find("mapping=") == std::string::npos) out.push_back(key);
  }
  return out;
}

/// Storages of the VM that `node` does not have.
Json missing_storages(const State& state, const GuestState& guest, const std::string& node) {
  Json out = Json::array();
  for (const auto& [key, drive] : drives_of(guest.config, false))
    if (drive.file.find(':') != std::string::npos &&
        !state.storages.problem(storage_of(drive.file), node).empty())
      out.push_back(storage_of(drive.file));
  return out;
}

Answer preflight(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  Json allowed = Json::array();
  Json refused = Json::object();
  for (const auto& node : call.state.inventory.nodes) {
    if (node.name == call.text("node")) continue;
    refused[node.name] = Json::object();
    const Json missing = missing_storages(call.state, *guest, node.name);
    if (missing.empty())
      allowed.push_back(node.name);
    else
      refused[node.name]["unavailable_storages"] = missing;
  }
  Json out{{"running", is_running(*guest) ? 1 : 0},
           {"allowed_nodes", allowed},
           {"not_allowed_nodes", refused},
           {"local_disks", local_disks(call.state, *guest)},
           {"local_resources", local_resources(*guest)},
           {"mapped-resources", Json::array()},
           {"mapped-resource-info", Json::object()}};
  if (call.is_9()) out["has-dbus-vmstate"] = 1;
  if (call.is_9() && guest->ha) out["dependent-ha-resources"] = Json::array();
  return ok(out);
}

/// The storages of "there", "a:b,c:d" or "a:b,there": what follows the colons, or stands alone.
Refused refuse_target_storages(const Call& call, const std::string& target) {
  if (auto refused = refuse_without(call, "/vms/" + call.text("vmid"), "VM.Config.Disk"))
    return refused;
  const Storages& storages = call.state.storages;
  for (const std::string& item : list_items(call.text("targetstorage"))) {
    const std::string storage = item.substr(item.find(':') + 1);
    if (auto bad = storages.problem(storage, target); !bad.empty()) return failure(500, bad);
    if (auto refused = refuse_without(call, "/storage/" + storage, "Datastore.AllocateSpace"))
      return refused;
    const auto contents = storages.contents(storage);
    if (std::find(contents.begin(), contents.end(), "images") == contents.end())
      return failure(500, "storage '" + storage + "' does not support vm images");
  }
  return std::nullopt;
}

Refused refuse_migration(const Call& call, const GuestState* guest) {
  const std::string target = call.text("target");
  if (target == call.text("node")) return bad_parameters({{"target", "target is local node."}});
  if (!call.state.inventory.node_index(target))
    return failure(500, "no such cluster node '" + target + "'");
  for (const char* name : {"force", "migration_type", "migration_network"})
    if (call.has(name) && call.text(name) != "0" && !call.caller.is_root())
      return bad_parameters({{name, "Only root may use this option."}});
  if (guest == nullptr) return missing_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_locked(call, *guest)) return refused;
  if (is_running(*guest) && !call.flag("online"))
    return failure(500, "can't migrate running VM without --online");
  if (call.has("targetstorage") && call.text("targetstorage") != "1")
    return refuse_target_storages(call, target);
  for (const auto& storage : missing_storages(call.state, *guest, target))
    if (const auto* name = storage.get_ptr<const std::string*>())
      return failure(500, call.state.storages.problem(*name, target));
  return std::nullopt;
}

/// A move that breaks off: its last lines and what is left of the VM, unlocked.
void plan_abort(const Call& call, TaskPlan& plan, const std::string& why, std::int64_t after) {
  plan.duration = after;
  log_line(plan,
           stamp(call.now + after) + " ERROR: migration aborted (duration " + seconds_text(after) +
               "): " + why,
           after);
  plan.exit = "migration aborted";
}

void move_volumes(State& state, GuestState& guest, const std::string& from,
                  const std::string& target, const std::string& storage) {
  for (auto& [key, drive] : drives_of(guest.config, true)) {
    if (!is_local(state, drive)) continue;
    const Volume* found = state.storages.find(from, drive.file);
    if (found == nullptr || found->content != "images") continue;
    Volume volume = *found;
    state.storages.remove(from, drive.file);
    if (!storage.empty() || state.storages.find(target, volume.volid) != nullptr)
      volume.volid = state.storages.new_disk(
          target, storage.empty() ? storage_of(drive.file) : storage, guest.vmid, volume.format);
    drive.file = volume.volid;
    state.storages.add(target, std::move(volume));
    guest.config[key] = is_numbered(key, "unused") ? drive.file : drive.text();
  }
}

void arrive(State& state, const Task& task, const std::string& target, const std::string& storage) {
  GuestState* guest = guest_of(state, task);
  if (guest == nullptr) return;
  move_volumes(state, *guest, task.node, target, storage);
  guest->config.erase("lock");
  guest->node = static_cast<int>(state.inventory.node_index(target).value_or(0));
  if (is_running(*guest)) guest->since = task.end() / 1000;
}

/// Why it fails once it has begun; nothing when it will do.
std::string late_problem(const Call& call, const GuestState& guest, TaskPlan& plan) {
  const bool online = is_running(guest);
  const Json resources = local_resources(guest);
  if (!resources.empty() && !call.flag("force")) {
    std::string names;
    for (const auto& name : resources) names += " " + name.get<std::string>();
    return "can't migrate VM which uses local devices:" + names;
  }
  for (const auto& [key, drive] : drives_of(guest.config, false)) {
    if (!is_local(call.state, drive)) continue;
    std::string why;
    if (drive.is_cdrom() && !drive.is_cloud_init())
      why = "local cdrom image";
    else if (online && !call.flag("with-local-disks"))
      why = "can't live migrate attached local disks without with-local-disks option";
    else if (!online && snapshot_holds(guest, drive.file) && drive.file.ends_with(".raw"))
      why = "non-migratable snapshot exists";
    if (why.empty()) continue;
    log_line(plan,
             stamp(call.now) + " ERROR: can't migrate local disk '" + drive.file + "': " + why);
    log_line(plan,
             stamp(call.now) +
                 " ERROR: Problem found while scanning volumes - can't migrate VM - check log");
    return "Problem found while scanning volumes - can't migrate VM - check log";
  }
  return "";
}

void tell_move(const Call& call, const GuestState& guest, TaskPlan& plan) {
  const std::string id = std::to_string(guest.vmid);
  const auto say = [&](std::int64_t after, const std::string& text) {
    log_line(plan, stamp(call.now + after) + " " + text, after);
  };
  for (const auto& [key, drive] : drives_of(guest.config, true))
    if (is_local(call.state, drive) && !drive.is_cdrom())
      say(100, "found local disk '" + drive.file + "' (" +
                   (is_numbered(key, "unused") ? "unused" : "attached") + ")");
  if (!is_running(guest)) return;
  const std::string target = call.text("target");
  say(300, "starting VM " + id + " on remote node '" + target + "'");
  say(2400, "start remote tunnel");
  say(2900, "ssh tunnel ver 1");
  say(3000, "starting online/live migration on unix:/run/qemu-server/" + id + ".migrate");
  say(3000, "set migration capabilities");
  say(3100, "migration downtime limit: 100 ms");
  say(3100, "migration cachesize: 64.0 MiB");
  say(3200, "set migration parameters");
  say(3200, "start migrate command to unix:/run/qemu-server/" + id + ".migrate");
  say(4300, "average migration speed: 1.0 GiB/s - downtime 41 ms");
  say(4300, "migration completed, transferred 321.5 MiB VM-state");
  say(4300, "migration status: completed");
}

TaskPlan plan_migration(const Call& call, const GuestState& guest) {
  const std::string target = call.text("target");
  TaskPlan plan = task_plan("qmigrate", call.text("vmid"));
  const NodeState& node =
      call.state.inventory.nodes[call.state.inventory.node_index(target).value_or(0)];
  log_line(plan, stamp(call.now) + " starting migration of VM " + plan.id + " to node '" + target +
                     "' (" + node.ip + ")");
  plan.undo = on_guest([](GuestState& at_end, const Task&) { at_end.config.erase("lock"); });
  if (!node.online) {
    plan.lines.clear();
    plan_abort(call, plan, "Can't connect to destination address using public key", kUnreachable);
    return plan;
  }
  if (auto problem = late_problem(call, guest, plan); !problem.empty()) {
    plan_abort(call, plan, problem, 400);
    return plan;
  }
  tell_move(call, guest, plan);
  plan.duration = is_running(guest) ? kOnline : kOffline;
  log_line(plan,
           stamp(call.now + plan.duration) + " migration finished successfully (duration " +
               seconds_text(plan.duration) + ")",
           plan.duration);
  const std::string storage = call.text("targetstorage") == "1" ? "" : call.text("targetstorage");
  plan.effect = [target, storage](State& state, const Task& task) {
    arrive(state, task, target, storage);
  };
  return plan;
}

Answer migrate(const Call& call) {
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (auto refused = refuse_migration(call, guest)) return *refused;
  const std::string target = call.text("target");
  if (guest->ha) {
    TaskPlan plan = task_plan("hamigrate", call.text("vmid"));
    log_line(plan, "Requesting HA migration for VM " + plan.id + " to node " + target);
    plan.effect = [target](State& state, const Task& task) {
      if (const GuestState* moved = guest_of(state, task))
        request_ha_node(state, ha_id(*moved), target, false, task.end());
    };
    return fork_task(call, std::move(plan));
  }
  TaskPlan plan = plan_migration(call, *guest);
  guest->config["lock"] = "migrate";
  return fork_task(call, std::move(plan));
}

}  // namespace

Answer migrate_vm(const Call& call) { return migrate(call); }

void add_qemu_migrate_handlers(Handlers& handlers) {
  const std::string path = "/nodes/{node}/qemu/{vmid}/migrate";
  handlers["GET " + path] = preflight;
  handlers["POST " + path] = migrate;
}

}  // namespace pmx::sim
