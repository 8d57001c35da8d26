#include "sim/incidents.h"

#include <algorithm>

#include "sim/call.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

bool begins_with(const std::vector<std::string>& all, const std::vector<std::string>& first) {
  return first.size() <= all.size() && std::equal(first.begin(), first.end(), all.begin());
}

/// What the other nodes log when a node comes or goes.
void log_membership(State& state, std::size_t changed, bool online, std::int64_t now) {
  const auto& nodes = state.inventory.nodes;
  NodeLog& log = state.incidents.log;
  const std::string number = std::to_string(changed + 1);
  std::string members;
  std::size_t count = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].online) continue;
    members += " " + std::to_string(i + 1);
    ++count;
  }
  for (const NodeState& node : nodes) {
    if (!node.online || &node == &nodes[changed]) continue;
    const std::string corosync = "corosync[1021]";
    if (online) {
      log.add(now, node.name, corosync, "[KNET  ] rx: host: " + number + " link: 0 is up");
    } else {
      log.add(now, node.name, corosync, "[KNET  ] link: host: " + number + " link: 0 is down");
      log.add(now, node.name, corosync, "[KNET  ] host: host: " + number + " has no active links");
      log.add(now + 2737, node.name, corosync,
              "[TOTEM ] A processor failed, forming new configuration: token timed out (3650ms), "
              "waiting 4380ms for consensus.");
    }
    log.add(now + 7100, node.name, corosync,
            "[QUORUM] Members[" + std::to_string(count) + "]:" + members);
    if (count * 2 <= nodes.size())
      log.add(now + 7200, node.name, "pmxcfs[978]", "[status] notice: node lost quorum");
  }
}

/// What a node told last of its guests is all that is known of them from now on.
void keep_last_samples(Inventory& inventory, const NodeState& node, std::int64_t now) {
  if (!inventory.reports_at_once) return;
  for (auto& [vmid, guest] : inventory.guests)
    if (&inventory.node_of(guest) == &node) guest.sample = sample_of(guest, now / 1000);
}

void log_memberships(State& state, std::int64_t now) {
  const auto& nodes = state.inventory.nodes;
  auto& known = state.incidents.online;
  if (known.size() != nodes.size()) known.assign(nodes.size(), true);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].online == known[i]) continue;
    known[i] = nodes[i].online;
    if (!known[i]) keep_last_samples(state.inventory, nodes[i], now);
    log_membership(state, i, known[i], now);
  }
}

}  // namespace

const std::vector<IncidentKind>& incident_kinds() {
  static const std::vector<IncidentKind> kAll = [] {
    std::vector<IncidentKind> all;
    for (const auto& list : {storage_incidents(), node_incidents(), guest_incidents()})
      all.insert(all.end(), list.begin(), list.end());
    return all;
  }();
  return kAll;
}

const IncidentKind* find_incident_kind(std::string_view name) {
  for (const IncidentKind& kind : incident_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

Result<void> begin_incident(State& state, std::string_view name,
                            const std::vector<std::string>& arguments, std::int64_t now) {
  for (const Incident& one : state.incidents.active)
    if (one.name == name && one.arguments == arguments)
      return Error{Code::kAlreadyExists, std::string(name) + " is under way already",
                   "end it by: end " + std::string(name)};
  Incident incident{std::string(name), arguments, now, 0, 0};
  PMX_TRY_VOID(find_incident_kind(name)->begin(state, incident));
  state.incidents.active.push_back(std::move(incident));
  return {};
}

Result<void> end_incident(State& state, std::string_view name,
                          const std::vector<std::string>& arguments, std::int64_t now) {
  const auto ends = [&](const Incident& one) {
    return one.name == name && begins_with(one.arguments, arguments);
  };
  auto& active = state.incidents.active;
  if (std::none_of(active.begin(), active.end(), ends))
    return Error{Code::kNotFound, "no incident " + std::string(name) + " is under way", ""};
  for (const Incident& one : active)
    if (const IncidentKind* kind = find_incident_kind(name); ends(one) && kind->end != nullptr)
      kind->end(state, one, now);
  std::erase_if(active, ends);
  return {};
}

void advance_incidents(State& state, std::int64_t now) {
  log_memberships(state, now);
  for (;;) {
    Incident* next = nullptr;
    for (Incident& one : state.incidents.active)
      if (one.due != 0 && one.due <= now && (next == nullptr || one.due < next->due)) next = &one;
    if (next == nullptr) break;
    const std::int64_t at = std::exchange(next->due, 0);
    ++next->steps;
    state.storages.now = at / 1000;
    find_incident_kind(next->name)->step(state, *next, at);
  }
  state.storages.now = now / 1000;
}

}  // namespace pmx::sim
