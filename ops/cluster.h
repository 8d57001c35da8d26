// One configured cluster: its client, its last snapshot, and the memory that every look at it
// leaves behind.
//
// A refresh is one GET /cluster/resources and one GET /cluster/status, whatever the number of
// callers that wait for it; it teaches the privacy dictionary before anyone can see the names, and
// records what changed. Thread-safe.
#pragma once

#include <chrono>
#include <map>
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

/// The cluster as seen at `time`.
struct Snapshot {
  proxmox::Resources resources;
  proxmox::ClusterStatus status;
  bool status_known = true;  ///< false: `status` could not be read and says nothing
  SystemTime time;
  std::vector<std::string>
      warnings;  ///< what is degraded: nodes down, no quorum, parts that could not be read
};

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
  /// only one).
  Cluster(std::string name, std::string title, const ClusterParts& parts);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] proxmox::Client& client() { return parts_.client; }
  [[nodiscard]] Clock& clock() { return parts_.clock; }

  /// The last snapshot if it is younger than `max_age` (PVE itself refreshes every 10 s), else a
  /// new one. Shared, because callers keep reading it while the next one replaces it.
  Result<std::shared_ptr<const Snapshot>> snapshot(
      const Context& ctx, std::chrono::milliseconds max_age = std::chrono::seconds(5));

  /// A new snapshot, always.
  Result<std::shared_ptr<const Snapshot>> refresh(const Context& ctx);

  /// From now until observed() or release(), a refresh shows the guest with this status: our own
  /// running change is recorded once, by us, with its cause, and not by a refresh that happens to
  /// see it first.
  void hold(const proxmox::Guest& guest);
  void release(int vmid);

  /// Notes a guest's status as read live after our own change, and ends the hold. PVE's lists are
  /// up to 10 s behind; until they have caught up this value wins, so that no false event is
  /// recorded. `cause` is the UPID.
  void observed(const proxmox::Guest& guest, const std::string& status, std::string_view cause);

 private:
  struct Live {
    std::string status;
    SteadyTime until;
    bool held = false;  // stays until it is observed or released
  };

  Result<std::shared_ptr<const Snapshot>> fetch(const Context& ctx);
  Result<std::shared_ptr<const Snapshot>> read_and_remember(const Context& ctx);

  /// PVE lists a guest that it knows nothing of (its node is long down) bare: what we remember of
  /// it is kept.
  Result<void> complete_unknown(Snapshot& snapshot);
  void apply_live_status(Snapshot& snapshot);
  Result<void> remember(const Snapshot& snapshot);

  const std::string name_;
  const std::string title_;
  ClusterParts parts_;
  std::mutex fetching_;  // held during a refresh: concurrent callers wait and share its outcome
  std::mutex
      recording_;  // held while a look is recorded, so that our own changes come before or after it
  std::mutex mutex_;  // guards the members below
  std::shared_ptr<const Snapshot> last_;
  SteadyTime last_at_;
  std::uint64_t fetches_ = 0;
  std::optional<Error> last_error_;  // of the last fetch, when it failed
  std::map<int, Live> live_;
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
