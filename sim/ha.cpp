#include "sim/ha.h"

#include <algorithm>
#include <optional>

#include "sim/call.h"
#include "sim/quorum.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kRound = 10'000;       ///< between two looks of the manager, milliseconds
constexpr std::int64_t kMove = 6'000;         ///< a migration, milliseconds
constexpr std::int64_t kFenceDelay = 60'000;  ///< how long a node may be silent
constexpr std::int64_t kAgentLock = 60'000;   ///< until the lock of a silent node can be taken

/// When the manager looks next.
std::int64_t next_round(std::int64_t now) { return (now / kRound + 1) * kRound; }

void say(State& state, std::int64_t at, const std::string& text) {
  state.incidents.log.add(at, ha_manager(state.inventory).name, "pve-ha-crm[1187]", text);
}

void change_node(State& state, const std::string& name, const std::string& from,
                 const std::string& to, std::int64_t at) {
  say(state, at, "node '" + name + "': state changed from '" + from + "' => '" + to + "'");
}

void change_service(State& state, const std::string& id, HaService& service, const std::string& to,
                    std::int64_t at, const std::string& more = "") {
  say(state, at,
      "service '" + id + "': state changed from '" + service.state + "' to '" + to + "'" + more);
  service.state = to;
}

GuestState* guest_of(State& state, const std::string& id) {
  const auto guest = state.inventory.guests.find(std::atoi(id.substr(id.find(':') + 1).c_str()));
  return guest == state.inventory.guests.end() ? nullptr : &guest->second;
}

/// Forks a task of the manager's about a guest; `power` is what the guest does at its end.
void fork_for(State& state, const GuestState& guest, const std::string& verb, std::int64_t duration,
              Power power, std::int64_t now, const std::string& exit = "OK") {
  TaskPlan plan;
  plan.exit = exit;
  plan.type = (guest.kind == GuestKind::kQemu ? "qm" : "vz") + verb;
  plan.id = std::to_string(guest.vmid);
  plan.duration = duration;
  plan.effect = [power](State& later, const Task& task) {
    GuestState* of_task = guest_of(later, ":" + task.plan.id);
    if (of_task == nullptr || of_task->power == power) return;
    of_task->power = power;
    of_task->since = power == Power::kStopped ? 0 : task.end() / 1000;
  };
  state.tasks.fork(state.inventory.node_of(guest), Caller{"root@pam", ""}, std::move(plan), now);
}

/// A move that was asked for begins, or ends.
void move_service(State& state, HaService& service, GuestState& guest) {
  const auto target = state.inventory.node_index(service.target);
  const std::string moving = service.relocates ? "relocate" : "migrate";
  const bool possible =
      target && state.inventory.nodes[*target].online && static_cast<int>(*target) != guest.node;
  if (service.state != moving && possible) {
    service.state = moving;
    fork_for(state, guest, "migrate", kMove, guest.power, service.due);
    service.due += kMove;
    return;
  }
  if (possible) guest.node = static_cast<int>(*target);
  service.target.clear();
  service.state = "started";
  service.due = next_round(service.due);
}

bool is_lost(const State& state, const GuestState& guest) {
  return state.ha.lost.contains(state.inventory.node_of(guest).name);
}

/// The manager looks at one resource.
void look_at(State& state, const std::string& id, HaService& service, const Section& resource) {
  GuestState* guest = guest_of(state, id);
  const std::int64_t now = service.due;
  if (guest == nullptr) {
    service.state = "error";
    service.due = 0;
    return;
  }
  if (is_lost(state, *guest)) {  // the manager waits for the node, or fences it
    service.due = 0;
    return;
  }
  if (!service.target.empty()) {
    move_service(state, service, *guest);
    return;
  }
  const std::string wanted = wanted_state(resource);
  service.due = 0;
  service.state = wanted == "disabled" ? "stopped" : wanted;
  const bool runs = guest->power != Power::kStopped;
  if (wanted == "started" && !runs && guest->lock().empty())
    fork_for(state, *guest, "start", 1800, Power::kRunning, now);
  if ((wanted == "stopped" || wanted == "disabled") && runs)
    fork_for(state, *guest, "shutdown", 1800, Power::kStopped, now);
}

