// Actions on many guests: startall, stopall, suspendall and migrateall of a node, and the bulk
// actions of the cluster that 9 has.
#include <algorithm>
#include <set>

#include "sim/qemu_api.h"
#include "sim/section_file.h"

namespace pmx::sim {
namespace {

/// The VMIDs that the call names; none = all.
std::set<int> wanted(const Call& call) {
  std::set<int> out;
  const Json* vms = find_member(call.params, "vms");
  if (vms == nullptr) return out;
  for (const auto& item : list_items(stored_text(*vms))) out.insert(std::atoi(item.c_str()));
  return out;
}

/// One action on one guest, as its own call would do it.
void act(const Call& call, const GuestState& guest, Handler handler, Json params) {
  params["node"] = node_name(call.state, guest);
  params["vmid"] = std::to_string(guest.vmid);
  handler(Call{call.state, call.caller, params, call.facts, call.asked, call.now});
}

/// What a bulk action does, and to whom.
struct Bulk {
  std::string type;     ///< of the task
  std::string verb;     ///< "Starting", for its log
  Handler vm;           ///< of a VM
  Handler container;    ///< of a container; nullptr = containers are left alone
  bool running = true;  ///< of guests that run, or of those that do not
  bool onboot_only = false;
  Json params = Json::object();
};

/// The guests of `node`, empty = of all nodes, that the action is for.
std::vector<int> guests_for(const Call& call, const Bulk& bulk, const std::string& node) {
  const std::set<int> named = wanted(call);
  std::vector<int> out;
  for (const auto& [vmid, guest] : call.state.inventory.guests) {
    const bool vm = guest.kind == GuestKind::kQemu;
    if (!node.empty() && node_name(call.state, guest) != node) continue;
    if (!named.empty() && !named.contains(vmid)) continue;
    if (guest.is_template() || (!vm && bulk.container == nullptr)) continue;
    if (bulk.type.find("migrate") == std::string::npos && is_running(guest) != bulk.running)
      continue;
    if (bulk.onboot_only && guest.value("onboot") != "1") continue;
    if (!call.may("/vms/" + std::to_string(vmid), "VM.PowerMgmt") && !call.may("/", "VM.PowerMgmt"))
      continue;
    out.push_back(vmid);
  }
  return out;
}

Answer fork_bulk(const Call& call, const Bulk& bulk, const std::string& node) {
  constexpr std::int64_t kEach = 100;  ///< milliseconds between two guests
  TaskPlan plan = task_plan(bulk.type, "");
  plan.duration = 50;
  std::int64_t last = call.now;
  for (const int vmid : guests_for(call, bulk, node)) {
    const GuestState guest = *guest_by_id(call.state, vmid);
    const bool vm = guest.kind == GuestKind::kQemu;
    log_line(plan, bulk.verb + (vm ? " VM " : " CT ") + std::to_string(vmid), plan.duration);
    plan.duration += kEach;
    act(call, guest, vm ? bulk.vm : bulk.container, bulk.params);
    for (const Task& task : call.state.tasks.all())
      if (task.plan.id == std::to_string(vmid) && !task.finished) last = std::max(last, task.end());
  }
  plan.duration = std::max(plan.duration, last - call.now + kEach);
  const std::string place = node.empty() ? call.state.inventory.nodes[call.asked].name : node;
  const auto index = call.state.inventory.node_index(place).value_or(0);
  return ok(call.state.tasks.fork(call.state.inventory.nodes[index], call.caller, std::move(plan),
                                  call.now));
}

/// Named guests need their own privilege, all of them the node's.
Refused refuse_bulk(const Call& call, const char* privilege) {
  if (call.may("/", privilege)) return std::nullopt;
  const std::set<int> named = wanted(call);
  if (named.empty())
    return failure(403, std::string("Permission check failed (/, ") + privilege + ")");
  for (const int vmid : named)
    if (auto refused = refuse_without(call, "/vms/" + std::to_string(vmid), privilege))
      return refused;
  return std::nullopt;
}

Answer start_all(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.PowerMgmt")) return *refused;
  Bulk bulk{"startall", "Starting", start_vm, start_container, false};
  bulk.onboot_only = !call.flag("force");
  return fork_bulk(call, bulk, call.text("node"));
}

Json shutdown_params(const Call& call) {
  Json params{{"forceStop", call.has("force-stop") ? call.text("force-stop") : "1"},
              {"timeout", call.has("timeout") ? call.text("timeout") : "180"}};
  return params;
}

Answer stop_all(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.PowerMgmt")) return *refused;
  Bulk bulk{"stopall", "Stopping", shutdown_vm, shutdown_container};
  bulk.params = shutdown_params(call);
  return fork_bulk(call, bulk, call.text("node"));
}

Answer suspend_all(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.PowerMgmt")) return *refused;
  Bulk bulk{"suspendall", "Suspending", suspend_vm, nullptr};
  bulk.params = {{"todisk", "1"}};
  return fork_bulk(call, bulk, call.text("node"));
}

/// Migration in bulk needs to know how many at a time.
Refused refuse_workers(const Call& call) {
  if (call.has("maxworkers") || call.has("max-workers") ||
      call.state.datacenter.options.contains("max_workers"))
    return std::nullopt;
  return failure(500, std::string("either '") + (call.is_9() ? "max-workers" : "maxworkers") +
                          "' parameter or max_workers in datacenter.cfg must be set!");
}

Answer migrate_many(const Call& call, const std::string& type, const std::string& node) {
  const std::string target = call.text("target");
  if (target == call.text("node")) return bad_parameters({{"target", "target is local node."}});
  if (!call.state.inventory.node_index(target))
    return failure(500, "no such cluster node '" + target + "'");
  if (auto refused = refuse_workers(call)) return *refused;
  Bulk bulk{type, "Migrating", migrate_vm, nullptr};
  bulk.params = {{"target", target}, {"online", "1"}};
  if (call.flag("with-local-disks")) bulk.params["with-local-disks"] = "1";
  return fork_bulk(call, bulk, node);
}

Answer migrate_all(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.Migrate")) return *refused;
  return migrate_many(call, "migrateall", call.text("node"));
}

Answer cluster_start(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.PowerMgmt")) return *refused;
  return fork_bulk(call, {"bulkstart", "Starting", start_vm, start_container, false}, "");
}

Answer cluster_shutdown(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.PowerMgmt")) return *refused;
  Bulk bulk{"bulkshutdown", "Stopping", shutdown_vm, shutdown_container};
  bulk.params = shutdown_params(call);
  return fork_bulk(call, bulk, "");
}

Answer cluster_suspend(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.PowerMgmt")) return *refused;
  Bulk bulk{"bulksuspend", "Suspending", suspend_vm, nullptr};
  if (call.flag("to-disk")) bulk.params = {{"todisk", "1"}};
  return fork_bulk(call, bulk, "");
}

Answer cluster_migrate(const Call& call) {
  if (auto refused = refuse_bulk(call, "VM.Migrate")) return *refused;
  return migrate_many(call, "bulkmigrate", "");
}

}  // namespace

void add_bulk_handlers(Handlers& handlers) {
  handlers["POST /nodes/{node}/startall"] = start_all;
  handlers["POST /nodes/{node}/stopall"] = stop_all;
  handlers["POST /nodes/{node}/suspendall"] = suspend_all;
  handlers["POST /nodes/{node}/migrateall"] = migrate_all;
  handlers["POST /cluster/bulk-action/guest/start"] = cluster_start;
  handlers["POST /cluster/bulk-action/guest/shutdown"] = cluster_shutdown;
  handlers["POST /cluster/bulk-action/guest/suspend"] = cluster_suspend;
  handlers["POST /cluster/bulk-action/guest/migrate"] = cluster_migrate;
}

}  // namespace pmx::sim
