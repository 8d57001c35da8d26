// The HA stack: what is configured (resources, groups of 8.x, rules of 9.x) and the manager that
// acts on it every ten seconds. The recorded lab runs no manager, so there nothing happens. Not
// thread-safe: Cluster holds the lock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "sim/inventory.h"
#include "sim/section_file.h"

namespace pmx::sim {

struct State;

/// What the manager knows of a resource that it has taken over.
struct HaService {
  std::string state;       ///< "started", "stopped", "migrate", ... as the manager names it
  std::int64_t due = 0;    ///< when it looks at the resource next (milliseconds); 0 = it is content
  std::string target;      ///< the node that a user wants it on
  bool relocates = false;  ///< to be stopped on the way
};

/// What the manager knows of a node that it has lost.
struct HaNode {
  std::string state;     ///< "unknown", "fence"; then "unknown" again, once it is fenced
  std::int64_t due = 0;  ///< when that changes, in milliseconds; 0 = when the node is back
};

struct HaState {
  SectionFile resources;
  SectionFile groups;
  SectionFile rules;
  std::map<std::string, int> rule_order;
  std::map<std::string, HaService> services;        ///< by resource; empty where no manager runs
  std::map<std::string, HaNode, std::less<>> lost;  ///< by name; all others are "online"
  std::string disarmed;  ///< the resource mode of a disarmed stack, or empty
};

/// Whether a manager acts on what is configured; in the recorded lab none did.
bool manager_runs(const State& state);

/// "vm:100" of a guest.
std::string ha_id(const GuestState& guest);

/// The resource of a guest; nullptr when HA does not manage it.
const Section* ha_resource(const HaState& ha, const GuestState& guest);

/// What the manager, or the configuration, says of a guest in lists of the cluster: "started"; null
/// when neither does.
Json ha_list_state(const HaState& ha, const GuestState& guest);

/// The member "ha" of a guest's status.
Json ha_status(const HaState& ha, const GuestState& guest);

/// Those guests of a generated cluster that are cast as managed become resources.
void seed_ha(State& state);

/// Makes a guest a resource, as the API does.
void add_ha_resource(State& state, GuestState& guest, Values values, std::int64_t now);

/// Takes a guest's resource away and out of all rules; nothing happens when there is none.
void remove_ha_resource(State& state, const std::string& id);

/// Asks for "started", "stopped", ...; the manager acts on it at once where one runs.
void request_ha_state(State& state, const GuestState& guest, const std::string& wanted,
                      std::int64_t now);

/// Asks for another node.
void request_ha_node(State& state, const std::string& id, const std::string& node, bool relocate,
                     std::int64_t now);

/// What `wanted` means: "enabled" is the old word for started, and started is the default.
std::string wanted_state(const Section& resource);

/// The state that lists show: "queued" until the manager has seen a resource.
std::string shown_ha_state(const HaState& ha, const std::string& id);

/// "online", or what the manager makes of a node's silence.
std::string ha_node_state(const HaState& ha, std::string_view node);

/// The node that the manager runs on: the first that is there.
const NodeState& ha_manager(const Inventory& inventory);

/// Lets the manager act up to `now`. A node that it loses is fenced after a minute, and after
/// another its resources come up elsewhere.
void advance_ha(State& state, std::int64_t now);

}  // namespace pmx::sim
