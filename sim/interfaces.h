// A node's /etc/network/interfaces: what is up, what is to be (interfaces.new), and the difference.
// Not thread-safe: Cluster holds the lock.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sim/inventory.h"

namespace pmx::sim {

/// Interfaces by name; their values as the API names them, numbers in their place as text.
struct Interfaces {
  std::map<std::string, Values> all;
  std::vector<std::string> order;  ///< of the file

  [[nodiscard]] Values* find(const std::string& name);
  void set(const std::string& name, Values values);
  void erase(const std::string& name);
};

/// The networks of one node.
struct NodeNetwork {
  std::string file;  ///< the text that is in force
  Interfaces current;
  std::optional<Interfaces> pending;  ///< what an apply makes current

  [[nodiscard]] Interfaces& edited() { return pending ? *pending : current; }
  /// The first change makes the pending file.
  Interfaces& edit();
};

/// A node as it is installed: one port, a bridge with the node's address.
NodeNetwork installed_network(const NodeState& node, const std::string& port,
                              const std::string& gateway);

/// The node's network at the beginning: two bonded ports, a bridge and a network for storage in a
/// generated cluster, as it is installed in the lab.
NodeNetwork make_network(Scenario scenario, const NodeState& node, Planted* planted = nullptr);

/// The text of interfaces.new.
std::string interfaces_text(const Interfaces& interfaces);

/// What is wrong with the interfaces as a whole, in PVE's words; empty when nothing is.
std::string interfaces_complaint(const Interfaces& interfaces);

/// "diff -u" of the file in force and the pending one, `now` in seconds; empty without one.
std::string pending_changes(const NodeNetwork& network, std::int64_t now);

/// The lines of "diff -u" of two texts, without its two first ones.
std::string unified_diff(const std::string& before, const std::string& after);

/// One interface as the API shows it.
Json shown_interface(NodeNetwork& network, const std::string& name);

}  // namespace pmx::sim
