// The tasks that a cluster has behind it when the simulation starts.
#include "sim/call.h"
#include "sim/dice.h"
#include "sim/guest_config.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * 1000;
constexpr int kBackedUp = 6;  ///< guests per node in the night's log; enough for every kind of line

/// The log lines of one guest's backup.
void add_backup_lines(const Inventory& inventory, const GuestState& guest, bool fails,
                      TaskPlan& plan) {
  const Traits traits = guest_traits(guest);
  const std::string vm = std::to_string(guest.vmid);
  const std::string word = guest.kind == GuestKind::kQemu ? "VM" : "CT";
  const auto add = [&](std::string text) {
    plan.lines.push_back({plan.duration, std::move(text)});
  };
  add("INFO: Starting Backup of VM " + vm + " (" + std::string(kind_name(guest.kind)) + ")");
  add("INFO: " + word + " Name: " + traits.name);
  add("INFO: include disk 'scsi0' '" + inventory.disk_storage(guest_index(guest)).name + ":vm-" +
      vm + "-disk-0' " + std::to_string(traits.disk >> 30) + "G");
  plan.duration += 90'000 + guest.vmid % 7 * 4000;
  if (fails) {
    const std::string& server = inventory.backup_storage().server;
    add("ERROR: Backup of VM " + vm + " failed - backup write data failed: command error: " +
        (server.empty() ? "Input/output error" : "connection to " + server + ":8007 timed out"));
    return;
  }
  add(inventory.backup_storage().type == "pbs"
          ? "INFO: creating Proxmox Backup Server archive 'vm/" + vm + "'"
          : "INFO: creating vzdump archive of " + word + " " + vm);
  add("INFO: Finished Backup of VM " + vm + " (00:01:" + std::to_string(30 + guest.vmid % 29) +
      ")");
}

TaskPlan backup_plan(const Inventory& inventory, std::size_t node, bool fails) {
  TaskPlan plan;
  plan.type = "vzdump";
  plan.duration = 0;
  plan.lines.push_back(
      {0, "INFO: starting new backup job: vzdump --all 1 --mode snapshot --storage " +
              inventory.backup_storage().name + " --node " + inventory.nodes[node].name});
  int left = kBackedUp;
  for (const auto& [vmid, guest] : inventory.guests) {
    if (static_cast<std::size_t>(guest.node) != node || left == 0) continue;
    add_backup_lines(inventory, guest, fails && left == kBackedUp, plan);
    --left;
  }
  plan.duration += 1000;
  plan.lines.push_back({plan.duration, fails ? "INFO: Backup job finished with errors"
                                             : "INFO: Backup job finished successfully"});
  if (fails) plan.exit = "job errors";
  return plan;
}

}  // namespace

void seed_tasks(State& state, std::int64_t now) {
  Inventory& inventory = state.inventory;
  Tasks& tasks = state.tasks;
  Dice dice(inventory.seed(), "history");
  const std::int64_t night = now - 9 * kHour;
  for (std::size_t node = 0; node < inventory.nodes.size(); ++node)
    tasks.fork(inventory.nodes[node], {"root@pam", ""}, backup_plan(inventory, node, node == 0),
               night + static_cast<std::int64_t>(node) * 1000);
  std::int64_t at = now - 6 * kHour;
  for (const auto& [vmid, guest] : inventory.guests) {
    if (guest.power != Power::kRunning || !dice.chance(30)) continue;
    TaskPlan plan;
    plan.type = guest.kind == GuestKind::kQemu ? "qmstart" : "vzstart";
    plan.id = std::to_string(vmid);
    plan.duration = 1200 + dice.between(0, 900);
    const UserState& user = inventory.users[3 + dice.below(inventory.users.size() - 3)];
    tasks.fork(inventory.node_of(guest), {user.id, ""}, std::move(plan), at);
    at += std::int64_t{60'000} * dice.between(5, 40);
    if (at > now - kHour / 2) break;
  }
  tasks.advance(state, now);
}

}  // namespace pmx::sim
