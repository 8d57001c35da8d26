// Power actions. Like PVE, most of what can go wrong goes wrong inside the task: a 200 with a UPID
// only means that a worker was forked.
#include <algorithm>
#include <cstdlib>

#include "sim/find_guest.h"
#include "sim/guest_config.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kLongestTimeout =
    std::int64_t{365} * 86400;  ///< seconds; keeps time sums in range

/// The word PVE uses for a guest of `kind` in messages.
std::string label(GuestKind kind, const std::string& vmid) {
  return (kind == GuestKind::kQemu ? "VM " : "CT ") + vmid;
}

std::string locked_text(GuestKind kind, const GuestState& guest) {
  return std::string(kind == GuestKind::kQemu ? "VM" : "CT") + " is locked (" + guest.lock() + ")";
}

/// Whether a config lock stands in the way; only root@pam itself may pass skiplock.
bool locked(const Call& call, const GuestState& guest) {
  return !guest.lock().empty() && !call.flag("skiplock");
}

TaskPlan plan_of(const Call& call, std::string type) {
  TaskPlan plan;
  plan.type = std::move(type);
  plan.id = call.text("vmid");
  return plan;
}

void fail(TaskPlan& plan, std::string text) { plan.exit = std::move(text); }

/// Changes the task's guest, if it is still there, at the time the task ends.
Effect on_guest(void (*change)(GuestState& guest, const Task& task)) {
  return [change](State& state, const Task& task) {
    const auto found = state.inventory.guests.find(std::atoi(task.plan.id.c_str()));
    if (found != state.inventory.guests.end()) change(found->second, task);
  };
}

void run(GuestState& guest, const Task& task) {
  if (guest.power == Power::kStopped) guest.since = task.end() / 1000;
  guest.power = Power::kRunning;
}

void halt(GuestState& guest, const Task&) {
  guest.power = Power::kStopped;
  guest.since = 0;
}

void pause(GuestState& guest, const Task&) { guest.power = Power::kPaused; }

/// As the options say; otherwise a stop is quick, and the rest takes 1 to 3 s, the same for the
/// same guest.
std::int64_t work_time(const Call& call, std::string_view verb) {
  if (call.state.work_time.count() > 0) return call.state.work_time.count();
  if (verb == "stop") return 700;
  return Dice(call.state.inventory.seed(), verb, static_cast<std::uint64_t>(call.number("vmid", 0)))
      .between(1000, 3000);
}

Answer fork(const Call& call, TaskPlan plan) {
  const Inventory& inventory = call.state.inventory;
  const auto node = inventory.node_index(call.text("node")).value_or(0);
  return ok(call.state.tasks.fork(inventory.nodes[node], call.caller, std::move(plan), call.now));
}

/// Start, stop and shutdown of a guest that the HA manager owns only set the requested state.
Answer fork_ha(const Call& call, GuestKind kind, bool start) {
  TaskPlan plan = plan_of(call, start ? "hastart" : "hastop");
  plan.lines.push_back({0, std::string("Requesting HA ") + (start ? "start" : "stop") + " for " +
                               label(kind, plan.id)});
  plan.duration = 400;
  plan.effect = [start](State& state, const Task& task) {
    const auto found = state.inventory.guests.find(std::atoi(task.plan.id.c_str()));
    if (found != state.inventory.guests.end())
      request_ha_state(state, found->second, start ? "started" : "stopped", task.end() + 900);
  };
  return fork(call, std::move(plan));
}

void plan_storage_failure(const Call& call, const GuestState& guest, TaskPlan& plan) {
  const std::string& storage = call.state.inventory.storages[2].name;
  plan.duration = work_time(call, "start");
  plan.lines.push_back({20, "activating volumes on storage '" + storage + "'"});
  fail(plan, "rbd error: rbd: error opening pool '" + storage +
                 "': (110) Connection timed out - volume '" + storage + ":vm-" +
                 std::to_string(guest.vmid) + "-disk-0' is not available");
}

template <GuestKind kind>
Answer start(const Call& call) {
  const GuestState* guest = find_guest(call, kind);
  if (guest != nullptr && guest->ha) return fork_ha(call, kind, true);
  TaskPlan plan = plan_of(call, kind == GuestKind::kQemu ? "qmstart" : "vzstart");
  if (guest == nullptr) {
    fail(plan, no_config_text(call.text("node"), kind, plan.id));
  } else if (locked(call, *guest)) {
    fail(plan, locked_text(kind, *guest));
  } else if (guest->is_template()) {
    fail(plan, kind == GuestKind::kQemu ? "you can't start a vm if it's a template"
                                        : "you can't start a CT if it's a template");
  } else if (guest->power != Power::kStopped) {
    fail(plan, label(kind, plan.id) + " already running");
  } else if (guest->start_fails) {
    plan_storage_failure(call, *guest, plan);
  } else {
    plan.duration = work_time(call, "start");
    if (kind == GuestKind::kQemu) plan.lines.push_back({300, "generating cloud-init ISO"});
    plan.effect = on_guest(run);
  }
  return fork(call, std::move(plan));
}

