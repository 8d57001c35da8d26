// /cluster/ha: resources and groups, and what the manager says of itself. Rules are in
// api_ha_rules.cpp.
#include <ctime>

#include "sim/call.h"
#include "sim/quorum.h"
#include "sim/values.h"

namespace pmx::sim {
namespace {

constexpr const char* kMigrated = "ha groups have been migrated to rules";

/// PVE's words around what goes wrong under the lock of the HA files.
Answer locked_failure(const std::string& what, const std::string& why) {
  return failure(500, what + ": " + why);
}

std::optional<Answer> refuse_changed(const Call& call, const SectionFile& file,
                                     const std::string& what) {
  auto refused = refuse_digest(call.params, file.digest());
  if (refused) refused->message = what + ": " + refused->message;
  return refused;
}

const GuestState* guest_by(const Call& call, const std::string& name) {
  const auto guest = call.state.inventory.guests.find(std::atoi(name.c_str()));
  return guest == call.state.inventory.guests.end() ? nullptr : &guest->second;
}

/// "vm:100" of {sid}, which may be a VMID alone; empty when that is no guest's.
std::string id_of(const Call& call) {
  const std::string sid = call.text("sid");
  if (sid.find(':') != std::string::npos) return sid;
  const GuestState* guest = guest_by(call, sid);
  return guest == nullptr ? "" : ha_id(*guest);
}

Answer no_guest(const Call& call) {
  return failure(500,
                 "unable to detect SID from VMID - VM/CT " + call.text("sid") + " does not exist");
}

Json shown(const Call& call, const SectionFile& file, const std::string& key,
           const std::string& id) {
  static const Json kTypes =
      parse_json(
          R"({"max_restart": {"type": "integer"}, "max_relocate": {"type": "integer"},
          "failback": {"type": "boolean"}, "auto-rebalance": {"type": "boolean"},
          "nofailback": {"type": "boolean"}, "restricted": {"type": "boolean"}})")
          .value();
  const Section& section = *file.find(id);
  Json out = shown_values(kTypes, section.values);
  out[key] = id;
  out["type"] = section.type;
  out["digest"] = file.digest();
  if (call.is_9()) out.erase("group");
  return out;
}

Answer list_resources(const Call& call) {
  const HaState& ha = call.state.ha;
  Json out = Json::array();
  for (const auto& [id, resource] : ha.resources.sections) {
    if (call.has("type") && call.text("type") != resource.type) continue;
    Json row = shown(call, ha.resources, "sid", id);
    const std::string group(string_member(row, "group"));
    if (!group.empty() && ha.groups.find(group) == nullptr)
      row["errors"]["group"] = "group '" + group + "' does not exist";
    out.push_back(std::move(row));
  }
  return ok(std::move(out));
}

Answer read_resource(const Call& call) {
  const std::string id = id_of(call);
  if (id.empty()) return no_guest(call);
  if (call.state.ha.resources.find(id) == nullptr)
    return failure(500, "no such resource '" + id + "'");
  return ok(shown(call, call.state.ha.resources, "sid", id));
}

/// Why `id` cannot be a resource: 8.x does not mind a guest of the other kind.
std::optional<Answer> refuse_guest(const Call& call, const std::string& id,
                                   const GuestState* guest) {
  const std::string vmid = id.substr(id.find(':') + 1);
  if (guest == nullptr) return failure(500, "resource '" + id + "' does not exist in cluster");
  if (!call.is_9() || ha_id(*guest) == id) return std::nullopt;
  return failure(500, "resource '" + id + "' - guest with ID " + vmid + " is not a " +
                          (id.starts_with("vm:") ? "VM" : "container"));
}

Answer create_resource(const Call& call) {
  const std::string id = id_of(call);
  if (id.empty()) return no_guest(call);
  const std::string type = id.substr(0, id.find(':'));
  if (call.has("type") && call.text("type") != type) return failure(500, "types does not match");
  if (call.is_9() && call.has("group"))
    return failure(500, std::string("invalid parameter 'group': ") + kMigrated);
  if (type != "vm" && type != "ct") return failure(500, "unknown section type '" + type + "'");
  const GuestState* guest = guest_by(call, id.substr(id.find(':') + 1));
  if (auto refused = refuse_guest(call, id, guest)) return *refused;
  HaState& ha = call.state.ha;
  if (ha.resources.find(id) != nullptr)
    return locked_failure("create resource failed", "resource ID '" + id + "' already defined");
  Values values = stored_values(call.params, {"sid", "type"});
  if (ha_id(*guest) == id)
    add_ha_resource(call.state, call.state.inventory.guests.at(guest->vmid), std::move(values),
                    call.now);
  else
    ha.resources.sections[id] = {type, std::move(values)};
  return ok(nullptr);
}

Answer update_resource(const Call& call) {
  const std::string id = id_of(call);
  if (id.empty()) return no_guest(call);
  HaState& ha = call.state.ha;
  const std::string what = "update resources config failed";
  if (call.is_9() && call.has("group"))
    return failure(500, std::string("invalid parameter 'group': ") + kMigrated);
  if (call.has("group") && ha.groups.find(call.text("group")) == nullptr)
    return failure(500, "HA group '" + call.text("group") + "' does not exist");
  if (auto refused = refuse_changed(call, ha.resources, what)) return *refused;
  Section* resource = ha.resources.find(id);
  if (resource == nullptr) return locked_failure(what, "no such resource '" + id + "'");
  const Json* params = find_member(call.facts, "params");
  for (const std::string& key : list_items(call.text("delete")))
    if (!params->contains(key) || key == "sid" || key == "digest" || key == "delete")
      return locked_failure(what, "no such option '" + key + "'");
  change_values(resource->values, call.params, {"sid"});
  if (const auto service = ha.services.find(id); service != ha.services.end())
    service->second.due = (call.now / 10'000 + 1) * 10'000;
  return ok(nullptr);
}

Answer delete_resource(const Call& call) {
  const std::string id = id_of(call);
  if (id.empty()) return no_guest(call);
  if (call.state.ha.resources.find(id) == nullptr)
    return failure(500, "cannot delete service '" + id + "', not HA managed!");
  remove_ha_resource(call.state, id);
  return ok(nullptr);
}

Answer request_move(const Call& call, bool relocate) {
  const std::string id = id_of(call);
  if (id.empty()) return no_guest(call);
  if (call.state.ha.resources.find(id) == nullptr)
    return failure(500, "resource '" + id + "' is not HA managed");
  request_ha_node(call.state, id, call.text("node"), relocate, call.now);
  if (!call.is_9()) return ok(nullptr);
  return ok({{"sid", id}, {"requested-node", call.text("node")}});
}

Answer migrate(const Call& call) { return request_move(call, false); }
Answer relocate(const Call& call) { return request_move(call, true); }

/// 9.x has no groups any more; `verb` is what a call wanted of them.
std::optional<Answer> refuse_groups(const Call& call, const std::string& verb) {
  if (!call.is_9()) return std::nullopt;
  return failure(500, "cannot " + verb + ": " + kMigrated);
}

Answer list_groups(const Call& call) {
  if (auto refused = refuse_groups(call, "index groups")) return *refused;
  Json out = Json::array();
  for (const auto& [id, group] : call.state.ha.groups.sections)
    out.push_back(shown(call, call.state.ha.groups, "group", id));
  return ok(std::move(out));
}

Answer read_group(const Call& call) {
  if (auto refused = refuse_groups(call, "read group")) return *refused;
  const std::string id = call.text("group");
  if (call.state.ha.groups.find(id) == nullptr)
    return failure(500, "no such ha group '" + id + "'");
  return ok(shown(call, call.state.ha.groups, "group", id));
}

Answer create_group(const Call& call) {
  if (auto refused = refuse_groups(call, "create group")) return *refused;
  const std::string id = call.text("group");
  SectionFile& groups = call.state.ha.groups;
  if (groups.find(id) != nullptr)
    return locked_failure("create ha group failed", "ha group ID '" + id + "' already defined");
  groups.sections[id] = {"group", stored_values(call.params, {"group", "type"})};
  return ok(nullptr);
}

Answer update_group(const Call& call) {
  if (auto refused = refuse_groups(call, "update group")) return *refused;
  const std::string id = call.text("group");
  const std::string what = "update ha group failed";
  SectionFile& groups = call.state.ha.groups;
  if (auto refused = refuse_changed(call, groups, what)) return *refused;
  Section* group = groups.find(id);
  if (group == nullptr) return locked_failure(what, "no such ha group '" + id + "'");
  const Json* params = find_member(call.facts, "params");
  for (const std::string& key : list_items(call.text("delete"))) {
    if (key == "nodes") return locked_failure(what, "unable to delete required option 'nodes'");
    if (!params->contains(key) || key == "group" || key == "digest" || key == "delete")
      return locked_failure(what, "no such option '" + key + "'");
  }
  change_values(group->values, call.params, {"group"});
  return ok(nullptr);
}

Answer delete_group(const Call& call) {
  if (auto refused = refuse_groups(call, "delete group")) return *refused;
  const std::string id = call.text("group");
  for (const auto& [sid, resource] : call.state.ha.resources.sections)
    if (const auto group = resource.values.find("group");
        group != resource.values.end() && group->second == id)
      return locked_failure("delete ha group failed", "ha group is used by service '" + sid + "'");
  call.state.ha.groups.sections.erase(id);
  return ok(nullptr);
}

/// As Perl's localtime prints it, in UTC.
std::string local_time(std::int64_t seconds) {
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S %Y", &parts);
  return text.data();
}

bool has_services(const Call& call, const NodeState& node) {
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (guest.ha && call.state.inventory.node_of(guest).name == node.name) return true;
  return false;
}

void add_manager(const Call& call, Json& out) {
  const std::string master = ha_manager(call.state.inventory).name;
  const std::int64_t time = call.now / 10'000 * 10;
  const bool active = !call.state.ha.resources.sections.empty();
  if (manager_runs(call.state))
    out.push_back(
        {{"id", "master"},
         {"type", "master"},
         {"node", master},
         {"status", master + (active ? " (active, " : " (idle, ") + local_time(time) + ")"},
         {"timestamp", time}});
  if (!call.is_9()) return;
  Json fencing{{"id", "fencing"}, {"type", "fencing"}, {"node", master}};
  const std::string& mode = call.state.ha.disarmed;
  if (!manager_runs(call.state)) {
    fencing["node"] = call.state.inventory.nodes[call.asked].name;
    fencing["armed-state"] = "standby";
    fencing["status"] = "standby (CRM watchdog standby)";
  } else if (mode.empty()) {
    fencing["armed-state"] = "armed";
    fencing["status"] = "armed (CRM watchdog active)";
  } else {
    fencing["armed-state"] = "disarmed";
    fencing["resource_mode"] = mode;
    fencing["status"] = "disarmed, resource mode: " + mode + " (CRM watchdog released)";
  }
  out.push_back(std::move(fencing));
}

void add_agents(const Call& call, Json& out) {
  if (!manager_runs(call.state)) return;
  for (const NodeState& node : call.state.inventory.nodes) {
    const std::int64_t time = call.now / 5'000 * 5;
    const bool active = has_services(call, node);
    const std::string state = !node.online ? "old timestamp - dead?" : active ? "active" : "idle";
    const std::string guard =
        call.is_9() ? (active ? ", watchdog active" : ", watchdog standby") : "";
    out.push_back({{"id", "lrm:" + node.name},
                   {"type", "lrm"},
                   {"node", node.name},
                   {"status", node.name + " (" + state + guard + ", " + local_time(time) + ")"},
                   {"timestamp", time}});
  }
}

void add_services(const Call& call, Json& out) {
  const HaState& ha = call.state.ha;
  for (const auto& [id, resource] : ha.resources.sections) {
    const GuestState* guest = guest_by(call, id.substr(3));
    const std::string node = guest == nullptr ? "---" : call.state.inventory.node_of(*guest).name;
    const std::string state = shown_ha_state(ha, id);
    Json row{{"id", "service:" + id},
             {"type", "service"},
             {"sid", id},
             {"node", guest == nullptr ? Json() : Json(node)},
             {"state", state},
             {"status", id + " (" + node + ", " + state + ")"},
             {"request_state", wanted_state(resource)}};
    const Json values = shown(call, ha.resources, "sid", id);
    row["max_restart"] = values.value("max_restart", 1);
    row["max_relocate"] = values.value("max_relocate", 1);
    if (call.is_9()) row["failback"] = values.value("failback", 1);
    for (const char* key : {"comment", "group"})
      if (values.contains(key)) row[key] = values[key];
    if (ha.services.contains(id)) row["crm_state"] = state;
    out.push_back(std::move(row));
  }
}

Answer status(const Call& call) {
  const std::string node = call.state.inventory.nodes[call.asked].name;
  const bool quorate = is_quorate(call.state.inventory);
  Json out = Json::array({{{"id", "quorum"},
                           {"type", "quorum"},
                           {"node", node},
                           {"status", quorate ? "OK" : "No quorum on node '" + node + "'!"},
                           {"quorate", quorate ? 1 : 0}}});
  add_manager(call, out);
  add_agents(call, out);
  add_services(call, out);
  return ok(std::move(out));
}

Json service_status(const Call& call) {
  Json out = Json::object();
  for (const auto& [id, service] : call.state.ha.services) {
    const GuestState* guest = guest_by(call, id.substr(3));
    if (guest == nullptr || service.state.empty()) continue;
    out[id] = {{"node", call.state.inventory.node_of(*guest).name},
               {"state", service.state},
               {"running", guest->power == Power::kStopped ? 0 : 1}};
  }
  return out;
}

Answer manager_status(const Call& call) {
  const auto& nodes = call.state.inventory.nodes;
  const bool quorate = is_quorate(call.state.inventory);
  Json manager{{"node_status", Json::object()}};
  Json out{{"quorum", {{"node", nodes[call.asked].name}, {"quorate", quorate ? "1" : ""}}}};
  if (manager_runs(call.state)) {
    manager["master_node"] = ha_manager(call.state.inventory).name;
    manager["timestamp"] = call.now / 10'000 * 10;
    manager["service_status"] = service_status(call);
    for (const NodeState& node : nodes) {
      manager["node_status"][node.name] = ha_node_state(call.state.ha, node.name);
      out["lrm_status"][node.name] = {
          {"mode", "active"},
          {"state", has_services(call, node) ? "active" : "wait_for_agent_lock"},
          {"results", Json::object()},
          {"timestamp", call.now / 5'000 * 5}};
    }
  }
  out["manager_status"] = std::move(manager);
  return ok(std::move(out));
}

Answer disarm(const Call& call) {
  if (manager_runs(call.state)) call.state.ha.disarmed = call.text("resource-mode");
  return ok(nullptr);
}

Answer arm(const Call& call) {
  call.state.ha.disarmed.clear();
  return ok(nullptr);
}

}  // namespace

void add_ha_handlers(Handlers& handlers) {
  const std::string base = "/cluster/ha/";
  handlers["GET " + base + "resources"] = list_resources;
  handlers["POST " + base + "resources"] = create_resource;
  handlers["GET " + base + "resources/{sid}"] = read_resource;
  handlers["PUT " + base + "resources/{sid}"] = update_resource;
  handlers["DELETE " + base + "resources/{sid}"] = delete_resource;
  handlers["POST " + base + "resources/{sid}/migrate"] = migrate;
  handlers["POST " + base + "resources/{sid}/relocate"] = relocate;
  handlers["GET " + base + "groups"] = list_groups;
  handlers["POST " + base + "groups"] = create_group;
  handlers["GET " + base + "groups/{group}"] = read_group;
  handlers["PUT " + base + "groups/{group}"] = update_group;
  handlers["DELETE " + base + "groups/{group}"] = delete_group;
  handlers["GET " + base + "status/current"] = status;
  handlers["GET " + base + "status/manager_status"] = manager_status;
  handlers["POST " + base + "status/disarm-ha"] = disarm;
  handlers["POST " + base + "status/arm-ha"] = arm;
  add_ha_rule_handlers(handlers);
}

}  // namespace pmx::sim
