// One configured cluster: its client, its last snapshot, and the memory that every look at it
// leaves behind.
//
// A refresh is one GET /cluster/resources and one GET /cluster/status, whatever the number of
// callers that wait for it; it teaches the privacy dictionary before anyone can see the names, and
// records what changed. Several processes may look at one cluster and share the memory; when it
// cannot be written, answers go on without it. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "anonymize/engine.h"
#include "base/clock.h"
#include "base/context.h"
#include "proxmox/client.h"
#include "state/inventory_store.h"

namespace pmx::ops {

/// The cluster as it was when it was asked, at `time`, or up to 10 s before (PVE's lists lag).
struct Snapshot {
  proxmox::Resources resources;  ///< guests in the order of their VMIDs
  proxmox::ClusterStatus status;
  bool status_known = true;  ///< false: `status` could not be read and says nothing
  SystemTime time;
  std::vector<std::string>
      warnings;  ///< what is degraded: nodes down, no quorum, parts that could not be read
};

/// nullptr when there is none.
const proxmox::Guest* guest_with(const Snapshot& snapshot, int vmid);

/// What a cluster works with; everything outlives it.
struct ClusterParts {
  proxmox::Client& client;
  anonymize::Engine& engine;
  state::InventoryStore& inventory;
  Clock& clock;
};

class Cluster {
 public:
  /// `name` is the configuration key; `title` how the outside names it ("default" when there is
  /// only one). Without one it has the pseudonym of its name, as that is at the moment.
  Cluster(std::string name, std::string title, const ClusterParts& parts);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string title() const;
  [[nodiscard]] proxmox::Client& client() { return parts_.client; }
  [[nodiscard]] Clock& clock() { return parts_.clock; }

  /// The last snapshot if it is younger than `max_age` (PVE itself refreshes every 10 s), else a
  /// new one. Shared, because callers keep reading it while the next one replaces it. kCancelled or
  /// kDeadlineExceeded when the context ends first, also while another caller's refresh runs.
  Result<std::shared_ptr<const Snapshot>> snapshot(
      const Context& ctx, std::chrono::milliseconds max_age = std::chrono::seconds(5));

  /// A new snapshot, always. Ends with the context, as snapshot() does.
  Result<std::shared_ptr<const Snapshot>> refresh(const Context& ctx);

  /// From now until observed(), release() or abandon(), looks of all processes show the guest with
  /// its status of now: our own running change is recorded once, by us, with its cause, and not by
  /// a look that happens to see it first. Ends with this process at the latest.
  state::HoldId hold(const proxmox::Guest& guest);

  /// The task `cause` now runs and is to bring `status`.
  void expect(state::HoldId hold, const std::string& status, std::string_view cause);

  /// Nobody waits for the change any more: the next look records it, with its cause when that was
  /// expected. After observed() this does nothing.
  void release(state::HoldId hold);

  /// The change failed and nothing is expected of it.
  void abandon(state::HoldId hold);

  /// Notes a guest's status as read live after our own change, and ends the hold of its `cause`
  /// (UPID). PVE's lists are up to 10 s behind; until they have caught up this value wins in all
  /// processes, so that no false event is recorded.
  void observed(const proxmox::Guest& guest, const std::string& status, std::string_view cause);

 private:
  using Lock = std::unique_lock<std::mutex>;

  /// Waits until nobody else fetches; the context's end is an Error.
  Result<void> await_turn(const Context& ctx, Lock& lock);

  /// Fetches in this caller's turn, with mutex_ free meanwhile.
  Result<std::shared_ptr<const Snapshot>> fetch(const Context& ctx, Lock& lock);
  Result<std::shared_ptr<const Snapshot>> read_and_remember(const Context& ctx);

  /// PVE lists a guest that it knows nothing of (its node is long down) bare: what we remember of
  /// it is kept.
  void complete_unknown(Snapshot& snapshot);

  /// Records the snapshot and puts into it what is held.
  Result<void> remember(Snapshot& snapshot);

  /// The next reader looks anew.
  void forget_last();

  const std::string name_;
  const std::string title_;
  ClusterParts parts_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable_any turn_over_;
  bool fetching_ = false;  // concurrent callers wait and share the outcome
  std::shared_ptr<const Snapshot> last_;
  SteadyTime last_at_;
  std::uint64_t fetches_ = 0;
  std::uint64_t last_fetch_ = 0;     // the one that brought last_
  std::uint64_t changes_ = 0;        // of ours; a look that was under way meanwhile is not kept
  std::optional<Error> last_error_;  // of the last fetch, when it failed
};

/// The configured clusters, by name. Immutable after start.
class Clusters {
 public:
  explicit Clusters(std::vector<std::unique_ptr<Cluster>> clusters)
      : clusters_(std::move(clusters)) {}

  [[nodiscard]] const std::vector<std::unique_ptr<Cluster>>& all() const { return clusters_; }

  /// By name or title; "" means the only one. kInvalidArgument when "" is ambiguous, kNotFound when
  /// unknown.
  Result<Cluster*> find(std::string_view name) const;

  /// `name`d one alone, or all for "".
  Result<std::vector<Cluster*>> select(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<Cluster>> clusters_;
};

}  // namespace pmx::ops
