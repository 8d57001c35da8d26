// Incidents of one guest.
#include <algorithm>
#include <cstdlib>

#include "sim/call.h"
#include "sim/guest_config.h"
#include "sim/incidents.h"

namespace pmx::sim {
namespace {

int vmid_of(const Incident& incident) { return std::atoi(incident.argument(0).c_str()); }

Result<void> begin_runaway(State& state, Incident& incident) {
  const GuestState& guest = state.inventory.guests.at(vmid_of(incident));
  if (guest.power != Power::kRunning)
    return Error{Code::kInvalidArgument, "guest " + incident.argument(0) + " does not run", ""};
  state.inventory.runaways[guest.vmid].push_back({incident.since / 1000});
  if (guest.kind == GuestKind::kLxc) incident.due = incident.since + 600'000;
  return {};
}

/// The kernel of the node ends what takes too much memory inside a container.
void step_runaway(State& state, Incident& incident, std::int64_t at) {
  constexpr std::int64_t kAgain = 1'500'000;
  incident.due = at + kAgain;
  const auto guest = state.inventory.guests.find(vmid_of(incident));
  if (guest == state.inventory.guests.end() || guest->second.power != Power::kRunning) return;
  const std::string memory = std::to_string(guest_traits(guest->second).memory >> 10);
  const std::string node = state.inventory.node_of(guest->second).name;
  const std::string group = "/lxc/" + incident.argument(0);
  state.incidents.log.add(at, node, "kernel",
                          "memory: usage " + memory + "kB, limit " + memory + "kB, failcnt " +
                              std::to_string(incident.steps * 7113));
  state.incidents.log.add(at + 2, node, "kernel",
                          "Memory cgroup out of memory: Killed process " +
                              std::to_string(41'000 + incident.steps) +
                              " (java) total-vm:" + memory + "kB, oom_memcg=" + group);
}

void end_runaway(State& state, const Incident& incident, std::int64_t at) {
  for (Period& one : state.inventory.runaways[vmid_of(incident)])
    one.until = std::min(one.until, at / 1000);
}

std::string lock_of(const Incident& incident) {
  return incident.arguments.size() > 1 ? incident.argument(1) : "backup";
}

/// What locks a guest so: the worker that was killed before it took the lock away.
TaskPlan killed_worker(const State& state, const GuestState& guest, const std::string& lock) {
  const bool vm = guest.kind == GuestKind::kQemu;
  TaskPlan plan;
  plan.type = lock == "backup"                                  ? "vzdump"
              : lock == "migrate"                               ? (vm ? "qmigrate" : "vzmigrate")
              : lock == "snapshot" || lock == "snapshot-delete" ? (vm ? "qmsnapshot" : "vzsnapshot")
                                                                : (vm ? "qm" : "vz") + lock;
  plan.id = std::to_string(guest.vmid);
  plan.duration = 94'000;
  plan.exit = "unexpected status";
  const std::string word = vm ? "VM" : "CT";
  if (lock == "backup")
    plan.lines = {{0, "INFO: starting new backup job: vzdump " + plan.id + " --storage " +
                          state.inventory.backup_storage().name},
                  {200, "INFO: Starting Backup of VM " + plan.id + " (" +
                            std::string(kind_name(guest.kind)) + ")"},
                  {700, "INFO: " + word + " Name: " + guest_traits(guest).name},
                  {60'000, "INFO:  41% (13.1 GiB of 32.0 GiB) in 1m 0s"}};
  else
    plan.lines = {{0, "starting " + lock + " of " + word + " " + plan.id}};
  return plan;
}

/// The guest keeps its lock, and so will no start, stop or backup touch it.
Result<void> begin_locked(State& state, Incident& incident) {
  GuestState& guest = state.inventory.guests.at(vmid_of(incident));
  const std::string lock = lock_of(incident);
  guest.config["lock"] = lock;
  const NodeState& node = state.inventory.node_of(guest);
  TaskPlan plan = killed_worker(state, guest, lock);
  const std::int64_t start = incident.since - plan.duration;
  const std::string upid = state.tasks.fork(node, {"root@pam", ""}, std::move(plan), start);
  const std::string worker = upid.substr(0, upid.find(':', 5));
  state.incidents.log.add(incident.since - 60, node.name, "kernel",
                          "Out of memory: Killed process " + std::to_string(31'337) + " (task " +
                              worker + ") total-vm:4816204kB, anon-rss:3911020kB");
  state.incidents.log.add(incident.since, node.name, "pvedaemon[1100]",
                          "<root@pam> end task " + upid + " unexpected status");
  return {};
}

void end_locked(State& state, const Incident& incident, std::int64_t) {
  const auto guest = state.inventory.guests.find(vmid_of(incident));
  if (guest != state.inventory.guests.end() && guest->second.lock() == lock_of(incident))
    guest->second.config.erase("lock");
}

}  // namespace

std::vector<IncidentKind> guest_incidents() {
  return {
      {"runaway-guest", "VMID", "it takes all processor time and memory that it can get",
       begin_runaway, step_runaway, end_runaway},
      {"guest-locked", "VMID [LOCK]", "a worker died and left its lock: backup, or the one named",
       begin_locked, nullptr, end_locked},
  };
}

}  // namespace pmx::sim
