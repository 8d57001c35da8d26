// The rows of GET /cluster/resources, with what pvestatd's last round told. Pure.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "sim/inventory.h"
#include "sim/json_text.h"
#include "sim/statistics.h"

namespace pmx::sim {

/// What is told of a guest at a moment.
struct GuestReport {
  bool known = false;  ///< else nothing was told for too long, or never
  bool runs = false;
  GuestSample sample;
  GuestLoad load;
};
/// `now` in seconds since the epoch, here and below.
GuestReport guest_report(const Inventory& inventory, const GuestState& guest, std::int64_t now);

/// Appends a guest's row; `ha_state` is null when HA does not manage it.
void add_guest_row(JsonText& rows, const Inventory& inventory, const GuestState& guest,
                   const GuestReport& report, const Json& ha_state, PveVersion version);

/// The same row as a value, as lists of other methods show it: without the HA state.
Json guest_resource(const Inventory& inventory, const GuestState& guest, std::int64_t now,
                    PveVersion version = PveVersion::k9);

/// A node that is down keeps its size and has no usage.
Json node_resource(const Inventory& inventory, const NodeState& node, std::int64_t now);

}  // namespace pmx::sim
