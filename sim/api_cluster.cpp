// /cluster, /storage and /pools: what is seen of the cluster as a whole.
#include <algorithm>

#include "sim/call.h"
#include "sim/guest_sight.h"
#include "sim/resource_rows.h"

namespace pmx::sim {
namespace {

constexpr int kFirstVmid = 100;
constexpr std::size_t kTasksShown = 25;  ///< finished ones a node, as pvestatd broadcasts them

/// What the running guests of a pool use together.
struct PoolUse {
  std::int64_t uptime = 0;
  std::int64_t mem = 0;
  std::int64_t maxmem = 0;
  double cores = 0;
  double busy = 0;
};

void add_use(const GuestReport& report, PoolUse& use) {
  if (!report.known || report.load.uptime == 0) return;
  use.uptime = std::max(use.uptime, report.load.uptime);
  use.mem += report.load.mem;
  use.maxmem += report.sample.memory;
  use.cores += report.sample.cores;
  use.busy += report.load.cpu * report.sample.cores;
}

/// The guests that the caller sees, and on the way what all of each pool use.
std::map<std::string, PoolUse> add_guests(const Call& call, JsonText& out) {
  constexpr std::size_t kRow = 450;  // bytes, seldom more
  const Inventory& inventory = call.state.inventory;
  GuestSight sight(call.state.access, call.caller, "VM.Audit");
  std::map<std::string, PoolUse> pools;
  out.reserve(inventory.guests.size() * kRow);
  for (const auto& [vmid, guest] : inventory.guests) {
    const GuestReport report = guest_report(inventory, guest, call.now / 1000);
    if (!guest.pool.empty()) add_use(report, pools[guest.pool]);
    if (!sight.sees(guest)) continue;
    const Json ha = guest.ha ? ha_list_state(call.state.ha, guest) : Json();
    add_guest_row(out, inventory, guest, report, ha, call.state.facts.version());
  }
  return pools;
}

/// Nodes are listed for everybody; their numbers need Sys.Audit.
void add_nodes(const Call& call, JsonText& out) {
  for (const auto& node : call.state.inventory.nodes) {
    Json row = node_resource(call.state.inventory, node, call.now / 1000);
    if (!call.may("/nodes/" + node.name, "Sys.Audit"))
      for (const char* key : {"cpu", "maxcpu", "mem", "maxmem", "disk", "maxdisk", "uptime"})
        row.erase(key);
    out.row(row);
  }
}

void add_storages(const Call& call, JsonText& out) {
  for (const Json& row : storage_resources(call)) out.row(row);
}

/// A pool tells of its running members what they use together.
Json pool_row(const std::string& pool, const PoolUse& use) {
  Json row{{"id", "/pool/" + pool}, {"type", "pool"}, {"pool", pool}};
  if (use.uptime == 0) return row;
  row["uptime"] = use.uptime;
  row["mem"] = use.mem;
  row["maxmem"] = use.maxmem;
  row["maxcpu"] = static_cast<std::int64_t>(use.cores);
  row["cpu"] = use.cores > 0 ? use.busy / use.cores : 0.0;
  return row;
}

void add_pools(const Call& call, std::map<std::string, PoolUse>& use, JsonText& out) {
  for (const auto& [pool, members] : call.state.access.config.pools)
    if (call.may("/pool/" + pool, "Pool.Audit")) out.row(pool_row(pool, use[pool]));
}

/// Each node's zone of its own bridges: what 9 lists as network and 8 as sdn.
void add_networks(const Call& call, JsonText& out) {
  if (!call.may("/sdn/zones/localnetwork", "SDN.Audit")) return;
  for (const auto& node : call.state.inventory.nodes) {
    Json row{{"node", node.name}, {"status", node.online ? "ok" : "unknown"}};
    row["type"] = call.is_9() ? "network" : "sdn";
    row["id"] = call.is_9() ? "network/" + node.name + "/zone/localnetwork"
                            : "sdn/" + node.name + "/localnetwork";
    row[call.is_9() ? "network" : "sdn"] = "localnetwork";
    if (call.is_9()) row["network-type"] = "zone";
    out.row(row);
  }
}

Answer resources(const Call& call) {
  const std::string type = call.text("type");
  JsonText out(call.state.inventory.seed());
  std::map<std::string, PoolUse> use;
  if (type.empty() || type == "vm") use = add_guests(call, out);
  if (type.empty()) add_pools(call, use, out);
  if (type.empty() || type == "node") add_nodes(call, out);
  if (type.empty() || type == "storage") add_storages(call, out);
  if (type.empty() || (type == "sdn" && !call.is_9())) add_networks(call, out);
  Answer answer;
  answer.written = Written{out.take(), ""};
  return answer;
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
