// The configuration of one guest: made from the seed, and what lists and the API show of it. Every
// sensitive value is told to `planted` when that is given. Not thread-safe (reads Inventory).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "sim/facts.h"
#include "sim/inventory.h"

namespace pmx::sim {

/// What lists and status calls say about a guest, without building the whole configuration.
struct Traits {
  std::string name;
  std::string pool;  ///< empty = in no pool
  std::string tags;  ///< "a;b", empty = none
  int cores = 1;
  std::int64_t memory = 0;  ///< bytes
  std::int64_t disk = 0;    ///< bytes
};

/// Gives a guest with a VMID, kind and part its pool and configuration, by the inventory's seed.
void generate_guest(const Inventory& inventory, GuestState& guest, Planted* planted = nullptr);

/// What its configuration says.
Traits guest_traits(const GuestState& guest);

/// The SHA-1 of the configuration file, which PVE calls digest: 40 hexadecimal digits.
std::string guest_digest(const GuestState& guest);

/// `values` as the API shows them: numbers where the facts of the guest's configuration call say
/// integer or boolean, the rest as text.
Json shown_config(Facts& facts, GuestKind kind, const Values& values);

}  // namespace pmx::sim