/// Resources come back from a dead node when they are to be started or stopped there, not when they
/// are disabled or ignored.
bool is_recovered(const Section& resource) {
  const std::string wanted = wanted_state(resource);
  return wanted == "started" || wanted == "stopped";
}

/// Calls `act` for each resource to be recovered whose guest is on `node`.
template <class Act>
void for_services_on(State& state, const std::string& node, const Act& act) {
  for (auto& [id, service] : state.ha.services) {
    GuestState* guest = guest_of(state, id);
    const Section* resource = state.ha.resources.find(id);
    if (guest != nullptr && resource != nullptr && is_recovered(*resource) &&
        state.inventory.node_of(*guest).name == node)
      act(id, service, *guest, *resource);
  }
}

std::size_t services_on(const State& state, std::size_t node) {
  return static_cast<std::size_t>(std::count_if(
      state.inventory.guests.begin(), state.inventory.guests.end(),
      [&](auto& one) { return one.second.ha && one.second.node == static_cast<int>(node); }));
}

/// The nodes that groups of 8.x and rules of 9.x prefer for a resource, each once; empty = any.
std::vector<std::string> preferred_nodes(const HaState& ha, const std::string& id,
                                         const Section& resource) {
  std::string named;
  if (const Section* group = ha.groups.find(resource.text("group")); group != nullptr)
    named = group->text("nodes");
  for (const auto& [name, rule] : ha.rules.sections) {
    const auto items = list_items(rule.text("resources"));
    if (rule.type == "node-affinity" && rule.text("disable") != "1" &&
        std::find(items.begin(), items.end(), id) != items.end())
      named = rule.text("nodes");
  }
  std::vector<std::string> out;
  for (const std::string& item : list_items(named)) out.push_back(item.substr(0, item.find(':')));
  return out;
}

/// Where a resource comes up again: on a preferred node if one is there, else on the one with the
/// fewest resources.
std::optional<std::size_t> recovery_node(const State& state, const std::string& id,
                                         const Section& resource) {
  const auto preferred = preferred_nodes(state.ha, id, resource);
  std::optional<std::size_t> best;
  bool best_preferred = false;
  const auto& nodes = state.inventory.nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].online || state.ha.lost.contains(nodes[i].name)) continue;
    const bool wanted =
        std::find(preferred.begin(), preferred.end(), nodes[i].name) != preferred.end();
    const bool fewer = !best || services_on(state, i) < services_on(state, *best);
    if (!best || (wanted && !best_preferred) || (wanted == best_preferred && fewer)) {
      best = i;
      best_preferred = wanted;
    }
  }
  return best;
}

/// A disk that only the dead node has; empty when the guest can start anywhere.
std::string disk_left_behind(const State& state, const GuestState& guest) {
  for (const auto& [key, value] : guest.config) {
    const std::string volid = value.substr(0, value.find(','));
    const std::string storage = storage_of(volid);
    if (volid.find(':') == std::string::npos || value.find("media=cdrom") != std::string::npos)
      continue;
    if (state.storages.config.find(storage) != nullptr && state.storages.parse(volid) &&
        !state.storages.is_shared(storage))
      return volid;
  }
  return "";
}

std::string start_error(const State& state, const std::string& volid) {
  const std::string storage = storage_of(volid);
  const Section* section = state.storages.config.find(storage);
  if (section != nullptr && section->type.starts_with("lvm"))
    return "can't activate LV '" + state.storages.path(volid) +
           "':   Failed to find logical volume";
  return "volume '" + volid + "' does not exist";
}

