// The moving numbers: load, memory in use, counters. Functions of the seed and of time: load and
// memory change every ten seconds, as pvestatd refreshes them; uptime and counters move on each
// second. Pure.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "sim/guest_config.h"
#include "sim/inventory.h"

namespace pmx::sim {

/// A guest's numbers; sizes and counters in bytes. All but `disk` are 0 while it is stopped.
struct GuestLoad {
  std::int64_t uptime = 0;  ///< seconds
  double cpu = 0;           ///< fraction of the guest's cores
  std::int64_t mem = 0;
  std::int64_t disk = 0;
  std::int64_t diskread = 0;
  std::int64_t diskwrite = 0;
  std::int64_t netin = 0;
  std::int64_t netout = 0;
};

/// A node's numbers; sizes in bytes, cpu as a fraction of all cores.
struct NodeLoad {
  std::int64_t uptime = 0;
  double cpu = 0;
  std::int64_t mem = 0;
  std::int64_t disk = 0;
};

/// Times `now` are seconds since the epoch, here and below.
GuestLoad guest_load(const Inventory& inventory, const GuestState& guest, const Traits& traits,
                     std::int64_t now);
/// `node` must be one of `inventory.nodes`: its place there is part of the seed.
NodeLoad node_load(const Inventory& inventory, const NodeState& node, std::int64_t now);

/// Bytes in use on a storage. A shared one shows the same number on every node.
std::int64_t storage_used(const Inventory& inventory, const StorageState& storage,
                          const NodeState& node);

/// What every list and status says about a guest alike: identity, status, usage, tags and lock.
Json guest_usage(const GuestState& guest, const Traits& traits, const GuestLoad& load);

/// pvestatd's round on every node that is online: what /cluster/resources shows until the next.
void sample_guests(Inventory& inventory, std::int64_t now);
/// Seconds between two rounds, and until a guest that is no longer reported is unknown.
inline constexpr std::int64_t kSampleInterval = 10;
inline constexpr std::int64_t kSampleLife = 300;

/// What such a round tells of a guest.
GuestSample sample_of(const GuestState& guest, std::int64_t now);

}  // namespace pmx::sim
