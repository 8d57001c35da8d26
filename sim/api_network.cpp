// /nodes/{node}/network: the node's interfaces, changed in a pending file until they are applied.
#include "sim/call.h"
#include "sim/pattern.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

NodeNetwork& network_of(const Call& call) {
  auto& networks = call.state.networks;
  const std::string node = call.text("node");
  const auto known = networks.find(node);
  if (known != networks.end()) return known->second;
  const Inventory& inventory = call.state.inventory;
  const NodeState& state = inventory.nodes[inventory.node_index(node).value_or(0)];
  return networks[node] = make_network(call.state.scenario, state);
}

/// An interface as the node shows it now: a port may have lost its link.
Json interface_now(const Call& call, NodeNetwork& network, const std::string& name) {
  const Inventory& inventory = call.state.inventory;
  const NodeState& node = inventory.nodes[inventory.node_index(call.text("node")).value_or(0)];
  Json row = shown_interface(network, name);
  if (name == "eno1" && call.now / 1000 < node.link_back) row.erase("active");
  return row;
}

Answer no_interface() { return bad_parameters({{"iface", "interface does not exist"}}); }

bool fits_filter(const std::string& filter, const std::string& type) {
  const bool bridge = type == "bridge" || type == "OVSBridge";
  if (filter == "any_bridge" || filter == "any_local_bridge") return bridge;
  return filter.empty() || filter == "include_sdn" || filter == type;
}

Answer list_interfaces(const Call& call) {
  NodeNetwork& network = network_of(call);
  Answer answer = ok(Json::array());
  for (const std::string& name : network.edited().order) {
    if (!fits_filter(call.text("type"), network.edited().all.at(name).at("type"))) continue;
    Json row = interface_now(call, network, name);
    row["iface"] = name;
    answer.data.push_back(std::move(row));
  }
  if (std::string changes = pending_changes(network, call.now / 1000); !changes.empty())
    answer.more["changes"] = std::move(changes);
  return answer;
}

Answer read_interface(const Call& call) {
  NodeNetwork& network = network_of(call);
  const std::string name = call.text("iface");
  if (network.edited().find(name) == nullptr) return no_interface();
  return ok(interface_now(call, network, name));
}

/// The bits of "24" or "255.255.255.0".
std::string bits_of(const std::string& mask) {
  if (mask.find('.') == std::string::npos) return mask;
  int bits = 0;
  for (std::size_t at = 0; at != std::string::npos; at = mask.find('.', at)) {
    if (mask[at] == '.') ++at;
    for (int octet = std::atoi(mask.c_str() + at); octet > 0; octet = (octet << 1) & 0xFF) ++bits;
  }
  return std::to_string(bits);
}

/// "cidr" and the pair of address and netmask are two ways to say the same.
void complete_address(Values& values, const std::string& suffix) {
  const auto cidr = values.find("cidr" + suffix);
  if (cidr != values.end()) {
    const auto slash = cidr->second.find('/');
    values["address" + suffix] = cidr->second.substr(0, slash);
    values["netmask" + suffix] = cidr->second.substr(slash + 1);
  } else if (values.contains("address" + suffix)) {
    values["netmask" + suffix] = bits_of(values["netmask" + suffix]);
    values["cidr" + suffix] = values["address" + suffix] + "/" + values["netmask" + suffix];
  }
}

/// What a call gives an interface; how it gets its address follows from whether it has one.
Values given_values(const Call& call) {
  Values values = stored_values(call.params, {"node", "iface", "delete"});
  complete_address(values, "");
  complete_address(values, "6");
  values["method"] = values.contains("address") ? "static" : "manual";
  values["method6"] = values.contains("address6") ? "static" : "manual";
  if (auto comments = values.find("comments"); comments != values.end())
    if (!comments->second.ends_with('\n')) comments->second += '\n';
  return values;
}

/// What each type has without being told.
void complete_type(const std::string& name, Values& values) {
  if (values["type"] == "bridge") {
    values.try_emplace("bridge_ports", "");
    values.try_emplace("bridge_stp", "off");
    values.try_emplace("bridge_fd", "0");
  }
  const auto dot = name.rfind('.');
  if (values["type"] == "vlan" && dot != std::string::npos) {
    values.try_emplace("vlan-raw-device", name.substr(0, dot));
    values.try_emplace("vlan-id", name.substr(dot + 1));
  }
  if (values["type"] == "vlan" && dot == std::string::npos && matches_pattern("vlan\\d+", name))
    values.try_emplace("vlan-id", name.substr(4));
}

std::optional<Answer> refuse_gateway(const Call& call, Interfaces& interfaces) {
  for (const std::string key : {"gateway", "gateway6"}) {
    if (!call.has(key)) continue;
    for (const auto& [name, values] : interfaces.all)
      if (name != call.text("iface") && values.contains(key))
        return bad_parameters(
            {{key, "Default gateway already exists on interface '" + name + "'."}});
  }
  return std::nullopt;
}

std::optional<Answer> refuse_switch(const Call& call) {
  if (!call.text("type").starts_with("OVS")) return std::nullopt;
  return failure(500, "Open VSwitch is not installed (need package 'openvswitch-switch')");
}

