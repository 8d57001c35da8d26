// Finds the guest that a call names, the way PVE looks for its configuration file.
#pragma once

#include <optional>
#include <string>

#include "sim/call.h"

namespace pmx::sim {

/// PVE's text for a configuration that is not on this node.
std::string no_config_text(const std::string& node, GuestKind kind, const std::string& vmid);

/// The guest {vmid} of `kind` on {node}; nullptr when there is none (it may be elsewhere).
GuestState* find_guest(const Call& call, GuestKind kind);

}  // namespace pmx::sim
