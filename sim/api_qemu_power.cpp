// Power actions of VMs. Like PVE, most of what can go wrong goes wrong inside the task: a 200 with
// a UPID only means that a worker was forked.
#include <algorithm>
#include <array>
#include <ctime>

#include "sim/qemu_api.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kLongestTimeout =
    std::int64_t{365} * 86400;  ///< seconds; keeps time sums in range
constexpr std::int64_t kDefaultTimeout = 60;

/// As the options say; otherwise a stop is quick, and the rest takes 1 to 3 s, the same for the
/// same guest.
std::int64_t work_time(const Call& call, std::string_view verb) {
  if (call.state.work_time.count() > 0) return call.state.work_time.count();
  if (verb == "stop") return 700;
  return Dice(call.state.inventory.seed(), verb, static_cast<std::uint64_t>(call.number("vmid", 0)))
      .between(1000, 3000);
}

/// The options of PVE's own tools.
Refused refuse_root_options(const Call& call) {
  if (call.caller.is_root()) return std::nullopt;
  for (const char* name : {"skiplock", "stateuri", "migratedfrom", "keepActive", "migration_type",
                           "migration_network", "targetstorage", "with-conntrack-state"})
    if (call.has(name) && (std::string_view(name) != "skiplock" || call.flag(name)))
      return bad_parameters({{name, "Only root may use this option."}});
  return std::nullopt;
}

/// PVE's words when it looks for the process of a VM that is not on this node.
std::string no_process(const Call& call) {
  return "unable to find configuration file for VM " + call.text("vmid") + " on node '" +
         call.text("node") + "'";
}

void plan_storage_failure(const Call& call, const GuestState& guest, TaskPlan& plan) {
  const std::string& storage = call.state.inventory.shared_storage("images").name;
  plan.duration = work_time(call, "start");
  log_line(plan, "activating volumes on storage '" + storage + "'", 20);
  plan.exit = "rbd error: rbd: error opening pool '" + storage +
              "': (110) Connection timed out - volume '" + storage + ":vm-" +
              std::to_string(guest.vmid) + "-disk-0' is not available";
}

/// "99.0" of "pc-q35-99.0+pve0"; nothing when the machine names no version.
std::string machine_version(const std::string& machine) {
  const auto dash = machine.rfind('-');
  if (dash == std::string::npos || dash + 1 == machine.size()) return "";
  const std::string tail = machine.substr(dash + 1);
  return tail.substr(0, tail.find('+'));
}

/// Why QEMU would not start with what the configuration names.
std::string start_problem(const Call& call, const GuestState& guest) {
  const std::string machine =
      call.has("machine") ? call.text("machine") : parse_drive(guest.value("machine")).file;
  const std::string wanted = machine_version(machine);
  const QemuBuild qemu = qemu_of(call.state);
  if (std::strtod(wanted.c_str(), nullptr) > std::strtod(qemu.version.c_str(), nullptr))
    return "Installed QEMU version '" + qemu.version + "' is too old to run machine type '" +
           machine + (machine.find('+') == std::string::npos ? "+pve0" : "") +
           "', please upgrade node '" + call.text("node") + "'";
  for (const auto& [key, drive] : drives_of(guest.config, false)) {
    if (drive.file.find(':') == std::string::npos || drive.is_cloud_init()) continue;
    const std::string storage = storage_of(drive.file);
    if (auto problem = call.state.storages.problem(storage, call.text("node")); !problem.empty())
      return problem;
    if (call.state.storages.find(call.text("node"), drive.file) == nullptr)
      return "volume '" + drive.file + "' does not exist";
  }
  return "";
}

/// What starting does: pending changes come true, a saved memory is read and gone.
void begin(State& state, const Task& task) {
  GuestState* guest = guest_of(state, task);
  if (guest == nullptr) return;
  if (const std::string memory = guest->value("vmstate"); !memory.empty())
    DiskWork(state, node_name(state, *guest), guest->vmid, 0).free(memory);
  for (const char* key : {"vmstate", "runningmachine", "runningcpu"}) guest->config.erase(key);
  if (guest->lock() == "suspended") guest->config.erase("lock");
  apply_pending(state, *guest);
  run_guest(*guest, task);
}

Answer start(const Call& call) {
  if (auto refused = refuse_root_options(call)) return *refused;
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest != nullptr && guest->ha) return fork_ha(call, *guest, true);
  TaskPlan plan = task_plan("qmstart", call.text("vmid"));
  const bool suspended = guest != nullptr && guest->lock() == "suspended";
  std::string problem;
  if (guest == nullptr)
    problem = missing_guest(call, GuestKind::kQemu).message;
  else if (guest->is_template())
    problem = "you can't start a vm if it's a template";
  else if (!suspended)
    problem = lock_problem(call, *guest);
  if (problem.empty() && is_running(*guest)) problem = "VM " + plan.id + " already running";
  if (problem.empty()) problem = start_problem(call, *guest);
  if (!problem.empty()) return fork_failure(call, std::move(plan), problem);
  if (guest->start_fails) {
    plan_storage_failure(call, *guest, plan);
    return fork_task(call, std::move(plan));
  }
  if (suspended) log_line(plan, "Resuming suspended VM");
  for (const auto& [key, drive] : drives_of(pending_view(*guest), false))
    if (drive.is_cloud_init()) log_line(plan, "generating cloud-init ISO", 300);
  if (problem = cloud_init_problem(call.state, *guest); !problem.empty())
    return fork_failure(call, std::move(plan), problem);
  plan.duration = work_time(call, "start");
  plan.effect = begin;
  return fork_task(call, std::move(plan));
}

