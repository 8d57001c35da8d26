// Power actions of containers. Like PVE, most of what can go wrong goes wrong inside the task: a
// 200 with a UPID only means that a worker was forked.
#include <algorithm>

#include "sim/qemu_api.h"

namespace pmx::sim {
namespace {

/// As the options say; otherwise a stop is quick, and the rest takes 1 to 3 s, the same for the
/// same guest.
std::int64_t work_time(const Call& call, std::string_view verb) {
  if (call.state.work_time.count() > 0) return call.state.work_time.count();
  if (verb == "stop") return 700;
  return Dice(call.state.inventory.seed(), verb, static_cast<std::uint64_t>(call.number("vmid", 0)))
      .between(1000, 3000);
}

Answer start(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest != nullptr && guest->ha) return fork_ha(call, *guest, true);
  TaskPlan plan = task_plan("vzstart", call.text("vmid"));
  if (guest == nullptr)
    return fork_failure(call, std::move(plan), missing_guest(call, GuestKind::kLxc).message);
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  if (guest->is_template())
    return fork_failure(call, std::move(plan), "you can't start a CT if it's a template");
  if (is_running(*guest))
    return fork_failure(call, std::move(plan), "CT " + call.text("vmid") + " already running");
  plan.duration = work_time(call, "start");
  plan.effect = on_guest(run_guest);
  return fork_task(call, std::move(plan));
}

/// A stopped container is refused at once.
Answer end(const Call& call, const std::string& verb) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest != nullptr && guest->ha) return fork_ha(call, *guest, false);
  if (guest != nullptr && !is_running(*guest))
    return failure(500, "CT " + call.text("vmid") + " not running");
  TaskPlan plan = task_plan("vz" + verb, call.text("vmid"));
  if (guest == nullptr)
    return fork_failure(call, std::move(plan), missing_guest(call, GuestKind::kLxc).message);
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  plan.duration = work_time(call, verb);
  plan.effect = on_guest(halt_guest);
  return fork_task(call, std::move(plan));
}

Answer stop(const Call& call) { return end(call, "stop"); }

Answer reboot(const Call& call) {
  const GuestState* guest = find_guest(call, GuestKind::kLxc);
  if (guest == nullptr) return missing_guest(call, GuestKind::kLxc);
  if (!is_running(*guest)) return failure(500, "VM " + call.text("vmid") + " not running");
  TaskPlan plan = task_plan("vzreboot", call.text("vmid"));
  if (auto locked = lock_problem(call, *guest); !locked.empty())
    return fork_failure(call, std::move(plan), locked);
  plan.duration = work_time(call, "reboot");
  plan.effect = on_guest([](GuestState& rebooted, const Task& task) {
    halt_guest(rebooted, task);
    run_guest(rebooted, task);
  });
  return fork_task(call, std::move(plan));
}

}  // namespace

Answer start_container(const Call& call) { return start(call); }
Answer shutdown_container(const Call& call) { return end(call, "shutdown"); }

void add_power_handlers(Handlers& handlers) {
  const std::string path = "POST /nodes/{node}/lxc/{vmid}/status/";
  handlers[path + "start"] = start_container;
  handlers[path + "stop"] = stop;
  handlers[path + "shutdown"] = shutdown_container;
  handlers[path + "reboot"] = reboot;
}

}  // namespace pmx::sim
