// /cluster/options and /cluster/config: datacenter.cfg, and how the nodes form the cluster.
#include <algorithm>
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
    const DatacenterState& state = call.state.datacenter;
    if (state.removed.contains(node.name) || state.added.contains(node.name)) continue;
    out.push_back({{"name", node.name},
                   {"nodeid", std::to_string(number)},
                   {"quorum_votes", "1"},
                   {"ring0_addr", node.ip}});
  }
  for (const auto& [name, member] : call.state.datacenter.added) {
    out.push_back(Json(member));
    out.back()["name"] = name;
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
    if (const auto index = inventory.node_index(string_member(row, "name")))
      row["pve_fp"] = inventory.nodes[*index].fingerprint;
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

/// corosync.conf as PVE writes it.
std::string corosync_text(const Call& call) {
  std::string out = "logging {\n  debug: off\n  to_syslog: yes\n}\n\nnodelist {\n";
  for (const Json& node : members(call)) {
    out += "  node {\n";
    for (const auto& [key, value] : node.items())
      out += "    " + key + ": " + value.get<std::string>() + "\n";
    out += "  }\n";
  }
  out += "}\n\nquorum {\n  provider: corosync_votequorum\n}\n\ntotem {\n";
  const Json head = totem(call);
  for (const auto& [key, value] : head.items())
    if (value.is_string()) out += "  " + key + ": " + value.get<std::string>() + "\n";
  return out + "  interface {\n    linknumber: 0\n  }\n}\n\n";
}

/// The addresses of the links that the call names: link0 to link7.
std::map<int, std::string> links_of(const Call& call) {
  std::map<int, std::string> out;
  for (int number = 0; number < 8; ++number) {
    Values link = property_values(call.text("link" + std::to_string(number)));
    if (link.empty()) continue;
    out[number] = link.contains("address") ? link["address"] : link["default"];
  }
  return out;
}

/// Where the new node is: its one link, or the address given instead; why not in `problem`.
std::string address_of(const Call& call, std::string& problem) {
  auto links = links_of(call);
  const std::string name = call.text("node");
  for (const auto& [number, address] : links)
    for (const Json& node : members(call))
      if (node["name"] != name && node["ring0_addr"] == address)
        problem = "corosync: address '" + address + "' already used on link ring0_addr by node '" +
                  node["name"].get<std::string>() + "'";
  std::string address = call.text("new_node_ip");
  if (address.empty() && links.size() == 1 && call.number("apiversion", 0) == 0) {
    address = links.begin()->second;
    links.clear();
  }
  if (!links.empty() && !links.contains(0))
    problem = "corosync: link 0 exists in cluster config but wasn't specified for new node";
  for (const auto& [number, unused] : links)
    if (number != 0 && problem.empty())
      problem = "corosync: link " + std::to_string(number) +
                " specified for new node doesn't exist in cluster config";
  if (links.empty() && address.empty() && problem.empty())
    problem = "no links and no fallback ip (new_node_ip) given, cannot join cluster";
  return links.empty() ? address : links[0];
}

/// The lowest identifier that no node has.
int free_id(const Json& nodes) {
  int id = 1;
  const auto has_id = [&](const Json& node) { return node["nodeid"] == std::to_string(id); };
  while (std::any_of(nodes.begin(), nodes.end(), has_id)) ++id;
  return id;
}

/// Writes a node that wants to join into corosync.conf; it need not be there.
Answer add_member(const Call& call) {
  if (const auto version = call.number("apiversion", 0); version < 0)
    return failure(500, "error: unsupported old API version on joining node (" +
                            std::to_string(version) +
                            "), cluster node has 1 and supports >= 0. Please upgrade node before "
                            "joining");
  std::string problem;
  const std::string address = address_of(call, problem);
  if (!problem.empty()) return failure(500, problem);
  const std::string name = call.text("node");
  const Json nodes = members(call);
  Values member{{"ring0_addr", address},
                {"nodeid", std::to_string(call.number("nodeid", free_id(nodes)))},
                {"quorum_votes", std::to_string(call.number("votes", 1))}};
  for (const Json& node : nodes) {
    if (node["name"] != name) continue;
    for (const auto& [key, param] : {std::pair{"nodeid", "nodeid"}, {"quorum_votes", "votes"}})
      if (!call.has(param)) member[key] = node[key].get<std::string>();
    if (!call.flag("force") || node["nodeid"] != member["nodeid"] ||
        node["quorum_votes"] != member["quorum_votes"])
      return failure(500, "can't add existing node '" + name + "'");
  }
  call.state.datacenter.removed.erase(name);
  call.state.datacenter.added[name] = member;
  return ok(
      {{"corosync_authkey", crypto::base64(crypto::sha256(call.state.inventory.cluster_name))},
       {"corosync_conf", corosync_text(call)},
       {"warnings", Json::array()}});
}

/// A node that is in a cluster cannot join another one.
Answer join_cluster(const Call& call) {
  TaskPlan plan;
  plan.type = "clusterjoin";
  plan.exit = "500 Can't connect to " + call.text("hostname") + ":8006 (No route to host)";
  if (call.state.inventory.nodes.size() > 1) {
    std::string lines =
        "detected the following error(s):\n"
        "* authentication key '/etc/corosync/authkey' already exists\n"
        "* cluster config '/etc/pve/corosync.conf' already exists\n";
    if (!call.state.inventory.guests.empty())
      lines += "* this host already contains virtual guests\n";
    lines += "* corosync is already running, is this node already in a cluster?!\n";
    for (const std::string& line : value_lines(lines)) plan.lines.push_back({0, line});
    plan.exit = "Check if node may join a cluster failed!";
  }
  return ok(call.state.tasks.fork(call.state.inventory.nodes[call.asked], call.caller,
                                  std::move(plan), call.now));
}

/// The node itself stays where it is, only corosync forgets it.
Answer delete_member(const Call& call) {
  const std::string node = call.text("node");
  if (call.state.inventory.node_index(node) == call.asked)
    return failure(500, "Cannot delete myself from cluster!");
  const Json nodes = members(call);
  if (std::none_of(nodes.begin(), nodes.end(),
                   [&](const Json& member) { return member["name"] == node; }))
    return failure(500, "Node/IP: " + node + " is not a known host of the cluster.");
  call.state.datacenter.added.erase(node);
  if (call.state.inventory.node_index(node)) call.state.datacenter.removed.insert(node);
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
  handlers["POST /cluster/config/nodes/{node}"] = add_member;
  handlers["DELETE /cluster/config/nodes/{node}"] = delete_member;
  handlers["POST /cluster/config/join"] = join_cluster;
  handlers["GET /cluster/config/join"] = join_information;
  handlers["GET /cluster/config/totem"] = read_totem;
  handlers["GET /cluster/config/qdevice"] = no_device;
  handlers["GET /cluster/config/apiversion"] = api_version;
  handlers["POST /cluster/config"] = create_cluster;
}

}  // namespace pmx::sim
