// Incidents of storages, backups and replication.
#include <algorithm>

#include "sim/backup.h"
#include "sim/calendar.h"
#include "sim/call.h"
#include "sim/drives.h"
#include "sim/incidents.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr int kFillSteps = 30;  ///< a minute each

const NodeState* first_online(const State& state, const std::string& storage) {
  for (const NodeState& node : state.inventory.nodes)
    if (node.online && state.storages.problem(storage, node.name).empty()) return &node;
  return nullptr;
}

/// A volume on the storage and the node that it is seen from.
struct Hog {
  const NodeState* node = nullptr;
  Volume* volume = nullptr;
};

/// What grows: the disk of the first running guest that has one there, else the youngest backup.
Hog find_hog(State& state, const std::string& storage) {
  Hog backup;
  for (const NodeState& node : state.inventory.nodes) {
    if (!node.online) continue;
    for (const Volume* one : state.storages.list(node.name, storage)) {
      const auto guest = state.inventory.guests.find(one->vmid);
      const bool runs = guest != state.inventory.guests.end() &&
                        guest->second.power == Power::kRunning &&
                        &state.inventory.node_of(guest->second) == &node;
      Volume* volume = state.storages.find(node.name, one->volid);
      if (one->content == "images" && runs) return {&node, volume};
      if (one->content == "backup" &&
          (backup.volume == nullptr || one->ctime > backup.volume->ctime))
        backup = {&node, volume};
    }
  }
  return backup;
}

/// The guest whose disk fills the storage, or whose backups do; a new file when there is neither.
Hog hog_of(State& state, const std::string& storage) {
  Hog hog = find_hog(state, storage);
  if (hog.volume != nullptr) return hog;
  hog.node = first_online(state, storage);
  if (hog.node == nullptr) return hog;
  Volume orphan;
  orphan.vmid = 9999;  // a disk that was forgotten when its VM was deleted
  orphan.volid = state.storages.new_disk(hog.node->name, storage, orphan.vmid, "raw");
  orphan.content = "images";
  orphan.format = "raw";
  orphan.ctime = state.storages.now;
  hog.volume = &state.storages.add(hog.node->name, std::move(orphan));
  return hog;
}

/// "local-lvm:vm-100-disk-0,size=32G" with another size.
void set_size(std::string& drive, const std::string& size) {
  const auto at = drive.find("size=");
  if (at != std::string::npos) drive.replace(at, drive.find(',', at) - at, "size=" + size);
}

/// Somebody made the guest's disk larger than what the storage has left, shortly before.
void enlarge(State& state, const Hog& hog, std::int64_t free, std::int64_t since) {
  const auto guest = state.inventory.guests.find(hog.volume->vmid);
  if (guest == state.inventory.guests.end() || hog.volume->content != "images") return;
  Volume larger = *hog.volume;
  const std::int64_t gib = ((larger.used + free) >> 30) + 1;
  larger.size = std::max(larger.size, gib << 30);
  for (auto& [key, drive] : guest->second.config)
    if (drive.starts_with(larger.volid + ",")) set_size(drive, size_text(larger.size));
  state.storages.add(hog.node->name, std::move(larger));
  TaskPlan plan;
  plan.type = "resize";
  plan.id = std::to_string(guest->first);
  plan.duration = 1500;
  state.tasks.fork(*hog.node, {"root@pam", ""}, std::move(plan), since - 10 * kMinute);
}

/// Lets the hog take its step's share of what is free.
void grow_hog(State& state, const std::string& storage, int steps_left) {
  const Hog hog = hog_of(state, storage);
  if (hog.volume == nullptr) return;
  const StorageSpace space = state.storages.space(state.inventory, *hog.node, storage);
  Volume grown = *hog.volume;
  grown.used += (space.total - space.used) / steps_left;
  grown.size = std::max(grown.size, grown.used);
  state.storages.add(hog.node->name, std::move(grown));
}

