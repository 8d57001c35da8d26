#include "sim/guest_work.h"

#include "sim/guest_config.h"

namespace pmx::sim {
namespace {

/// Takes a guest out of backup and replication jobs; a backup job of nothing else goes too.
void purge_jobs(State& state, int vmid) {
  for (const auto& id : replication_jobs(state, vmid)) state.replication.sections.erase(id);
  auto& jobs = state.jobs.sections;
  for (auto job = jobs.begin(); job != jobs.end();) {
    const auto list = job->second.values.find("vmid");
    std::string rest;
    if (list != job->second.values.end())
      for (const auto& id : list_items(list->second))
        if (id != std::to_string(vmid)) rest += (rest.empty() ? "" : ",") + id;
    const bool named = list != job->second.values.end();
    if (named && !rest.empty()) list->second = rest;
    job = named && rest.empty() ? jobs.erase(job) : std::next(job);
  }
}

}  // namespace

Answer missing_guest(const Call& call, GuestKind kind) {
  return failure(500, no_config_text(call.text("node"), kind, call.text("vmid")));
}

GuestState* guest_by_id(State& state, int vmid) {
  const auto found = state.inventory.guests.find(vmid);
  return found == state.inventory.guests.end() ? nullptr : &found->second;
}

std::string taken_text(const State& state, const GuestState& guest) {
  return std::string(guest.kind == GuestKind::kQemu ? "VM " : "CT ") + std::to_string(guest.vmid) +
         " already exists on node '" + node_name(state, guest) + "'";
}

std::vector<std::string> replication_jobs(const State& state, int vmid) {
  std::vector<std::string> out;
  for (const auto& [id, section] : state.replication.sections)
    if (id.starts_with(std::to_string(vmid) + "-")) out.push_back(id);
  return out;
}

void forget_guest(State& state, const GuestState& guest, bool purge) {
  const int vmid = guest.vmid;
  state.firewall.guests.erase(vmid);
  state.access.config.acl.erase("/vms/" + std::to_string(vmid));
  if (!purge) return;
  remove_ha_resource(state, ha_id(guest));
  purge_jobs(state, vmid);
}

void copy_firewall(State& state, int from, int to) {
  const auto file = state.firewall.guests.find(from);
  if (file != state.firewall.guests.end()) state.firewall.guests[to] = FirewallFile(file->second);
}

std::string lock_problem(const Call& call, const GuestState& guest) {
  if (guest.lock().empty() || call.flag("skiplock")) return "";
  return std::string(guest.kind == GuestKind::kQemu ? "VM" : "CT") + " is locked (" + guest.lock() +
         ")";
}

Refused refuse_locked(const Call& call, const GuestState& guest) {
  auto problem = lock_problem(call, guest);
  return problem.empty() ? std::nullopt : Refused(failure(500, std::move(problem)));
}

Refused refuse_skiplock(const Call& call) {
  if (!call.flag("skiplock") || call.caller.is_root()) return std::nullopt;
  return bad_parameters({{"skiplock", "Only root may use this option."}});
}

Refused refuse_old_digest(const Call& call, const GuestState& guest) {
  const std::string given = call.text("digest");
  if (given.empty() || given == guest_digest(guest)) return std::nullopt;
  return failure(500, guest.kind == GuestKind::kQemu
                          ? "checksum mismatch (file change by other user?)"
                          : "detected modified configuration - file changed by other user? Try "
                            "again.");
}

Refused refuse_without(const Call& call, const std::string& path, std::string_view privilege) {
  if (call.may(path, privilege)) return std::nullopt;
  return failure(403, "Permission check failed (" + path + ", " + std::string(privilege) + ")");
}

Refused refuse_pool(const Call& call, const std::string& pool) {
  if (call.state.access.config.pools.contains(pool)) return std::nullopt;
  return failure(403, "Permission check failed (pool '" + pool + "' does not exist)");
}

TaskPlan task_plan(std::string type, std::string id) {
  TaskPlan plan;
  plan.type = std::move(type);
  plan.id = std::move(id);
  return plan;
}

void log_line(TaskPlan& plan, std::string text, std::int64_t after) {
  plan.lines.push_back({after, std::move(text)});
}

Answer fork_task(const Call& call, TaskPlan plan) {
  const Inventory& inventory = call.state.inventory;
  const auto node = inventory.node_index(call.text("node")).value_or(0);
  return ok(call.state.tasks.fork(inventory.nodes[node], call.caller, std::move(plan), call.now));
}

Answer fork_failure(const Call& call, TaskPlan plan, std::string exit) {
  plan.exit = std::move(exit);
  return fork_task(call, std::move(plan));
}

Answer fork_ha(const Call& call, const GuestState& guest, bool start) {
  TaskPlan plan = task_plan(start ? "hastart" : "hastop", call.text("vmid"));
  log_line(plan, std::string("Requesting HA ") + (start ? "start" : "stop") + " for " +
                     (guest.kind == GuestKind::kQemu ? "VM " : "CT ") + plan.id);
  plan.duration = 400;
  plan.effect = [start](State& state, const Task& task) {
    if (const GuestState* asked = guest_of(state, task))
      request_ha_state(state, *asked, start ? "started" : "stopped", task.end() + 900);
  };
  return fork_task(call, std::move(plan));
}

void run_guest(GuestState& guest, const Task& task) {
  if (guest.power == Power::kStopped) {
    guest.since = task.end() / 1000;
    guest.cloud_init.clear();  // a start writes the drive anew
  }
  guest.power = Power::kRunning;
}

void halt_guest(GuestState& guest, const Task&) {
  guest.power = Power::kStopped;
  guest.since = 0;
}

QemuBuild qemu_of(const State& state) {
  if (state.scenario == Scenario::kLab) return {"7.2.22", false};
  return {state.facts.version() == PveVersion::k9 ? "10.1.2" : "9.2.0", true};
}

std::string new_uuid(State& state) {
  return Dice(state.inventory.seed(), "uuid", state.made++).uuid();
}

std::string new_mac(State& state) {
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  Dice dice(state.inventory.seed(), "mac", state.made++);
  std::string mac = "BC:24:11";
  for (int i = 0; i < 3; ++i) mac += ":" + dice.text(2, kUpper);
  return mac;
}

const std::string& node_name(const State& state, const GuestState& guest) {
  return state.inventory.node_of(guest).name;
}

}  // namespace pmx::sim
