// The configuration of one guest, made from the seed on demand, with later changes laid over it.
// Every sensitive value is told to `planted` when that is given. Not thread-safe (reads Inventory).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
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

/// Generated values with later changes laid over them; the name and tags are told to `planted`.
Traits guest_traits(const Inventory& inventory, const GuestState& guest,
                    Planted* planted = nullptr);

/// What GET /nodes/{node}/{qemu,lxc}/{vmid}/config answers, digest included.
Json guest_config(const Inventory& inventory, const GuestState& guest, Planted* planted = nullptr);

}  // namespace pmx::sim