/// What the node's daemons say of a storage that is so full.
void log_fullness(State& state, const std::string& storage, int percent, std::int64_t at) {
  const Section* section = state.storages.config.find(storage);
  const NodeState* node = first_online(state, storage);
  if (section == nullptr || node == nullptr) return;
  NodeLog& log = state.incidents.log;
  if (section->type == "lvmthin") {
    log.add(
        at, node->name, "dmeventd[688]",
        "WARNING: Thin pool pve-data-tpool data is now " + std::to_string(percent) + ".07% full.");
    if (percent >= 99)
      log.add(at, node->name, "kernel",
              "device-mapper: thin: 252:4: switching pool to out-of-data-space (queue IO) mode");
  } else if (section->type == "rbd") {
    log.add(at, node->name, "ceph-mon[1187]",
            std::string("log_channel(cluster) log [WRN] : Health check failed: 1 ") +
                (percent >= 95 ? "full osd(s) (OSD_FULL)" : "nearfull osd(s) (OSD_NEARFULL)"));
  } else if (percent >= 99) {
    log.add(at, node->name, "pvestatd[1093]", "storage '" + storage + "': No space left on device");
  }
}

Result<void> begin_full(State& state, Incident& incident) {
  const Hog hog = hog_of(state, incident.argument(0));
  if (hog.volume == nullptr)
    return Error{Code::kInvalidArgument,
                 "no node that is online reaches the storage " + incident.argument(0), ""};
  const StorageSpace space = state.storages.space(state.inventory, *hog.node, incident.argument(0));
  enlarge(state, hog, space.total - space.used, incident.since);
  incident.due = incident.since + kMinute;
  return {};
}

/// The free rest shrinks from minute to minute; then it stays full, whatever is deleted.
void step_full(State& state, Incident& incident, std::int64_t at) {
  const std::string& storage = incident.argument(0);
  grow_hog(state, storage, std::max(1, kFillSteps - incident.steps));
  const NodeState* node = first_online(state, storage);
  if (node != nullptr) {
    const StorageSpace space = state.storages.space(state.inventory, *node, storage);
    const int percent = space.total == 0 ? 0 : static_cast<int>(space.used * 100 / space.total);
    if (percent >= 80 && incident.steps % 5 == 0) log_fullness(state, storage, percent, at);
  }
  incident.due = at + (incident.steps < kFillSteps ? kMinute : 5 * kMinute);
}

/// Somebody trims the disk: what was written is given back.
void end_full(State& state, const Incident& incident, std::int64_t) {
  const Hog hog = hog_of(state, incident.argument(0));
  if (hog.volume == nullptr) return;
  Volume shrunk = *hog.volume;
  shrunk.used /= 10;
  state.storages.add(hog.node->name, std::move(shrunk));
}

std::string unreachable(const State& state, const std::string& storage) {
  const Section* section = state.storages.config.find(storage);
  const auto server = section->values.find("server");
  const std::string host = server == section->values.end() ? "the server" : server->second;
  return storage + ": error fetching datastores - 500 Can't connect to " + host +
         ":8007 (Connection refused)";
}

std::int64_t next_night(std::int64_t at) {
  return next_event("02:00", at / 1000).value_or(at / 1000 + 86400) * 1000;
}

/// The nightly job of every node, which cannot reach its storage.
void fail_backups(State& state, const std::string& storage, std::int64_t at) {
  for (const NodeState& node : state.inventory.nodes) {
    if (!node.online) continue;
    TaskPlan plan;
    plan.type = "vzdump";
    plan.duration = 1200;
    plan.exit = "could not activate storage '" + storage + "': " + unreachable(state, storage);
    state.tasks.fork(node, {"root@pam", ""}, std::move(plan), at);
    state.incidents.log.add(
        at + 1300, node.name, "pvescheduler[1140]",
        "could not activate storage '" + storage + "': " + unreachable(state, storage));
  }
}

/// What the past tells of backups since then did not happen either.
void forget_backups(State& state, const std::string& storage, std::int64_t since) {
  state.tasks.forget([&](const Task& task) {
    return task.plan.type == "vzdump" && task.start >= since && task.plan.id.empty();
  });
  for (const NodeState& node : state.inventory.nodes)
    for (const Volume* one : state.storages.list(node.name, storage))
      if (one->content == "backup" && one->ctime * 1000 >= since)
        state.storages.remove(node.name, std::string(one->volid));
}