/// Takes over the interfaces when they fit together.
Answer save(const Call& call, Interfaces interfaces) {
  if (std::string bad = interfaces_complaint(interfaces); !bad.empty()) return failure(500, bad);
  network_of(call).edit() = std::move(interfaces);
  return ok(nullptr);
}

Answer create_interface(const Call& call) {
  Interfaces interfaces = network_of(call).edited();
  const std::string name = call.text("iface");
  if (interfaces.find(name) != nullptr)
    return bad_parameters({{"iface", "interface already exists"}});
  if (auto refused = refuse_gateway(call, interfaces)) return *refused;
  if (auto refused = refuse_switch(call)) return *refused;
  Values values = given_values(call);
  complete_type(name, values);
  interfaces.set(name, std::move(values));
  return save(call, std::move(interfaces));
}

void drop_values(Values& values, const std::string& list) {
  for (const std::string& key : list_items(list)) {
    values.erase(key);
    const std::string suffix = key.ends_with('6') ? "6" : "";
    if (key != "cidr" + suffix && key != "address" + suffix) continue;
    for (const char* part : {"cidr", "address", "netmask"}) values.erase(part + suffix);
  }
}

Answer update_interface(const Call& call) {
  Interfaces interfaces = network_of(call).edited();
  const std::string name = call.text("iface");
  Values* values = interfaces.find(name);
  if (values == nullptr) return no_interface();
  drop_values(*values, call.text("delete"));
  if (auto refused = refuse_gateway(call, interfaces)) return *refused;
  if (auto refused = refuse_switch(call)) return *refused;
  for (auto& [key, value] : given_values(call)) (*values)[key] = value;
  complete_type(name, *values);
  return save(call, std::move(interfaces));
}

Answer delete_interface(const Call& call) {
  Interfaces interfaces = network_of(call).edited();
  if (interfaces.find(call.text("iface")) == nullptr) return no_interface();
  interfaces.erase(call.text("iface"));
  network_of(call).edit() = std::move(interfaces);
  return ok(nullptr);
}

Answer revert(const Call& call) {
  network_of(call).pending.reset();
  return ok(nullptr);
}

/// What was pending is in force when the reload ends.
Answer apply(const Call& call) {
  network_of(call);
  const Inventory& inventory = call.state.inventory;
  TaskPlan plan;
  plan.type = "srvreload";
  plan.id = "networking";
  plan.duration = 1500;
  plan.effect = [](State& state, const Task& task) {
    NodeNetwork& network = state.networks[task.node];
    if (!network.pending) return;
    network.file = interfaces_text(*network.pending);
    network.current = std::move(*network.pending);
    network.pending.reset();
  };
  const NodeState& node = inventory.nodes[inventory.node_index(call.text("node")).value_or(0)];
  return ok(call.state.tasks.fork(node, call.caller, std::move(plan), call.now));
}

}  // namespace

NodeNetwork make_network(Scenario scenario, const NodeState& node, Planted* planted) {
  if (scenario == Scenario::kLab)
    return installed_network(node, "eth0", node.ip.substr(0, node.ip.rfind('.')) + ".254");
  NodeNetwork network = installed_network(node, "eno1", gateway_of(node));
  Interfaces& all = network.current;
  all.all["eno1"]["exists"] = "1";
  all.set("eno2", {{"type", "eth"}, {"method", "manual"}, {"exists", "1"}});
  all.set("bond0", {{"type", "bond"},
                    {"method", "manual"},
                    {"slaves", "eno1 eno2"},
                    {"bond_mode", "802.3ad"},
                    {"bond_xmit_hash_policy", "layer3+4"},
                    {"autostart", "1"}});
  Values& bridge = all.all["vmbr0"];
  bridge["bridge_ports"] = "bond0";
  bridge["bridge_vlan_aware"] = "1";
  bridge["bridge_vids"] = "2-4094";
  std::string storage = node.ip;  // the same host in the next network
  const auto last = storage.rfind('.');
  storage.replace(storage.rfind('.', last - 1), std::string::npos, ".9" + storage.substr(last));
  plant(planted, "ip", storage);
  all.set("bond0.9", {{"type", "vlan"},
                      {"method", "static"},
                      {"address", storage},
                      {"netmask", "24"},
                      {"cidr", storage + "/24"},
                      {"vlan-raw-device", "bond0"},
                      {"vlan-id", "9"},
                      {"mtu", "9000"},
                      {"comments", "storage\n"},
                      {"autostart", "1"}});
  network.file = interfaces_text(network.current);
  return network;
}

void add_network_handlers(Handlers& handlers) {
  handlers["GET /nodes/{node}/network"] = list_interfaces;
  handlers["POST /nodes/{node}/network"] = create_interface;
  handlers["PUT /nodes/{node}/network"] = apply;
  handlers["DELETE /nodes/{node}/network"] = revert;
  handlers["GET /nodes/{node}/network/{iface}"] = read_interface;
  handlers["PUT /nodes/{node}/network/{iface}"] = update_interface;
  handlers["DELETE /nodes/{node}/network/{iface}"] = delete_interface;
}

}  // namespace pmx::sim
