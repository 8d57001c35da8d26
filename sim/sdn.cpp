#include "sim/sdn.h"

#include <array>

namespace pmx::sim {
namespace {

constexpr std::string_view kZoneCommon =
    " nodes mtu dns reversedns dnszone ipam dhcp bridge-disable-mac-learning ";

constexpr std::array<SdnType, 13> kTypes{{
    {"zones", "simple", "", ""},
    {"zones", "vlan", " bridge ", ""},
    {"zones", "qinq", " bridge tag ", " vlan-protocol "},
    {"zones", "vxlan", "", " peers fabric vxlan-port "},
    {"zones", "evpn", " vrf-vxlan controller ",
     " exitnodes exitnodes-local-routing exitnodes-primary advertise-subnets "
     "disable-arp-nd-suppression rt-import vxlan-port mac secondary-controllers "},
    {"vnets", "vnet", " zone ", " tag alias vlanaware isolate-ports "},
    {"subnets", "subnet", " vnet ", " gateway snat dnszoneprefix dhcp-range dhcp-dns-server "},
    {"controllers", "evpn", " asn ", " peers fabric bgp-mode nodes peer-group-name "},
    {"controllers", "bgp", " node asn peers ",
     " bgp-multipath-as-path-relax ebgp ebgp-multihop loopback "},
    {"controllers", "isis", " isis-domain isis-net isis-ifaces node ", " loopback "},
    {"ipams", "phpipam", " url token section ", " fingerprint "},
    {"ipams", "netbox", " url token ", " fingerprint "},
    {"dns", "powerdns", " url key ", " ttl reversev6mask reversemaskv6 fingerprint "},
}};

bool names(std::string_view list, std::string_view name) {
  return list.find(" " + std::string(name) + " ") != std::string_view::npos;
}

Json pending_object(const Json& running, const Json& configured) {
  Json out = running;
  Json pending = Json::object();
  std::string state = running.empty() ? "new" : configured.empty() ? "deleted" : "";
  for (const auto& [key, value] : running.items()) {
    if (configured.empty() || (configured.contains(key) && configured[key] == value)) continue;
    state = "changed";
    if (!configured.contains(key)) pending[key] = "deleted";
  }
  for (const auto& [key, value] : configured.items()) {
    if (key == "type" || key == "vnet") {
      out[key] = value;
    } else if (!running.contains(key) || running[key] != value) {
      pending[key] = value;
      if (state.empty()) state = "changed";
    }
  }
  if (state.empty()) return out;
  out["state"] = state;
  out["pending"] = std::move(pending);
  return out;
}

}  // namespace

std::string sdn_complaint(std::string_view file, const Section& section, bool is_new) {
  for (const SdnType& known : kTypes) {
    if (known.file != file || known.type != section.type) continue;
    for (const auto& [key, value] : section.values)
      if (!names(known.required, key) && !names(known.optional, key) &&
          !(file == "zones" && names(kZoneCommon, key)))
        return "unexpected property '" + key + "'";
    if (!is_new) return "";
    for (const std::string& key : list_items(known.required))
      if (!section.values.contains(key)) return "missing value for required option '" + key + "'";
    return "";
  }
  return "";
}

Json sdn_pending(const Json& running, const Json& configured) {
  static const Json kNone = Json::object();
  Json out = Json::object();
  for (const auto& [id, object] : running.items())
    out[id] = pending_object(object, configured.contains(id) ? configured[id] : kNone);
  for (const auto& [id, object] : configured.items())
    if (!running.contains(id)) out[id] = pending_object(kNone, object);
  return out;
}

}  // namespace pmx::sim