Result<void> begin_backups(State& state, Incident& incident) {
  forget_backups(state, incident.argument(0), incident.since);
  state.storages.outages[incident.argument(0)].push_back({incident.since / 1000});
  incident.due = incident.since + 1;
  return {};
}

void step_backups(State& state, Incident& incident, std::int64_t at) {
  const std::string& storage = incident.argument(0);
  for (const NodeState& node : state.inventory.nodes)
    if (node.online)
      state.incidents.log.add(at, node.name, "pvestatd[1093]", unreachable(state, storage));
  const std::int64_t night = next_night(at - 1);
  if (night == at) fail_backups(state, storage, at);
  incident.due = std::min(next_night(at), at + kHour);
}

void end_backups(State& state, const Incident& incident, std::int64_t at) {
  for (Period& one : state.storages.outages[incident.argument(0)])
    one.until = std::min(one.until, at / 1000);
}

std::string replication_job(const Incident& incident) { return incident.argument(0) + "-0"; }

std::string replication_error(const State& state, int vmid) {
  const auto guest = state.inventory.guests.find(vmid);
  std::string volid = "local-zfs:vm-" + std::to_string(vmid) + "-disk-0";
  if (guest != state.inventory.guests.end())
    for (const BackupDisk& disk : backup_disks(guest->second)) volid = disk.volid;
  return "command 'set -o pipefail && pvesm export " + volid +
         " zfs - -with-snapshots 1 -snapshot __replicate_" + std::to_string(vmid) +
         "-0__' failed: exit code 255: cannot receive incremental stream: destination has been "
         "modified since most recent snapshot";
}

/// A guest without a job gets one, every quarter of an hour to the next node.
Result<void> begin_replication(State& state, Incident& incident) {
  const GuestState& guest = state.inventory.guests.at(std::atoi(incident.argument(0).c_str()));
  const auto& nodes = state.inventory.nodes;
  if (nodes.size() < 2)
    return Error{Code::kInvalidArgument, "one node alone replicates nothing", "use more nodes"};
  const std::string id = replication_job(incident);
  const auto target = (static_cast<std::size_t>(guest.node) + 1) % nodes.size();
  if (state.replication.find(id) == nullptr)
    state.replication.sections[id] = {"local",
                                      {{"target", nodes[target].name}, {"schedule", "*/15"}}};
  ReplicationRun& run = state.replication_runs[id];
  run = {};
  run.last_sync = incident.since / 1000;
  incident.due = next_event("*/15", incident.since / 1000).value_or(0) * 1000;
  return {};
}

void step_replication(State& state, Incident& incident, std::int64_t at) {
  constexpr std::int64_t kLongestWait = 30 * kMinute;
  const std::string id = replication_job(incident);
  const int vmid = std::atoi(incident.argument(0).c_str());
  const auto guest = state.inventory.guests.find(vmid);
  if (guest == state.inventory.guests.end() || state.replication.find(id) == nullptr) return;
  ReplicationRun& run = state.replication_runs[id];
  ++run.failures;
  run.last_try = at / 1000;
  run.error = replication_error(state, vmid);
  incident.due = at + std::min(kLongestWait, std::int64_t{run.failures} * 5 * kMinute);
  run.next = incident.due / 1000;
  state.incidents.log.add(at + 2100, state.inventory.node_of(guest->second).name,
                          "pvescheduler[1140]",
                          id + ": got unexpected replication job error - " + run.error);
}

void end_replication(State& state, const Incident& incident, std::int64_t at) {
  ReplicationRun& run = state.replication_runs[replication_job(incident)];
  run = {};
  run.last_sync = run.last_try = at / 1000;
}

}  // namespace

std::vector<IncidentKind> storage_incidents() {
  return {
      {"storage-full", "STORAGE", "a guest's disk, made too large, fills it within half an hour",
       begin_full, step_full, end_full},
      {"backup-failing", "STORAGE", "it cannot be reached, and every night's backups fail",
       begin_backups, step_backups, end_backups},
      {"replication-broken", "VMID", "its copy on the other node was changed; each run fails",
       begin_replication, step_replication, end_replication},
  };
}

}  // namespace pmx::sim
