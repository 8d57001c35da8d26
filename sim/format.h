// PVE's named formats ("dns-name", "pve-vmid", "ip", ...), with PVE's own texts. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "sim/cluster.h"

namespace pmx::sim {

/// What PVE says about `value` in `format`, ending in "\n"; empty when it is fine or when the
/// format is one that the simulator does not know. "-list" and "-opt" suffixes are understood.
std::string check_format(std::string_view format, std::string_view value,
                         PveVersion version = PveVersion::k9);

/// The same for those of users, guests and storages that need no more than a pattern or a short
/// rule.
std::string check_general_format(std::string_view format, std::string_view value,
                                 PveVersion version);

/// The same for the formats of networks, the firewall, HA and SDN.
std::string check_network_format(std::string_view format, std::string_view value);

}  // namespace pmx::sim
