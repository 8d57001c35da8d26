// The notes people write on guests: where names, passwords, telephone numbers and customers really
// turn up. Generated from the seed; each sensitive value is told to `planted`.
#pragma once

#include <string>

#include "sim/inventory.h"

namespace pmx::sim {

/// Markdown of the guest's description, or "" for the guests nobody documented.
std::string guest_notes(const Inventory& inventory, const GuestState& guest, Planted* planted);

}  // namespace pmx::sim
