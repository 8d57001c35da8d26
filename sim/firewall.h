// The files of PVE's firewall: cluster.fw, one host.fw a node, one file a guest and one a virtual
// network. Rules are kept as they were given and judged when they are read, since what they name
// may go away. Not thread-safe: Cluster holds the lock.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/inventory.h"

namespace pmx::sim {

/// Where a rule stands; PVE's messages name it so.
enum class RuleEnvironment : std::uint8_t { kCluster, kHost, kVm, kCt, kVnet, kGroup };

/// An IP set: addresses, networks and names of aliases, by their text.
struct AddressSet {
  std::string comment;
  std::map<std::string, Values> entries;
};

/// A security group.
struct SecurityGroup {
  std::string comment;
  std::vector<Values> rules;
};

/// One file. Groups stand in the cluster's only.
struct FirewallFile {
  Values options;
  std::vector<Values> rules;
  std::map<std::string, Values> aliases;  ///< by their name in lower case
  std::map<std::string, AddressSet> sets;
  std::map<std::string, SecurityGroup> groups;
};

/// All files of a cluster. A file that nobody wrote is empty.
struct FirewallState {
  FirewallFile cluster;
  std::map<std::string, FirewallFile> nodes;
  std::map<int, FirewallFile> guests;
  std::map<std::string, FirewallFile> vnets;
};

/// The firewall of a generated cluster: who may reach the nodes, and a web server's rules.
FirewallState generate_firewall(const Inventory& inventory, Planted* planted = nullptr);

/// A ready-made set of matches that a rule may name.
struct FirewallMacro {
  std::string_view name;
  std::string_view description;
  std::string_view matches;  ///< "udp:53 tcp:53", "udp:67-68/67-68" with source ports, "icmp=TYPE"
};

/// All of them, by name.
std::span<const FirewallMacro> firewall_macros();

/// What is wrong with a value of a firewall's parameter format ("pve-fw-addr-spec", ...); nothing
/// for other formats and good values. The complaint ends in "\n".
std::string check_firewall_format(std::string_view format, std::string_view value);

/// 4 or 6: the family of "10.0.0.1", "10.0.0.0/8" or a range; 0 when it is none.
int address_family(std::string_view text);

/// Whether `address` lies in the network `cidr`.
bool network_holds(const std::string& cidr, const std::string& address);

/// Parameters and what is wrong with them, in the order in which PVE looks; one of each.
using Complaints = std::vector<std::pair<std::string, std::string>>;

/// Judges `rule` in the light of the names that `own` and `cluster` define (either may be null):
/// completes its "macro" and "ipversion".
Complaints judge_rule(Values& rule, RuleEnvironment environment, const FirewallFile* own,
                      const FirewallFile* cluster);

/// PVE's digest over a list of objects, or over one: SHA-1 of their lines "key:value".
std::string firewall_digest(const Json& list);

/// Gives each object of `list` the digest of the whole.
Json with_digest(Json list);

}  // namespace pmx::sim
