// What subscribers of the product hear of: which resources a change in the inventory touches.
#pragma once

#include <string>
#include <string_view>

#include "mcp/server/events.h"
#include "state/inventory_store.h"

namespace pmx::app {

/// The real URIs that updates are published under. `cluster`: the name in the configuration.
std::string overview_uri(std::string_view cluster);
std::string guest_uri(std::string_view cluster, std::string_view vmid);

/// Publishes a recorded change: of a guest to its own resource, of anything to the overview, and to
/// the list of resources when an entry came, went or has another title.
void publish(mcp::Events& events, const state::Event& event);

}  // namespace pmx::app
