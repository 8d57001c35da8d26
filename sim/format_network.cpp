// Formats of the networks', HA's and SDN's parameters.
#include <algorithm>

#include "sim/firewall.h"
#include "sim/format.h"
#include "sim/named_format.h"
#include "sim/pattern.h"

namespace pmx::sim {
namespace {

constexpr std::string_view kHaResource = "value does not look like a valid ha resource id";

constexpr std::array<NamedFormat, 16> kFormats{{
    {"pve-ha-resource-id", "[a-z]+:\\S+", kHaResource},
    {"pve-ha-resource-or-vm-id", "[a-z]+:\\S+|\\d+", kHaResource},
    {"pve-ha-group-node", "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?(?::\\d+)?",
     "value does not look like a valid ha group node"},
    {"pve-ha-node", "[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?(?::\\d+)?",
     "value does not look like a valid ha node"},
    {"mac-prefix", "(?i)[0-9a-f][02468ace](?::[0-9a-f]{2}){0,2}:?",
     "value is not a valid unicast MAC address prefix"},
    {"ipv4mask",
     "(?:255|254|252|248|240|224|192|128|0)(?:\\.(?:255|254|252|248|240|224|192|128|0)){3}",
     "value does not look like a valid IP netmask"},
    {"pve-sdn-zone-id", "(?i)[a-z][a-z0-9]*[a-z0-9]", "zone ID '%' contains illegal characters"},
    {"pve-sdn-vnet-id", "(?i)[a-z][a-z0-9]*[a-z0-9]", "vnet ID '%' contains illegal characters"},
    {"pve-sdn-controller-id", "(?i)[a-z][a-z0-9_\\-]*[a-z0-9]",
     "controller ID '%' contains illegal characters"},
    {"pve-sdn-dns-id", "(?i)[a-z][a-z0-9]*[a-z0-9]", "dns ID '%' contains illegal characters"},
    {"pve-sdn-ipam-id", "(?i)[a-z][a-z0-9]*[a-z0-9]", "ipam ID '%' contains illegal characters"},
    {"pve-sdn-isis-net", "[a-fA-F0-9]{2}(?:\\.[a-fA-F0-9]{4}){3,9}\\.[a-fA-F0-9]{2}",
     "value does not look like a valid isis net"},
    {"pve-sdn-bgp-rt", "[0-9]+:[0-9]+|(?:\\d{1,3}\\.){3}\\d{1,3}:[0-9]+",
     "value does not look like a valid bgp route-target"},
    {"pve-sdn-fabric-id", "[a-zA-Z0-9][a-zA-Z0-9\\-]{0,6}[a-zA-Z0-9]?",
     "value does not look like a valid fabric id"},
    {"pve-vlan-id-or-range", "\\d{1,4}(?:-\\d{1,4})?", "invalid VLAN ID or range '%'"},
    {"pve-phys-bits", "host|[1-9]\\d?", "phys-bits must be between 8 and 64, or 'host'"},
}};

/// The families of networks, with the words that PVE uses for each.
std::string check_cidr(std::string_view format, std::string_view value) {
  const int family = value.find('/') == std::string_view::npos ? 0 : address_family(value);
  if (format == "CIDRv4" && family != 4)
    return "value does not look like a valid IPv4 CIDR network\n";
  if (format == "CIDRv6" && family != 6)
    return "value does not look like a valid IPv6 CIDR network\n";
  if (format == "FullRangeCIDR" && family == 0)
    return "value does not look like a valid CIDR network\n";
  // "ZONE-ADDRESS-BITS" names a subnet that exists, a network one to be made
  if (format == "pve-sdn-subnet-id" && family == 0 &&
      !matches_pattern("[^-]+-[0-9a-fA-F.:]+-\\d{1,3}", value))
    return "value does not look like a valid CIDR network\n";
  return "";
}

/// Zones and virtual networks become names of interfaces, which are short.
std::string check_length(std::string_view format, std::string_view value) {
  const bool zone = format == "pve-sdn-zone-id";
  if ((!zone && format != "pve-sdn-vnet-id") || value.size() <= 8) return "";
  return std::string(zone ? "zone" : "vnet") + " ID '" + std::string(value) +
         "' can't be more length than 8 characters\n";
}

}  // namespace

std::string check_network_format(std::string_view format, std::string_view value) {
  if (auto complaint = check_named(kFormats, format, value); !complaint.empty()) return complaint;
  if (auto complaint = check_length(format, value); !complaint.empty()) return complaint;
  if (auto complaint = check_cidr(format, value); !complaint.empty()) return complaint;
  return check_firewall_format(format, value);
}

}  // namespace pmx::sim