/// Stop and shutdown. A stopped VM is fine, a stopped container is refused at once.
template <GuestKind kind>
Answer end(const Call& call, const std::string& verb) {
  GuestState* guest = find_guest(call, kind);
  if (guest != nullptr && guest->ha) return fork_ha(call, kind, false);
  if (kind == GuestKind::kLxc && guest != nullptr && guest->power == Power::kStopped)
    return failure(500, "CT " + call.text("vmid") + " not running");
  TaskPlan plan = plan_of(call, (kind == GuestKind::kQemu ? "qm" : "vz") + verb);
  if (guest == nullptr) {
    fail(plan, no_config_text(call.text("node"), kind, plan.id));
  } else if (locked(call, *guest)) {
    fail(plan, locked_text(kind, *guest));
  } else if (guest->power == Power::kPaused && verb == "shutdown" && !call.flag("forceStop")) {
    plan.duration = std::min(call.number("timeout", 60), kLongestTimeout) * 1000;
    fail(plan, "VM quit/powerdown failed - got timeout");
  } else if (guest->power != Power::kStopped) {
    plan.duration = work_time(call, verb);
    plan.effect = on_guest(halt);
  }
  return fork(call, std::move(plan));
}

template <GuestKind kind>
Answer stop(const Call& call) {
  return end<kind>(call, "stop");
}

template <GuestKind kind>
Answer shutdown(const Call& call) {
  return end<kind>(call, "shutdown");
}

/// What needs a running guest: refused at once when it is stopped.
template <GuestKind kind>
Answer on_running(const Call& call, std::string type, Effect effect, std::int64_t duration) {
  const GuestState* guest = find_guest(call, kind);
  if (guest == nullptr)
    return failure(500, no_config_text(call.text("node"), kind, call.text("vmid")));
  if (guest->power == Power::kStopped)
    return failure(500, "VM " + call.text("vmid") + " not running");
  TaskPlan plan = plan_of(call, std::move(type));
  if (locked(call, *guest)) {
    fail(plan, locked_text(kind, *guest));
  } else {
    plan.duration = duration;
    plan.effect = effect;
  }
  return fork(call, std::move(plan));
}

Answer qemu_reset(const Call& call) {
  return on_running<GuestKind::kQemu>(call, "qmreset", nullptr, 60);
}

Answer qemu_suspend(const Call& call) {
  if (call.flag("todisk"))
    return on_running<GuestKind::kQemu>(call, "qmsuspend", on_guest(halt),
                                        work_time(call, "suspend"));
  return on_running<GuestKind::kQemu>(call, "qmpause", on_guest(pause), 60);
}

Answer qemu_resume(const Call& call) {
  return on_running<GuestKind::kQemu>(call, "qmresume", on_guest(run), 60);
}

template <GuestKind kind>
Answer reboot(const Call& call) {
  return on_running<kind>(call, kind == GuestKind::kQemu ? "qmreboot" : "vzreboot", on_guest(run),
                          work_time(call, "reboot"));
}

}  // namespace

void add_power_handlers(Handlers& handlers) {
  const std::string qemu = "POST /nodes/{node}/qemu/{vmid}/status/";
  handlers[qemu + "start"] = start<GuestKind::kQemu>;
  handlers[qemu + "stop"] = stop<GuestKind::kQemu>;
  handlers[qemu + "shutdown"] = shutdown<GuestKind::kQemu>;
  handlers[qemu + "reboot"] = reboot<GuestKind::kQemu>;
  handlers[qemu + "reset"] = qemu_reset;
  handlers[qemu + "suspend"] = qemu_suspend;
  handlers[qemu + "resume"] = qemu_resume;
  const std::string lxc = "POST /nodes/{node}/lxc/{vmid}/status/";
  handlers[lxc + "start"] = start<GuestKind::kLxc>;
  handlers[lxc + "stop"] = stop<GuestKind::kLxc>;
  handlers[lxc + "shutdown"] = shutdown<GuestKind::kLxc>;
  handlers[lxc + "reboot"] = reboot<GuestKind::kLxc>;
}

}  // namespace pmx::sim
