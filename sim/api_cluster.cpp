// /cluster, /storage and /pools: what is seen of the cluster as a whole.
#include <algorithm>

#include "sim/call.h"
#include "sim/statistics.h"

namespace pmx::sim {
namespace {

constexpr int kFirstVmid = 100;
constexpr std::size_t kTasksShown = 25;  ///< finished ones a node, as pvestatd broadcasts them

bool sees_guest(const Call& call, const GuestState& guest) {
  return call.may("/vms/" + std::to_string(guest.vmid), "VM.Audit");
}

void add_guests(const Call& call, Json& out) {
  for (const auto& [vmid, guest] : call.state.inventory.guests) {
    if (!sees_guest(call, guest)) continue;
    Json row =
        guest_resource(call.state.inventory, guest, call.now / 1000, call.state.facts.version());
    if (guest.ha) row["hastate"] = ha_list_state(call.state.ha, guest);
    out.push_back(std::move(row));
  }
}

/// Nodes are listed for everybody; their numbers need Sys.Audit.
void add_nodes(const Call& call, Json& out) {
  for (const auto& node : call.state.inventory.nodes) {
    Json row = node_resource(call.state.inventory, node, call.now / 1000);
    if (!call.may("/nodes/" + node.name, "Sys.Audit"))
      for (const char* key : {"cpu", "maxcpu", "mem", "maxmem", "disk", "maxdisk", "uptime"})
        row.erase(key);
    out.push_back(std::move(row));
  }
}

void add_storages(const Call& call, Json& out) {
  for (Json& row : storage_resources(call)) out.push_back(std::move(row));
}

/// A pool tells of its running members what they use together.
Json pool_row(const Call& call, const std::string& pool) {
  Json row{{"id", "/pool/" + pool}, {"type", "pool"}, {"pool", pool}};
  double cores = 0;
  double busy = 0;
  std::int64_t mem = 0;
  std::int64_t maxmem = 0;
  std::int64_t uptime = 0;
  for (const auto& [vmid, guest] : call.state.inventory.guests) {
    if (guest.pool != pool) continue;
    const Json member = guest_resource(call.state.inventory, guest, call.now / 1000);
    if (member.value("uptime", std::int64_t{0}) == 0) continue;
    uptime = std::max(uptime, member.value("uptime", std::int64_t{0}));
    mem += member.value("mem", std::int64_t{0});
    maxmem += member.value("maxmem", std::int64_t{0});
    cores += member.value("maxcpu", 0.0);
    busy += member.value("cpu", 0.0) * member.value("maxcpu", 0.0);
  }
  if (uptime == 0) return row;
  row["uptime"] = uptime;
  row["mem"] = mem;
  row["maxmem"] = maxmem;
  row["maxcpu"] = static_cast<std::int64_t>(cores);
  row["cpu"] = cores > 0 ? busy / cores : 0.0;
  return row;
}

void add_pools(const Call& call, Json& out) {
  for (const auto& [pool, members] : call.state.access.config.pools)
    if (call.may("/pool/" + pool, "Pool.Audit")) out.push_back(pool_row(call, pool));
}

/// Each node's zone of its own bridges: what 9 lists as network and 8 as sdn.
void add_networks(const Call& call, Json& out) {
  if (!call.may("/sdn/zones/localnetwork", "SDN.Audit")) return;
  for (const auto& node : call.state.inventory.nodes) {
    Json row{{"node", node.name}, {"status", node.online ? "ok" : "unknown"}};
    row["type"] = call.is_9() ? "network" : "sdn";
    row["id"] = call.is_9() ? "network/" + node.name + "/zone/localnetwork"
                            : "sdn/" + node.name + "/localnetwork";
    row[call.is_9() ? "network" : "sdn"] = "localnetwork";
    if (call.is_9()) row["network-type"] = "zone";
    out.push_back(std::move(row));
  }
}

Answer resources(const Call& call) {
  const std::string type = call.text("type");
  Json out = Json::array();
  if (type.empty()) add_pools(call, out);
  if (type.empty() || type == "vm") add_guests(call, out);
  if (type.empty() || type == "node") add_nodes(call, out);
  if (type.empty() || type == "storage") add_storages(call, out);
  if (type.empty() || (type == "sdn" && !call.is_9())) add_networks(call, out);
  return ok(out);
}

Answer cluster_status(const Call& call) {
  const Inventory& inventory = call.state.inventory;
  Json out = Json::array();
  std::size_t online = 0;
  for (const auto& node : inventory.nodes) online += node.online ? 1 : 0;
  if (inventory.nodes.size() > 1)
    out.push_back({{"id", "cluster"},
                   {"type", "cluster"},
                   {"name", inventory.cluster_name},
                   {"version", inventory.nodes.size()},
                   {"nodes", inventory.nodes.size()},
                   {"quorate", online * 2 > inventory.nodes.size() ? 1 : 0}});
  int number = 0;
  for (const auto& node : inventory.nodes) {
    ++number;
    out.push_back({{"id", "node/" + node.name},
                   {"type", "node"},
                   {"name", node.name},
                   {"ip", node.ip},
                   {"nodeid", inventory.nodes.size() > 1 ? number : 0},
                   {"local", number == 1 ? 1 : 0},
                   {"online", node.online ? 1 : 0},
                   {"level", ""}});
  }
  return ok(out);
}

Answer next_id(const Call& call) {
  const auto& guests = call.state.inventory.guests;
  if (call.has("vmid")) {
    const std::string wanted = call.text("vmid");
    if (guests.contains(static_cast<int>(call.number("vmid", 0))))
      return bad_parameters({{"vmid", "VM " + wanted + " already exists"}});
    return ok(wanted);
  }
  const auto& options = call.state.datacenter.options;
  const auto given = options.find("next-id");
  Values range = given == options.end() ? Values() : property_values(given->second);
  range.try_emplace("lower", std::to_string(kFirstVmid));
  range.try_emplace("upper", "1000000");
  const int end = std::atoi(range["upper"].c_str());
  int vmid = std::atoi(range["lower"].c_str());
  while (vmid < end && guests.contains(vmid)) ++vmid;
  if (vmid >= end)
    return failure(500, "unable to get any free VMID in range [" + range["lower"] + ", " +
                            range["upper"] + "]");
  return ok(std::to_string(vmid));
}

/// Whether the caller, or a token of the same user, started the task.
bool owns(const Call& call, const Task& task) {
  return task.user == call.caller.user || task.user.starts_with(call.caller.user + "!");
}

Answer cluster_tasks(const Call& call) {
  const bool all = call.may("/", "Sys.Audit");
  std::map<std::string, std::size_t> shown;
  Json out = Json::array();
  for (const auto& task : call.state.tasks.all()) {
    if (task.start > call.now) continue;
    if (!all && !owns(call, task)) continue;
    if (task.finished && ++shown[task.node] > kTasksShown) continue;
    Json row = Tasks::entry(task);
    row.erase("pid");
    row.erase("pstart");
    if (task.finished) row["saved"] = "1";
    out.push_back(std::move(row));
  }
  return ok(out);
}

Answer cluster_log(const Call& call) {
  const std::int64_t most = call.number("max", 50);
  const bool all = call.may("/", "Sys.Syslog");
  Json out = Json::array();
  std::int64_t number = static_cast<std::int64_t>(call.state.tasks.all().size());
  for (const auto& task : call.state.tasks.all()) {
    if (static_cast<std::int64_t>(out.size()) >= most) break;
    if (task.start > call.now || (!all && !owns(call, task))) continue;
    const bool good = !task.finished || task.plan.exit == "OK";
    const std::string uid = std::to_string(number--);
    out.push_back({{"uid", uid},
                   {"id", uid + ":" + task.node},
                   {"node", task.node},
                   {"user", task.user},
                   {"tag", "pvedaemon"},
                   {"pid", 1100},
                   {"pri", good ? 6 : 3},
                   {"time", (task.finished ? task.end() : task.start) / 1000},
                   {"msg", task.finished ? "end task " + task.upid + " " + task.plan.exit
                                         : "starting task " + task.upid}});
  }
  return ok(out);
}

}  // namespace

void add_cluster_handlers(Handlers& handlers) {
  handlers["GET /cluster/resources"] = resources;
  handlers["GET /cluster/status"] = cluster_status;
  handlers["GET /cluster/nextid"] = next_id;
  handlers["GET /cluster/tasks"] = cluster_tasks;
  handlers["GET /cluster/log"] = cluster_log;
}

}  // namespace pmx::sim
