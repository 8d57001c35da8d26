#include "ops/cluster.h"

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
  const auto fresh = [this, max_age]() -> std::shared_ptr<const Snapshot> {
    const std::lock_guard lock(mutex_);
    const bool young = last_ != nullptr && parts_.clock.steady() - last_at_ < max_age;
    return young ? last_ : nullptr;
  };
  if (auto snapshot = fresh()) return snapshot;
  const std::lock_guard turn(fetching_);
  if (auto snapshot = fresh()) return snapshot;  // another caller fetched while we waited
  return fetch(ctx);
}

Result<std::shared_ptr<const Snapshot>> Cluster::refresh(const Context& ctx) {
  const std::lock_guard turn(fetching_);
  return fetch(ctx);
}

Result<std::shared_ptr<const Snapshot>> Cluster::fetch(const Context& ctx) {
  auto snapshot = std::make_shared<Snapshot>();
  PMX_TRY(snapshot->resources, parts_.client.resources(ctx));
  auto status = parts_.client.cluster_status(ctx);
  if (status.ok()) {
    snapshot->status = std::move(status).value();
  } else {
    snapshot->warnings.push_back("the cluster status could not be read: " + status.error().message);
  }
  snapshot->time = parts_.clock.now();
  apply_live_status(*snapshot);
  note_degraded(*snapshot);
  PMX_TRY_VOID(remember(*snapshot));
  const std::lock_guard lock(mutex_);
  last_ = snapshot;
  last_at_ = parts_.clock.steady();
  return last_;
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
  note_unrecorded(
      parts_.inventory.record(name_, tracked_kinds(), tracked_objects(snapshot), snapshot.time));
  return {};
}

void Cluster::hold(const proxmox::Guest& guest) {
  const std::lock_guard lock(mutex_);
  live_[guest.vmid] = {guest.status, {}, true};
}

void Cluster::release(int vmid) {
  const std::lock_guard lock(mutex_);
  const auto live = live_.find(vmid);
  if (live != live_.end() && live->second.held) live_.erase(live);
}

void Cluster::observed(const proxmox::Guest& guest, const std::string& status,
                       std::string_view cause) {
  proxmox::Guest changed = guest;
  changed.status = status;
  {
    const std::lock_guard lock(mutex_);
    live_[guest.vmid] = {status, parts_.clock.steady() + kListLag, false};
    last_.reset();  // the next reader fetches anew
  }
  note_unrecorded(
      parts_.inventory.record_one(name_, tracked_guest(changed), parts_.clock.now(), cause));
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
