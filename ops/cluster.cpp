#include "ops/cluster.h"

#include <algorithm>

#include "base/log.h"
#include "ops/tracked.h"

namespace pmx::ops {
namespace {

/// PVE's statistics daemon refreshes the lists every 10 s; twice that covers a slow cycle.
constexpr std::chrono::seconds kListLag{20};

void note_degraded(Snapshot& snapshot) {
  if (!snapshot.status.quorate) {
    snapshot.warnings.push_back("the cluster has no quorum: reads work, changes will be refused");
  }
  for (const auto& node : snapshot.resources.nodes) {
    if (node.status == "online") continue;
    snapshot.warnings.push_back("node " + node.node + " is " + node.status +
                                ": what is shown of its guests may be old");
  }
}

/// Memory is a service, not a condition: answers go on without it.
void note_unrecorded(const Result<std::vector<state::Event>>& recorded) {
  if (recorded.ok()) return;
  log::error(Context{}, "inventory.record_failed", {{"error", recorded.error().text()}});
}

}  // namespace

Cluster::Cluster(std::string name, std::string title, const ClusterParts& parts)
    : name_(std::move(name)), title_(std::move(title)), parts_(parts) {}

Result<std::shared_ptr<const Snapshot>> Cluster::snapshot(const Context& ctx,
                                                          std::chrono::milliseconds max_age) {
  std::uint64_t seen = 0;
  {
    const std::lock_guard lock(mutex_);
    if (last_ != nullptr && parts_.clock.steady() - last_at_ < max_age) return last_;
    seen = fetches_;
  }
  const std::lock_guard turn(fetching_);
  {
    const std::lock_guard lock(
        mutex_);  // a fetch that ended while we waited answers us too, well or ill
    if (fetches_ != seen && last_error_) return *last_error_;
    if (fetches_ != seen && last_ != nullptr) return last_;
  }
  return fetch(ctx);
}

Result<std::shared_ptr<const Snapshot>> Cluster::refresh(const Context& ctx) {
  const std::lock_guard turn(fetching_);
  return fetch(ctx);
}

Result<std::shared_ptr<const Snapshot>> Cluster::fetch(const Context& ctx) {
  auto fetched = read_and_remember(ctx);
  const std::lock_guard lock(mutex_);
  ++fetches_;
  last_error_.reset();
  if (!fetched.ok()) {
    // Only what the cluster answered is shared; that one caller went away says nothing to the
    // others.
    if (fetched.error().code != Code::kCancelled) last_error_ = fetched.error();
    return fetched;
  }
  last_ = *fetched;
  last_at_ = parts_.clock.steady();
  return last_;
}

Result<std::shared_ptr<const Snapshot>> Cluster::read_and_remember(const Context& ctx) {
  auto snapshot = std::make_shared<Snapshot>();
  PMX_TRY(snapshot->resources, parts_.client.resources(ctx));
  auto status = parts_.client.cluster_status(ctx);
  if (status.ok()) {
    snapshot->status = std::move(status).value();
  } else {
    snapshot->status_known = false;
    snapshot->warnings.push_back("the cluster status could not be read: " + status.error().message);
  }
  snapshot->time = parts_.clock.now();
  note_degraded(*snapshot);
  const std::lock_guard record(recording_);
  apply_live_status(*snapshot);
  PMX_TRY_VOID(complete_unknown(*snapshot));
  PMX_TRY_VOID(remember(*snapshot));
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

Result<void> Cluster::complete_unknown(Snapshot& snapshot) {
  const auto bare = [](const proxmox::Guest& guest) {
    return guest.status == "unknown" && guest.name.empty();
  };
  auto& guests = snapshot.resources.guests;
  if (std::none_of(guests.begin(), guests.end(), bare)) return {};
  PMX_TRY(const auto stored, parts_.inventory.objects(name_, "guest"));
  std::map<std::string, const Json*> fields;
  for (const auto& object : stored) fields[object.id] = &object.fields;
  for (auto& guest : guests) {
    const auto known = fields.find(std::to_string(guest.vmid));
    if (bare(guest) && known != fields.end()) restore_tracked(guest, *known->second);
  }
  return {};
}

void Cluster::apply_live_status(Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = parts_.clock.steady();
  std::erase_if(
      live_, [now](const auto& entry) { return !entry.second.held && entry.second.until <= now; });
  for (auto& guest : snapshot.resources.guests) {
    const auto live = live_.find(guest.vmid);
    if (live == live_.end()) continue;
    if (guest.status == live->second.status && !live->second.held) {
      live_.erase(live);  // the lists have caught up
    } else {
      guest.status = live->second.status;
    }
  }
}

Result<void> Cluster::remember(const Snapshot& snapshot) {
  PMX_TRY_VOID(parts_.engine.learn(names_in(snapshot)));
  note_unrecorded(parts_.inventory.record(name_, tracked_kinds(snapshot), tracked_objects(snapshot),
                                          snapshot.time));
  return {};
}

void Cluster::hold(const proxmox::Guest& guest) {
  const std::lock_guard lock(mutex_);
  live_[guest.vmid] = {guest.status, {}, true};
}

void Cluster::release(int vmid) {
  const std::lock_guard lock(mutex_);
  const auto live = live_.find(vmid);
  if (live == live_.end() || !live->second.held) return;
  live_.erase(live);
  last_.reset();  // how the change ended is not known here: the next reader looks
}

void Cluster::observed(const proxmox::Guest& guest, const std::string& status,
                       std::string_view cause) {
  const std::lock_guard record(recording_);
  {
    const std::lock_guard lock(mutex_);
    live_[guest.vmid] = {status, parts_.clock.steady() + kListLag, false};
    last_.reset();  // the next reader fetches anew
  }
  const state::Object change{"guest", std::to_string(guest.vmid), Json{{"status", status}}};
  note_unrecorded(parts_.inventory.record_one(name_, change, parts_.clock.now(), cause));
}

Result<Cluster*> Clusters::find(std::string_view name) const {
  if (name.empty() && clusters_.size() == 1) return clusters_.front().get();
  std::string known;
  for (const auto& cluster : clusters_) {
    if (!name.empty() && (cluster->name() == name || cluster->title() == name))
      return cluster.get();
    known += (known.empty() ? "" : ", ") + cluster->title();
  }
  if (name.empty()) {
    return Error{Code::kInvalidArgument, "several clusters are configured",
                 "name one of: " + known};
  }
  return Error{Code::kNotFound, "no such cluster is configured", "name one of: " + known};
}

Result<std::vector<Cluster*>> Clusters::select(std::string_view name) const {
  std::vector<Cluster*> selected;
  if (name.empty()) {
    for (const auto& cluster : clusters_) selected.push_back(cluster.get());
    return selected;
  }
  PMX_TRY(Cluster * one, find(name));
  selected.push_back(one);
  return selected;
}

}  // namespace pmx::ops