/// Stop and shutdown; a stopped VM is fine.
Answer end(const Call& call, const std::string& verb) {
  if (auto refused = refuse_root_options(call)) return *refused;
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest != nullptr && guest->ha) return fork_ha(call, *guest, false);
  TaskPlan plan = task_plan("qm" + verb, call.text("vmid"));
  if (guest == nullptr) return fork_failure(call, std::move(plan), no_process(call));
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  if (!is_running(*guest)) return fork_task(call, std::move(plan));
  const std::int64_t timeout =
      std::min(call.number("timeout", kDefaultTimeout), kLongestTimeout) * 1000;
  const bool force = verb == "stop" || call.flag("forceStop");
  const bool answers = verb == "stop" || (guest->has_system && guest->power != Power::kPaused);
  plan.effect = on_guest(halt_guest);
  plan.duration = work_time(call, verb);
  if (timeout == 0 || !answers) {
    if (!force) {
      plan.duration = timeout;
      plan.exit = "VM quit/powerdown failed - got timeout";
    } else if (!answers || verb == "stop") {
      plan.duration = std::min(plan.duration, timeout) + 200;
      log_line(plan, "VM still running - terminating now with SIGTERM", plan.duration - 200);
    }
  }
  return fork_task(call, std::move(plan));
}

Answer stop(const Call& call) { return end(call, "stop"); }
Answer shutdown(const Call& call) { return end(call, "shutdown"); }

/// What needs a running VM: refused at once when it is stopped.
Answer on_running(const Call& call, std::string type, Effect effect, std::int64_t duration) {
  if (auto refused = refuse_root_options(call)) return *refused;
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return failure(500, no_process(call));
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " not running");
  TaskPlan plan = task_plan(std::move(type), call.text("vmid"));
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  plan.duration = duration;
  plan.effect = std::move(effect);
  return fork_task(call, std::move(plan));
}

Answer reset(const Call& call) { return on_running(call, "qmreset", nullptr, 60); }

std::string date_of(std::int64_t now_ms) {
  const std::time_t time = now_ms / 1000;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

/// Memory goes to a volume, the VM stops and keeps the lock "suspended".
Answer suspend_to_disk(const Call& call) {
  if (auto refused = refuse_root_options(call)) return *refused;
  GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr) return failure(500, no_process(call));
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " not running");
  const std::string id = call.text("vmid");
  TaskPlan plan = task_plan("qmsuspend", id);
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  const std::string storage =
      call.has("statestorage") ? call.text("statestorage") : state_storage(call.state, *guest);
  const std::string name = "vm-" + id + "-state-suspend-" + date_of(call.now);
  const bool files = call.state.storages.is_directory(storage);
  DiskWork work(call.state, call.text("node"), guest->vmid, call.now / 1000);
  const std::string volid =
      work.allocate(storage, "raw", state_size(*guest),
                    storage + ":" + (files ? id + "/" + name + ".raw" : name));
  if (!work.problem.empty()) return fork_failure(call, std::move(plan), work.problem);
  for (const auto& line : work.log) log_line(plan, line);
  guest->config["lock"] = "suspending";
  if (!qemu_of(call.state).patched) {
    const std::string prefix = "VM " + id + " qmp command ";
    log_line(plan, prefix + "'savevm-end' failed - The command savevm-end has not been found");
    work.take_back();
    return fork_failure(
        call, std::move(plan),
        prefix + "'savevm-start' failed - The command savevm-start has not been found");
  }
  plan.duration = work_time(call, "suspend");
  log_line(plan, "State saved, quitting", plan.duration - 100);
  plan.effect = on_guest([volid](GuestState& at_end, const Task& task) {
    halt_guest(at_end, task);
    at_end.config["lock"] = "suspended";
    at_end.config["vmstate"] = volid;
  });
  plan.undo = on_guest([](GuestState& at_end, const Task&) { at_end.config.erase("lock"); });
  return fork_task(call, std::move(plan));
}

Answer suspend(const Call& call) {
  if (call.flag("todisk")) return suspend_to_disk(call);
  return on_running(call, "qmpause",
                    on_guest([](GuestState& guest, const Task&) { guest.power = Power::kPaused; }),
                    60);
}

Answer resume(const Call& call) { return on_running(call, "qmresume", on_guest(run_guest), 60); }

Answer reboot(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kQemu);
  if (guest == nullptr || guest->has_system)
    return on_running(
        call, "qmreboot",
        [](State& state, const Task& task) {
          if (GuestState* rebooted = guest_of(state, task)) {
            halt_guest(*rebooted, task);
            begin(state, task);
          }
        },
        work_time(call, "reboot"));
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " not running");
  TaskPlan plan = task_plan("qmreboot", call.text("vmid"));
  plan.duration = std::min(call.number("timeout", kDefaultTimeout), kLongestTimeout) * 1000;
  plan.exit = "VM quit/powerdown failed - got timeout";
  return fork_task(call, std::move(plan));
}

}  // namespace

Answer start_vm(const Call& call) { return start(call); }
Answer shutdown_vm(const Call& call) { return shutdown(call); }
Answer suspend_vm(const Call& call) { return suspend(call); }

void add_qemu_power_handlers(Handlers& handlers) {
  const std::string path = "POST /nodes/{node}/qemu/{vmid}/status/";
  handlers[path + "start"] = start;
  handlers[path + "stop"] = stop;
  handlers[path + "shutdown"] = shutdown;
  handlers[path + "reboot"] = reboot;
  handlers[path + "reset"] = reset;
  handlers[path + "suspend"] = suspend;
  handlers[path + "resume"] = resume;
}

}  // namespace pmx::sim
