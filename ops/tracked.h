// What of a snapshot is remembered and what of it is secret: pure functions over a snapshot.
#pragma once

#include <vector>

#include "anonymize/engine.h"
#include "ops/cluster.h"
#include "state/inventory_store.h"

namespace pmx::ops {

/// Kinds that tracked_objects() covers completely.
std::vector<std::string> tracked_kinds();

/// The snapshot as objects of the inventory. Counters and usage are left out: they change always
/// and mean nothing.
std::vector<state::Object> tracked_objects(const Snapshot& snapshot);

/// The tracked fields of one guest.
state::Object tracked_guest(const proxmox::Guest& guest);

/// Every name and address of the snapshot, for the privacy dictionary.
std::vector<anonymize::Name> names_in(const Snapshot& snapshot);

}  // namespace pmx::ops