/// The guest's configuration moves; the new node starts what is to run.
void recover(State& state, const std::string& id, HaService& service, GuestState& guest,
             const Section& resource, std::int64_t at) {
  const auto target = recovery_node(state, id, resource);
  if (!target) return;
  const std::string to = state.inventory.nodes[*target].name;
  say(state, at,
      "recover service '" + id + "' from fenced node '" + state.inventory.node_of(guest).name +
          "' to node '" + to + "'");
  const std::string left_behind = disk_left_behind(state, guest);
  guest.node = static_cast<int>(*target);
  guest.power = Power::kStopped;
  guest.since = 0;
  const std::string wanted = wanted_state(resource);
  change_service(state, id, service, wanted, at, "  (node = " + to + ")");
  if (wanted != "started") return;
  state.incidents.log.add(at + 2'000, to, "pve-ha-lrm[1203]", "starting service " + id);
  if (left_behind.empty()) {
    fork_for(state, guest, "start", 1800, Power::kRunning, at + 2'000);
    return;
  }
  fork_for(state, guest, "start", 400, Power::kStopped, at + 2'000,
           start_error(state, left_behind));
  change_service(state, id, service, "error", at + 10'000);
}

/// The node is dead for certain: what it ran can run elsewhere.
void fence(State& state, const std::string& name, std::int64_t at) {
  say(state, at, "successfully acquired lock 'ha_agent_" + name + "_lock'");
  say(state, at, "fencing: acknowledged - got agent lock for node '" + name + "'");
  change_node(state, name, "fence", "unknown", at);
  for_services_on(
      state, name,
      [&](const std::string& id, HaService& service, GuestState& guest, const Section& resource) {
        change_service(state, id, service, "recovery", at);
        recover(state, id, service, guest, resource, at);
      });
}

/// A node was silent for too long.
void begin_fencing(State& state, const std::string& name, HaNode& node) {
  bool concerned = false;
  for_services_on(state, name,
                  [&](const std::string& id, HaService& service, GuestState&, const Section&) {
                    change_service(state, id, service, "fence", node.due);
                    service.due = 0;
                    concerned = true;
                  });
  if (!concerned) {
    node.due = 0;
    return;
  }
  change_node(state, name, "unknown", "fence", node.due);
  node.state = "fence";
  node.due += kAgentLock;
}

/// Notices which nodes are gone and which are back.
void watch_nodes(State& state, std::int64_t now) {
  for (const NodeState& node : state.inventory.nodes) {
    const auto lost = state.ha.lost.find(node.name);
    if (!node.online && lost == state.ha.lost.end()) {
      state.ha.lost[node.name] = {"unknown", now + kFenceDelay};
      change_node(state, node.name, "online", "unknown", now);
    } else if (node.online && lost != state.ha.lost.end()) {
      change_node(state, node.name, lost->second.state, "online", now);
      state.ha.lost.erase(lost);
      for_services_on(state, node.name,
                      [&](const std::string&, HaService& service, GuestState&, const Section&) {
                        service.due = next_round(now);
                      });
    }
  }
}

/// Without quorum there is no manager; the next one begins anew.
void forget_lost(State& state, std::int64_t now) {
  for (const auto& [name, node] : state.ha.lost)
    for_services_on(state, name,
                    [&](const std::string&, HaService& service, GuestState&, const Section&) {
                      service.due = next_round(now);
                    });
  state.ha.lost.clear();
}

void advance_nodes(State& state, std::int64_t now) {
  for (auto& [name, node] : state.ha.lost) {
    if (node.state == "unknown" && node.due != 0 && node.due <= now)
      begin_fencing(state, name, node);
    if (node.state != "fence" || node.due > now) continue;
    fence(state, name, node.due);
    node = {"unknown", 0};
  }
}

void drop_from_rules(HaState& ha, const std::string& id) {
  for (auto rule = ha.rules.sections.begin(); rule != ha.rules.sections.end();) {
    std::string left;
    for (const std::string& item : list_items(rule->second.values["resources"]))
      if (item != id) left += (left.empty() ? "" : ",") + item;
    rule->second.values["resources"] = left;
    rule = left.empty() ? ha.rules.sections.erase(rule) : std::next(rule);
  }
}

}  // namespace

bool manager_runs(const State& state) { return state.scenario != Scenario::kLab; }

std::string ha_id(const GuestState& guest) {
  return (guest.kind == GuestKind::kQemu ? "vm:" : "ct:") + std::to_string(guest.vmid);
}

const Section* ha_resource(const HaState& ha, const GuestState& guest) {
  return ha.resources.find(ha_id(guest));
}

Json ha_list_state(const HaState& ha, const GuestState& guest) {
  if (const auto service = ha.services.find(ha_id(guest));
      service != ha.services.end() && !service->second.state.empty())
    return service->second.state;
  const Section* resource = ha_resource(ha, guest);
  if (resource == nullptr || !resource->values.contains("state")) return nullptr;
  return resource->values.at("state");
}

Json ha_status(const HaState& ha, const GuestState& guest) {
  const Section* resource = ha_resource(ha, guest);
  if (resource == nullptr) return {{"managed", 0}};
  Json out{{"managed", 1}, {"state", nullptr}};
  const auto service = ha.services.find(ha_id(guest));
  if (service != ha.services.end()) out["state"] = shown_ha_state(ha, service->first);
  if (const auto group = resource->values.find("group"); group != resource->values.end())
    out["group"] = group->second;
  return out;
}

void seed_ha(State& state) {
  for (auto& [vmid, guest] : state.inventory.guests) {
    if (!guest.ha) continue;
    const char* wanted = guest.power == Power::kStopped ? "stopped" : "started";
    add_ha_resource(state, guest, {{"state", wanted}, {"max_restart", "2"}, {"max_relocate", "1"}},
                    0);
    state.ha.services[ha_id(guest)] = {wanted, 0, "", false};
  }
}

void add_ha_resource(State& state, GuestState& guest, Values values, std::int64_t now) {
  const std::string id = ha_id(guest);
  guest.ha = true;
  state.ha.resources.sections[id] = {id.substr(0, 2), std::move(values)};
  if (manager_runs(state)) state.ha.services[id].due = next_round(now);
}

void remove_ha_resource(State& state, const std::string& id) {
  if (GuestState* guest = guest_of(state, id)) guest->ha = false;
  state.ha.resources.sections.erase(id);
  state.ha.services.erase(id);
  drop_from_rules(state.ha, id);
}

void request_ha_state(State& state, const GuestState& guest, const std::string& wanted,
                      std::int64_t now) {
  const std::string id = ha_id(guest);
  Section* resource = state.ha.resources.find(id);
  if (resource == nullptr) return;
  resource->values["state"] = wanted;
  if (const auto service = state.ha.services.find(id); service != state.ha.services.end())
    service->second.due = now;
}

void request_ha_node(State& state, const std::string& id, const std::string& node, bool relocate,
                     std::int64_t now) {
  const auto service = state.ha.services.find(id);
  if (service == state.ha.services.end()) return;
  service->second.target = node;
  service->second.relocates = relocate;
  service->second.due = next_round(now);
}

std::string wanted_state(const Section& resource) {
  const auto found = resource.values.find("state");
  return found == resource.values.end() || found->second == "enabled" ? "started" : found->second;
}

std::string shown_ha_state(const HaState& ha, const std::string& id) {
  const auto service = ha.services.find(id);
  return service == ha.services.end() || service->second.state.empty() ? "queued"
                                                                       : service->second.state;
}

std::string ha_node_state(const HaState& ha, std::string_view node) {
  const auto lost = ha.lost.find(node);
  return lost == ha.lost.end() ? "online" : lost->second.state;
}

const NodeState& ha_manager(const Inventory& inventory) {
  for (const NodeState& node : inventory.nodes)
    if (node.online) return node;
  return inventory.nodes.front();
}

void advance_ha(State& state, std::int64_t now) {
  if (!manager_runs(state)) return;
  if (!is_quorate(state.inventory)) {
    forget_lost(state, now);
    return;
  }
  watch_nodes(state, now);
  advance_nodes(state, now);
  for (auto& [id, service] : state.ha.services)
    while (service.due != 0 && service.due <= now)
      look_at(state, id, service, *state.ha.resources.find(id));
}

}  // namespace pmx::sim
