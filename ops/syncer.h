// Syncer: keeps the inventory current in the background, in one process per state directory.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "ops/cluster.h"
#include "state/database.h"

namespace pmx::ops {

class Syncer {
 public:
  /// Refreshes every cluster each `interval`, first after `delay` (short-lived probes of clients
  /// never sync). Does so only while this process leads; another takes over when the leader ends.
  /// `synced` is called on the syncer's thread after each round of this process.
  Syncer(const Clusters& clusters, state::Database& database, Clock& clock,
         std::chrono::milliseconds delay, std::chrono::milliseconds interval,
         std::function<void()> synced = {});

  /// Stops a wait or a running refresh, then joins.
  ~Syncer() = default;

 private:
  std::jthread thread_;  // last member: it must end before anything it uses
};

}  // namespace pmx::ops
