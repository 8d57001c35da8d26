// /cluster/options and /cluster/config: datacenter.cfg, and how the nodes form the cluster.
#include <set>

#include "base/crypto.h"
#include "sim/call.h"

namespace pmx::sim {
namespace {

/// Options that PVE shows taken apart.
bool is_parsed(const std::string& name) {
  static const std::set<std::string> kThem{
      "crs", "ha",       "migration",   "next-id",   "notify",         "location",
      "u2f", "webauthn", "replication", "tag-style", "user-tag-access"};
  return kThem.contains(name);
}

Json shown_list(const std::string& text) {
  std::set<std::string> sorted;
  for (const std::string& item : list_items(text)) sorted.insert(item);
  return Json(sorted);
}

Json shown_option(const std::string& name, const std::string& value) {
  if (name == "registered-tags") return shown_list(value);
  if (!is_parsed(name)) return value;
  Json out = Json::object();
  for (const auto& [key, text] : property_values(value)) {
    const bool flag = key == "case-sensitive" || key == "allow-subdomains" ||
                      key.starts_with("ha-rebalance") || key.starts_with("ha-auto-rebalance");
    out[key] = flag && (text == "0" || text == "1") ? Json(std::atoi(text.c_str())) : Json(text);
  }
  if (out.contains("user-allow-list")) out["user-allow-list"] = shown_list(out["user-allow-list"]);
  return out;
}

/// What the caller may tag guests with: what is registered, what is in use, what a list allows.
Json allowed_tags(const Call& call) {
  const Values& options = call.state.datacenter.options;
  std::set<std::string> tags;
  const auto add = [&tags](const std::string& text) {
    for (const std::string& tag : list_items(text)) tags.insert(tag);
  };
  if (const auto all = options.find("registered-tags");
      all != options.end() && call.may("/", "Sys.Modify"))
    add(all->second);
  if (const auto access = options.find("user-tag-access"); access != options.end())
    add(property_values(access->second)["user-allow-list"]);
  for (const auto& [vmid, guest] : call.state.inventory.guests)
    if (call.may("/vms/" + std::to_string(vmid), "VM.Audit")) add(guest.value("tags"));
  return Json(tags);
}

Answer read_options(const Call& call) {
  const bool all = call.may("/", "Sys.Audit");
  Json out = Json::object();
  if (all) out = {{"description", ""}, {"mac_prefix", "BC:24:11"}};
  for (const auto& [name, value] : call.state.datacenter.options)
    if (all || name == "console" || name == "tag-style") out[name] = shown_option(name, value);
  out["allowed-tags"] = allowed_tags(call);
  return ok(std::move(out));
}

std::string range_complaint(const std::string& text) {
  Values range = property_values(text);
  range.try_emplace("lower", "100");
  range.try_emplace("upper", "1000000");
  if (std::atoi(range["lower"].c_str()) <= std::atoi(range["upper"].c_str())) return "";
  return "lower (" + range["lower"] + ") <= upper (" + range["upper"] + ") boundary rule broken";
}

Answer update_options(const Call& call) {
  if (call.has("next-id"))
    if (auto bad = range_complaint(call.text("next-id")); !bad.empty()) return failure(500, bad);
  Values& options = call.state.datacenter.options;
  for (const auto& [name, value] : stored_values(call.params, {"delete"})) options[name] = value;
  for (const std::string& name : list_items(call.text("delete"))) options.erase(name);
  // the description is kept as comment lines
  if (auto text = options.find("description");
      text != options.end() && !text->second.empty() && !text->second.ends_with('\n'))
    text->second += '\n';
  return ok(nullptr);
}

Json totem(const Call& call) {
  const Inventory& inventory = call.state.inventory;
  return {{"cluster_name", inventory.cluster_name},
          {"config_version", std::to_string(inventory.nodes.size())},
          {"interface", {{"0", {{"linknumber", "0"}}}}},
          {"ip_version", "ipv4-6"},
          {"link_mode", "passive"},
          {"secauth", "on"},
          {"version", "2"}};
}

/// The nodes of corosync.conf, where every value is a text.
Json members(const Call& call) {
  Json out = Json::array();
  int number = 0;
  for (const NodeState& node : call.state.inventory.nodes) {
    ++number;
    if (call.state.datacenter.removed.contains(node.name)) continue;
    out.push_back({{"name", node.name},
                   {"nodeid", std::to_string(number)},
                   {"quorum_votes", "1"},
                   {"ring0_addr", node.ip}});
  }
  return out;
}

Answer list_members(const Call& call) {
  Json out = members(call);
  for (Json& row : out) row["node"] = row["name"];
  return ok(std::move(out));
}

Answer join_information(const Call& call) {
  const Inventory& inventory = call.state.inventory;
  if (inventory.nodes.size() < 2)
    return failure(424, "node is not in a cluster, no join info available!");
  const std::string wanted = call.text("node");
  if (call.has("node") && !inventory.node_index(wanted))
    return failure(500, "unknown node '" + wanted + "'");
  Json nodes = members(call);
  for (Json& row : nodes) {
    row["pve_addr"] = row["ring0_addr"];
    row["pve_fp"] = inventory.nodes[*inventory.node_index(string_member(row, "name"))].fingerprint;
  }
  const Json head = totem(call);
  return ok({{"config_digest", crypto::hex(crypto::sha1(head.dump() + nodes.dump()))},
             {"nodelist", nodes},
             {"preferred_node", call.has("node") ? wanted : inventory.nodes[call.asked].name},
             {"totem", head}});
}

Answer api_version(const Call&) { return ok("1"); }
Answer read_totem(const Call& call) { return ok(totem(call)); }
Answer no_device(const Call&) { return ok(Json::object()); }

Answer create_cluster(const Call&) {
  return failure(500, "cluster config '/etc/pve/corosync.conf' already exists");
}

/// The node itself stays where it is, only corosync forgets it.
Answer delete_member(const Call& call) {
  const std::string node = call.text("node");
  auto& removed = call.state.datacenter.removed;
  const auto index = call.state.inventory.node_index(node);
  if (!index || removed.contains(node))
    return failure(500, "Node/IP: " + node + " is not a known host of the cluster.");
  if (*index == call.asked) return failure(500, "Cannot delete myself from cluster!");
  removed.insert(node);
  return ok(nullptr);
}

}  // namespace

DatacenterState generate_datacenter(const Inventory& inventory, Planted* planted) {
  const std::string& first = inventory.nodes.front().ip;
  const std::string network = first.substr(0, first.rfind('.')) + ".0";
  DatacenterState out;
  out.options["keyboard"] = "en-us";
  out.options["email_from"] =
      plant(planted, "email", "pve@" + std::string(inventory.company().domain));
  out.options["migration"] = "type=secure,network=" + plant(planted, "ip", network) + "/24";
  out.options["registered-tags"] = "protected";
  return out;
}

Values property_values(const std::string& text) {
  Values out;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const auto equals = part.find('=');
    if (equals == std::string::npos)
      out["default"] = part;
    else
      out[part.substr(0, equals)] = part.substr(equals + 1);
    begin = end + 1;
  }
  return out;
}

void add_datacenter_handlers(Handlers& handlers) {
  handlers["GET /cluster/options"] = read_options;
  handlers["PUT /cluster/options"] = update_options;
  handlers["GET /cluster/config/nodes"] = list_members;
  handlers["DELETE /cluster/config/nodes/{node}"] = delete_member;
  handlers["GET /cluster/config/join"] = join_information;
  handlers["GET /cluster/config/totem"] = read_totem;
  handlers["GET /cluster/config/qdevice"] = no_device;
  handlers["GET /cluster/config/apiversion"] = api_version;
  handlers["POST /cluster/config"] = create_cluster;
}

}  // namespace pmx::sim
