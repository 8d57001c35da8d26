// What of a snapshot is remembered and what of it is secret: pure functions over a snapshot.
#pragma once

#include <vector>

#include "anonymize/engine.h"
#include "ops/cluster.h"
#include "state/inventory_store.h"

namespace pmx::ops {

/// Kinds that tracked_objects() covers completely; what could not be read is left out, so that it
/// is not taken for gone.
std::vector<std::string> tracked_kinds(const Snapshot& snapshot);

/// The snapshot as objects of the inventory. Counters and usage are left out: they change always
/// and mean nothing.
std::vector<state::Object> tracked_objects(const Snapshot& snapshot);

/// The tracked fields of one guest.
state::Object tracked_guest(const proxmox::Guest& guest);

/// The opposite of tracked_guest(): fills what the listed guest lacks from remembered fields. Its
/// status stays.
void restore_tracked(proxmox::Guest& guest, const Json& fields);

/// Every name and address of the snapshot, for the privacy dictionary.
std::vector<anonymize::Name> names_in(const Snapshot& snapshot);

}  // namespace pmx::ops
