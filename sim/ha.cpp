#include "sim/ha.h"

#include "sim/call.h"
#include "sim/quorum.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kRound = 10'000;  ///< between two looks of the manager, milliseconds
constexpr std::int64_t kMove = 6'000;    ///< a migration, milliseconds

bool manager_runs(const State& state) { return state.scenario != Scenario::kLab; }

/// When the manager looks next.
std::int64_t next_round(std::int64_t now) { return (now / kRound + 1) * kRound; }

GuestState* guest_of(State& state, const std::string& id) {
  const auto guest = state.inventory.guests.find(std::atoi(id.substr(id.find(':') + 1).c_str()));
  return guest == state.inventory.guests.end() ? nullptr : &guest->second;
}

/// Forks a task of the manager's about a guest; `power` is what the guest does at its end.
void fork_for(State& state, const GuestState& guest, const std::string& verb, std::int64_t duration,
              Power power, std::int64_t now) {
  TaskPlan plan;
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

/// The manager looks at one resource.
void look_at(State& state, const std::string& id, HaService& service, const Section& resource) {
  GuestState* guest = guest_of(state, id);
  const std::int64_t now = service.due;
  if (guest == nullptr) {
    service.state = "error";
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

void advance_ha(State& state, std::int64_t now) {
  if (!is_quorate(state.inventory)) return;
  for (auto& [id, service] : state.ha.services)
    while (service.due != 0 && service.due <= now)
      look_at(state, id, service, *state.ha.resources.find(id));
}

}  // namespace pmx::sim
