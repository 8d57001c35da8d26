// What the methods of VMs and containers share: finding the guest, its lock, forking workers on it.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/call.h"
#include "sim/find_guest.h"

namespace pmx::sim {

/// Why a call goes no further; nothing when it may.
using Refused = std::optional<Answer>;

/// PVE's answer about a guest whose configuration is not on {node}.
Answer missing_guest(const Call& call, GuestKind kind);
/// The guest of this VMID wherever it is; nullptr when there is none.
GuestState* guest_by_id(State& state, int vmid);
inline GuestState* guest_of(State& state, const Task& task) {
  return guest_by_id(state, std::atoi(task.plan.id.c_str()));
}

/// "VM 100 already exists on node 'pve1'"
std::string taken_text(const State& state, const GuestState& guest);
/// What is left of a guest that was destroyed goes too: its firewall file and ACLs; with `purge`
/// also its HA resource, its replication jobs and its place in backup jobs.
void forget_guest(State& state, const GuestState& guest, bool purge);
/// The clone is guarded as the guest it was made of.
void copy_firewall(State& state, int from, int to);
/// The replication jobs of a guest: "100-0", "100-1", ...
std::vector<std::string> replication_jobs(const State& state, int vmid);

/// "VM is locked (backup)", or nothing when the guest is free or the call may skip the lock.
std::string lock_problem(const Call& call, const GuestState& guest);
Refused refuse_locked(const Call& call, const GuestState& guest);
/// skiplock is root's alone.
Refused refuse_skiplock(const Call& call);

/// 500 in a VM's words, or a container's, when the call names another digest than the file's.
Refused refuse_old_digest(const Call& call, const GuestState& guest);

/// 403 in PVE's words unless the caller has the privilege.
Refused refuse_without(const Call& call, const std::string& path, std::string_view privilege);
/// 403 when the pool does not exist.
Refused refuse_pool(const Call& call, const std::string& pool);

/// A task on the guest that the call names.
TaskPlan task_plan(std::string type, std::string id);
/// Adds a line `after` milliseconds after the start.
void log_line(TaskPlan& plan, std::string text, std::int64_t after = 0);
/// Forks `plan` on {node}; 200 with its UPID.
Answer fork_task(const Call& call, TaskPlan plan);
/// The same for a task that fails at once.
Answer fork_failure(const Call& call, TaskPlan plan, std::string exit);

/// Start, stop and shutdown of a guest that the HA manager owns only set the requested state.
Answer fork_ha(const Call& call, const GuestState& guest, bool start);

/// Changes the task's guest, if it is still there.
template <class Change>
Effect on_guest(Change change) {
  return [change = std::move(change)](State& state, const Task& task) {
    if (GuestState* guest = guest_of(state, task)) change(*guest, task);
  };
}

/// The guest begins or ceases to run at the task's end.
void run_guest(GuestState& guest, const Task& task);
void halt_guest(GuestState& guest, const Task& task);

/// Which QEMU runs the VMs.
struct QemuBuild {
  std::string version;
  /// With PVE's changes: saving of memory, statistics of block devices, no locks on image files.
  bool patched = true;
};
QemuBuild qemu_of(const State& state);

/// An identifier of PVE's form, another one each time.
std::string new_uuid(State& state);
/// "BC:24:11:0A:1B:2C", another one each time.
std::string new_mac(State& state);

inline bool is_running(const GuestState& guest) { return guest.power != Power::kStopped; }
const std::string& node_name(const State& state, const GuestState& guest);

}  // namespace pmx::sim
