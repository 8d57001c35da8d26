#include "ops/cluster.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "ops/tracked.h"

namespace pmx::ops {
namespace {

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

/// Memory is a service, not a condition: answers go on without it, and its failure is logged.
template <class T>
bool stored(const Result<T>& result) {
  if (!result.ok())
    log::error(Context{}, "inventory.record_failed", {{"error", result.error().text()}});
  return result.ok();
}

/// Whether the caller has gone or has no more time: then a failure is its own and says nothing of
/// the cluster.
bool ended(const Context& ctx, Clock& clock) {
  return ctx.stop.stop_requested() || (ctx.deadline && clock.steady() >= *ctx.deadline);
}

void show_held(Snapshot& snapshot, const std::vector<state::Object>& held) {
  for (const auto& object : held) {
    if (object.kind != "guest") continue;
    for (auto& guest : snapshot.resources.guests) {
      if (std::to_string(guest.vmid) != object.id) continue;
      guest.status = string_member(object.fields, "status");
    }
  }
}

state::Object status_of(const proxmox::Guest& guest, const std::string& status) {
  return {"guest", std::to_string(guest.vmid), Json{{"status", status}}};
}

}  // namespace

const proxmox::Guest* guest_with(const Snapshot& snapshot, int vmid) {
  const auto& guests = snapshot.resources.guests;
  const auto found = std::ranges::lower_bound(guests, vmid, {}, &proxmox::Guest::vmid);
  return found != guests.end() && found->vmid == vmid ? &*found : nullptr;
}

Cluster::Cluster(std::string name, std::string title, const ClusterParts& parts)
    : name_(std::move(name)), title_(std::move(title)), parts_(parts) {}

std::string Cluster::title() const {
  if (!title_.empty()) return title_;
  if (!parts_.engine.refresh().ok()) return "?";
  return parts_.engine.pseudonym(anonymize::Kind::kCluster, name_).value_or("?");
}

Result<std::shared_ptr<const Snapshot>> Cluster::snapshot(const Context& ctx,
                                                          std::chrono::milliseconds max_age) {
  // What is said of a snapshot is said in the pseudonyms of one epoch.
  PMX_TRY_VOID(parts_.engine.refresh());
  Lock lock(mutex_);
  if (last_ != nullptr && parts_.clock.steady() - last_at_ < max_age) return last_;
  const std::uint64_t seen = fetches_;
  PMX_TRY_VOID(await_turn(ctx, lock));
  // A fetch that ended while we waited answers us too, well or ill.
  if (last_ != nullptr && last_fetch_ > seen) return last_;
  if (fetches_ != seen && last_error_) return *last_error_;
  return fetch(ctx, lock);
}

Result<std::shared_ptr<const Snapshot>> Cluster::refresh(const Context& ctx) {
  Lock lock(mutex_);
  PMX_TRY_VOID(await_turn(ctx, lock));
  return fetch(ctx, lock);
}

Result<void> Cluster::await_turn(const Context& ctx, Lock& lock) {
  const auto free = [this] { return !fetching_; };
  const bool ours = ctx.deadline ? turn_over_.wait_until(lock, ctx.stop, *ctx.deadline, free)
                                 : turn_over_.wait(lock, ctx.stop, free);
  if (ours) return {};
  const bool stopped = ctx.stop.stop_requested();
  return Error{stopped ? Code::kCancelled : Code::kDeadlineExceeded,
               "the call ended while it waited for the state of the cluster",
               stopped ? "" : "the cluster answers slowly; ask again or allow more time"};
}

Result<std::shared_ptr<const Snapshot>> Cluster::fetch(const Context& ctx, Lock& lock) {
  fetching_ = true;
  const std::uint64_t changes = changes_;
  lock.unlock();
  auto fetched = read_and_remember(ctx);
  const bool own_end = !fetched.ok() && ended(ctx, parts_.clock);
  lock.lock();
  fetching_ = false;
  turn_over_.notify_all();
  ++fetches_;
  last_error_.reset();
  if (!fetched.ok()) {
    if (!own_end) last_error_ = fetched.error();
    return fetched;
  }
  if (changes != changes_) return fetched;
  last_ = *fetched;
  last_at_ = parts_.clock.steady();
  last_fetch_ = fetches_;
  return fetched;
}

Result<std::shared_ptr<const Snapshot>> Cluster::read_and_remember(const Context& ctx) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->time = parts_.clock.now();  // before the request: the answer is not older
  PMX_TRY(snapshot->resources, parts_.client.resources(ctx));
  std::ranges::stable_sort(snapshot->resources.guests, {}, &proxmox::Guest::vmid);
  auto status = parts_.client.cluster_status(ctx);
  if (status.ok()) {
    snapshot->status = std::move(status).value();
  } else {
    snapshot->status_known = false;
    snapshot->warnings.push_back("the cluster status could not be read: " + status.error().message);
  }
  note_degraded(*snapshot);
  complete_unknown(*snapshot);
  PMX_TRY_VOID(remember(*snapshot));
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

void Cluster::complete_unknown(Snapshot& snapshot) {
  const auto bare = [](const proxmox::Guest& guest) {
    return guest.status == "unknown" && guest.name.empty();
  };
  auto& guests = snapshot.resources.guests;
  if (std::none_of(guests.begin(), guests.end(), bare)) return;
  const auto objects = parts_.inventory.objects(name_, "guest");
  if (!stored(objects)) return;
  std::map<std::string, const Json*> fields;
  for (const auto& object : *objects) fields[object.id] = &object.fields;
  for (auto& guest : guests) {
    const auto known = fields.find(std::to_string(guest.vmid));
    if (bare(guest) && known != fields.end()) restore_tracked(guest, *known->second);
  }
}

Result<void> Cluster::remember(Snapshot& snapshot) {
  PMX_TRY_VOID(parts_.engine.learn(names_in(snapshot)));
  const auto recorded = parts_.inventory.record(name_, tracked_kinds(snapshot),
                                                tracked_objects(snapshot), snapshot.time);
  if (stored(recorded)) show_held(snapshot, recorded->held);
  return {};
}

state::HoldId Cluster::hold(const proxmox::Guest& guest) {
  const auto hold = parts_.inventory.holds().begin(name_, status_of(guest, guest.status));
  return stored(hold) ? *hold : 0;
}

void Cluster::expect(state::HoldId hold, const std::string& status, std::string_view cause) {
  stored(parts_.inventory.holds().expect(hold, Json{{"status", status}}, cause));
}

void Cluster::release(state::HoldId hold) {
  stored(parts_.inventory.holds().release(hold));
  forget_last();
}

void Cluster::abandon(state::HoldId hold) {
  stored(parts_.inventory.holds().abandon(hold));
  forget_last();
}

void Cluster::observed(const proxmox::Guest& guest, const std::string& status,
                       std::string_view cause) {
  stored(parts_.inventory.record_one(name_, status_of(guest, status), parts_.clock.now(), cause));
  forget_last();
}

void Cluster::forget_last() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  last_.reset();
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
