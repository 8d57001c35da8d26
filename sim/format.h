// PVE's named formats ("dns-name", "pve-vmid", "ip", ...), with PVE's own texts. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace pmx::sim {

/// What PVE says about `value` in `format`, ending in "\n"; empty when it is fine or when the
/// format is one that the simulator does not know. "-list" and "-opt" suffixes are understood.
std::string check_format(std::string_view format, std::string_view value);

/// The same for the formats of networks, the firewall, HA and SDN.
std::string check_network_format(std::string_view format, std::string_view value);

}  // namespace pmx::sim
