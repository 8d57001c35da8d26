#include "sim/quorum.h"

#include <algorithm>
#include <array>

#include "sim/guest_work.h"

namespace pmx::sim {
namespace {

/// How long PVE tries to get a lock that nobody can get.
constexpr std::chrono::milliseconds kLockWait{9000};

struct Rule {
  std::string_view method;  ///< a method's, or all below: "* /cluster/firewall/"
  Meets meets;
  std::string_view what;        ///< the lock, or the file below /etc/pve; {names} are parameters
  std::string_view words = "";  ///< what PVE puts before the failure of the lock
};

constexpr std::string_view kUsers = "file-user_cfg";
constexpr std::string_view kRealms = "file-domains_cfg";
constexpr std::string_view kFactors = "file-priv_tfa_cfg";
constexpr std::string_view kPasswords = "file-priv_shadow_cfg";
constexpr std::string_view kJobs = "file-jobs_cfg";
constexpr std::string_view kStorages = "file-storage_cfg";
constexpr std::string_view kHa = "domain-ha";
constexpr std::string_view kSdn = "domain-sdn";
constexpr std::string_view kDirs = "file-mapping_directory_cfg";
constexpr std::string_view kPci = "file-mapping_pci_cfg";
constexpr std::string_view kUsb = "file-mapping_usb_cfg";
constexpr std::string_view kVmFile = "nodes/{node}/qemu-server/{vmid}.conf";
constexpr std::string_view kCtFile = "nodes/{node}/lxc/{vmid}.conf";

/// Every method that would write below /etc/pve, and who asks for the quorum only to look. Of
/// several rules the first that fits counts.
constexpr std::array kRules{
    Rule{"PUT /access/acl", Meets::kLock, kUsers, "ACL update failed"},
    Rule{"PUT /access/password", Meets::kLock, kPasswords},
    Rule{"POST /access/domains", Meets::kLock, kRealms, "add auth server failed"},
    Rule{"PUT /access/domains/{realm}", Meets::kLock, kRealms, "update auth server failed"},
    Rule{"DELETE /access/domains/{realm}", Meets::kLock, kRealms, "delete auth server failed"},
    Rule{"POST /access/domains/{realm}/sync", Meets::kNothing, ""},
    Rule{"POST /access/groups", Meets::kLock, kUsers, "create group failed"},
    Rule{"PUT /access/groups/{groupid}", Meets::kLock, kUsers, "update group failed"},
    Rule{"DELETE /access/groups/{groupid}", Meets::kLock, kUsers, "delete group failed"},
    Rule{"POST /access/roles", Meets::kLock, kUsers, "create role failed"},
    Rule{"PUT /access/roles/{roleid}", Meets::kLock, kUsers, "update role failed"},
    Rule{"DELETE /access/roles/{roleid}", Meets::kLock, kUsers, "delete role failed"},
    Rule{"POST /access/users", Meets::kLock, kUsers, "create user failed"},
    Rule{"PUT /access/users/{userid}", Meets::kLock, kUsers, "update user failed"},
    Rule{"DELETE /access/users/{userid}", Meets::kLock, kUsers, "delete user failed"},
    Rule{"PUT /access/users/{userid}/unlock-tfa", Meets::kLock, kFactors},
    Rule{"POST /access/users/{userid}/token/{tokenid}", Meets::kLock, kUsers,
         "generating token failed"},
    Rule{"PUT /access/users/{userid}/token/{tokenid}", Meets::kLock, kUsers,
         "updating token info failed"},
    Rule{"DELETE /access/users/{userid}/token/{tokenid}", Meets::kLock, kUsers,
         "deleting token failed"},
    Rule{"* /access/tfa/", Meets::kLock, kFactors},
    Rule{"* /access/", Meets::kNothing, ""},  // tickets
    Rule{"POST /pools", Meets::kLock, kUsers, "create pool failed"},
    Rule{"PUT /pools", Meets::kLock, kUsers, "update pools failed"},
    Rule{"PUT /pools/{poolid}", Meets::kLock, kUsers, "update pools failed"},
    Rule{"DELETE /pools", Meets::kLock, kUsers, "delete pool failed"},
    Rule{"DELETE /pools/{poolid}", Meets::kLock, kUsers, "delete pool failed"},
    Rule{"POST /storage", Meets::kLock, kStorages, "create storage failed"},
    Rule{"PUT /storage/{storage}", Meets::kLock, kStorages, "update storage failed"},
    Rule{"DELETE /storage/{storage}", Meets::kLock, kStorages, "delete storage failed"},
    Rule{"* /cluster/acme/plugins", Meets::kLock, "file-priv_acme_plugins_cfg"},
    Rule{"* /cluster/acme/account", Meets::kWorker, "acme-{name}"},
    Rule{"PUT /cluster/backup/{id}", Meets::kLock, "file-vzdump_cron"},
    Rule{"* /cluster/backup", Meets::kLock, kJobs},
    Rule{"* /cluster/bulk-action/", Meets::kNothing, ""},
    Rule{"* /cluster/ceph/", Meets::kNothing, ""},
    Rule{"POST /cluster/config/join", Meets::kNothing, ""},
    Rule{"POST /cluster/config", Meets::kNothing, ""},
    Rule{"* /cluster/config/nodes", Meets::kCheck, ""},
    Rule{"* /cluster/firewall/", Meets::kLock, "firewall-cluster"},
    Rule{"POST /cluster/ha/groups", Meets::kCheck, ""},
    Rule{"PUT /cluster/ha/groups/{group}", Meets::kLock, kHa, "update ha group failed"},
    Rule{"DELETE /cluster/ha/groups/{group}", Meets::kLock, kHa, "delete ha group failed"},
    Rule{"POST /cluster/ha/resources", Meets::kCheck, ""},
    Rule{"PUT /cluster/ha/resources/{sid}", Meets::kLock, kHa, "update resources config failed"},
    Rule{"DELETE /cluster/ha/resources/{sid}", Meets::kLock, kHa, "delete resource failed"},
    Rule{"POST /cluster/ha/rules", Meets::kCheck, ""},
    Rule{"PUT /cluster/ha/rules/{rule}", Meets::kLock, kHa, "update HA rules failed"},
    Rule{"DELETE /cluster/ha/rules/{rule}", Meets::kLock, kHa, "delete ha rule failed"},
    Rule{"* /cluster/ha/", Meets::kLock, kHa},  // commands to the manager
    Rule{"* /cluster/jobs/realm-sync/", Meets::kLock, kJobs},
    Rule{"POST /cluster/mapping/dir", Meets::kLock, kDirs, "create directory mapping failed"},
    Rule{"PUT /cluster/mapping/dir/{id}", Meets::kLock, kDirs, "update directory mapping failed"},
    Rule{"DELETE /cluster/mapping/dir/{id}", Meets::kLock, kDirs, "delete dir mapping failed"},
    Rule{"POST /cluster/mapping/pci", Meets::kLock, kPci, "create hardware mapping failed"},
    Rule{"PUT /cluster/mapping/pci/{id}", Meets::kLock, kPci, "update hardware mapping failed"},
    Rule{"DELETE /cluster/mapping/pci/{id}", Meets::kLock, kPci, "delete pci mapping failed"},
    Rule{"POST /cluster/mapping/usb", Meets::kLock, kUsb, "create hardware mapping failed"},
    Rule{"PUT /cluster/mapping/usb/{id}", Meets::kLock, kUsb, "update hardware mapping failed"},
    Rule{"DELETE /cluster/mapping/usb/{id}", Meets::kLock, kUsb, "delete usb mapping failed"},
    Rule{"* /cluster/metrics/server/", Meets::kLock, "file-status_cfg"},
    Rule{"POST /cluster/notifications/targets/{name}/test", Meets::kNothing, ""},
    Rule{"* /cluster/notifications/", Meets::kLock, "file-notifications_cfg"},
    Rule{"PUT /cluster/options", Meets::kLock, "file-datacenter_cfg"},
    Rule{"* /cluster/qemu/custom-cpu-models", Meets::kLock, "file-virtual-guest_cpu-models_conf"},
    Rule{"* /cluster/replication", Meets::kLock, "file-replication_cfg"},
    Rule{"POST /cluster/sdn/lock", Meets::kLock, kSdn, "could not acquire lock for SDN config"},
    Rule{"DELETE /cluster/sdn/lock", Meets::kLock, kSdn, "could not release lock"},
    Rule{"POST /cluster/sdn/rollback", Meets::kLock, kSdn, "could not rollback SDN configuration"},
    Rule{"PUT /cluster/sdn", Meets::kLock, kSdn, "could not commit SDN config"},
    Rule{"POST /cluster/sdn/zones", Meets::kCheck, ""},
    Rule{"PUT /cluster/sdn/zones/{zone}", Meets::kLock, kSdn, "update sdn zone object failed"},
    Rule{"DELETE /cluster/sdn/zones/{zone}", Meets::kLock, kSdn, "delete sdn zone object failed"},
    Rule{"POST /cluster/sdn/vnets", Meets::kCheck, ""},
    Rule{"PUT /cluster/sdn/vnets/{vnet}", Meets::kLock, kSdn, "update sdn vnet object failed"},
    Rule{"DELETE /cluster/sdn/vnets/{vnet}", Meets::kLock, kSdn, "delete sdn vnet object failed"},
    Rule{"POST /cluster/sdn/vnets/{vnet}/subnets", Meets::kCheck, ""},
    Rule{"PUT /cluster/sdn/vnets/{vnet}/subnets/{subnet}", Meets::kLock, kSdn,
         "update sdn subnet object failed"},
    Rule{"DELETE /cluster/sdn/vnets/{vnet}/subnets/{subnet}", Meets::kLock, kSdn,
         "delete sdn subnet object failed"},
    Rule{"* /cluster/sdn/vnets/{vnet}/firewall/", Meets::kLock, "firewall-vnet-{vnet}"},
    Rule{"* /cluster/sdn/vnets/{vnet}/ips", Meets::kLock, "file-priv_ipam_db"},
    Rule{"POST /cluster/sdn/controllers", Meets::kCheck, ""},
    Rule{"PUT /cluster/sdn/controllers/{controller}", Meets::kLock, kSdn,
         "update sdn controller object failed"},
    Rule{"DELETE /cluster/sdn/controllers/{controller}", Meets::kLock, kSdn,
         "delete sdn controller object failed"},
    Rule{"POST /cluster/sdn/dns", Meets::kCheck, ""},
    Rule{"PUT /cluster/sdn/dns/{dns}", Meets::kLock, kSdn, "update sdn dns object failed"},
    Rule{"DELETE /cluster/sdn/dns/{dns}", Meets::kLock, kSdn, "delete sdn dns object failed"},
    Rule{"POST /cluster/sdn/ipams", Meets::kCheck, ""},
    Rule{"PUT /cluster/sdn/ipams/{ipam}", Meets::kLock, kSdn, "update sdn ipam object failed"},
    Rule{"DELETE /cluster/sdn/ipams/{ipam}", Meets::kLock, kSdn, "delete sdn zone object failed"},
    Rule{"POST /cluster/sdn/fabrics/fabric", Meets::kLock, kSdn, "adding fabric failed"},
    Rule{"PUT /cluster/sdn/fabrics/fabric/{id}", Meets::kLock, kSdn, "updating fabric failed"},
    Rule{"DELETE /cluster/sdn/fabrics/fabric/{id}", Meets::kLock, kSdn, "deleting fabric failed"},
    Rule{"POST /cluster/sdn/fabrics/node/{fabric_id}", Meets::kLock, kSdn, "adding node failed"},
    Rule{"PUT /cluster/sdn/fabrics/node/{fabric_id}/{node_id}", Meets::kLock, kSdn,
         "updating node failed"},
    Rule{"DELETE /cluster/sdn/fabrics/node/{fabric_id}/{node_id}", Meets::kLock, kSdn,
         "deleting node failed"},
    Rule{"* /cluster/sdn/", Meets::kLock, kSdn},
    Rule{"PUT /nodes/{node}/config", Meets::kWrite, "nodes/{node}/config"},
    Rule{"* /nodes/{node}/certificates/custom", Meets::kWrite, "nodes/{node}/pveproxy-ssl.pem"},
    Rule{"* /nodes/{node}/firewall/", Meets::kLock, "firewall-host-{node}"},
    Rule{"POST /nodes/{node}/migrateall", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/storage/{storage}/content", Meets::kVolume, "storage-{storage}"},
    Rule{"DELETE /nodes/{node}/storage/{storage}/content/{volume}", Meets::kVolumeWorker,
         "storage-{storage}"},
    Rule{"POST /nodes/{node}/vzdump", Meets::kWorker, kVmFile},
    Rule{"POST /nodes/{node}/qemu", Meets::kCheck, ""},
    Rule{"DELETE /nodes/{node}/qemu/{vmid}", Meets::kWorker, kVmFile},
    Rule{"POST /nodes/{node}/qemu/{vmid}/clone", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/qemu/{vmid}/config", Meets::kWorker, kVmFile},
    Rule{"PUT /nodes/{node}/qemu/{vmid}/config", Meets::kWrite, kVmFile},
    Rule{"* /nodes/{node}/qemu/{vmid}/firewall/", Meets::kLock, "firewall-vm-{vmid}"},
    Rule{"GET /nodes/{node}/qemu/{vmid}/migrate", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/qemu/{vmid}/migrate", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/qemu/{vmid}/remote_migrate", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/qemu/{vmid}/mtunnel", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/qemu/{vmid}/move_disk", Meets::kWorker, kVmFile},
    Rule{"PUT /nodes/{node}/qemu/{vmid}/resize", Meets::kWorker, kVmFile},
    Rule{"PUT /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config", Meets::kWrite, kVmFile},
    Rule{"* /nodes/{node}/qemu/{vmid}/snapshot", Meets::kWorker, kVmFile},
    Rule{"POST /nodes/{node}/qemu/{vmid}/status/start", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/qemu/{vmid}/template", Meets::kWorker, kVmFile},
    Rule{"PUT /nodes/{node}/qemu/{vmid}/unlink", Meets::kWrite, kVmFile},
    Rule{"POST /nodes/{node}/lxc", Meets::kCheck, ""},
    Rule{"DELETE /nodes/{node}/lxc/{vmid}", Meets::kWorker, kCtFile},
    Rule{"POST /nodes/{node}/lxc/{vmid}/clone", Meets::kCheck, ""},
    Rule{"PUT /nodes/{node}/lxc/{vmid}/config", Meets::kWrite, kCtFile},
    Rule{"* /nodes/{node}/lxc/{vmid}/firewall/", Meets::kLock, "firewall-vm-{vmid}"},
    Rule{"GET /nodes/{node}/lxc/{vmid}/migrate", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/lxc/{vmid}/migrate", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/lxc/{vmid}/remote_migrate", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/lxc/{vmid}/mtunnel", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/lxc/{vmid}/move_volume", Meets::kWorker, kCtFile},
    Rule{"PUT /nodes/{node}/lxc/{vmid}/resize", Meets::kWorker, kCtFile},
    Rule{"PUT /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config", Meets::kWrite, kCtFile},
    Rule{"* /nodes/{node}/lxc/{vmid}/snapshot", Meets::kWorker, kCtFile},
    Rule{"POST /nodes/{node}/lxc/{vmid}/status/start", Meets::kCheck, ""},
    Rule{"POST /nodes/{node}/lxc/{vmid}/template", Meets::kWrite, kCtFile},
    Rule{"* /nodes/", Meets::kNothing, ""},
};

bool fits(std::string_view rule, std::string_view method) {
  if (!rule.starts_with("* ")) return rule == method;
  return method.substr(method.find(' ') + 1).starts_with(rule.substr(2));
}

const Rule* rule_of(std::string_view method) {
  const auto* const found = std::find_if(
      kRules.begin(), kRules.end(), [&](const Rule& rule) { return fits(rule.method, method); });
  return found == kRules.end() ? nullptr : &*found;
}

/// `text` with each {name} replaced by the call's parameter.
std::string filled(const Call& call, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto begin = std::min(text.find('{'), text.size());
    out += text.substr(0, begin);
    text.remove_prefix(begin);
    if (text.empty()) break;
    const auto end = text.find('}');
    out += call.text(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string lock_text(const Call& call, const Rule& rule) {
  const bool old_sdn = rule.what == kSdn && !call.is_9();
  const std::string lock = old_sdn ? "file-sdn__running-config" : filled(call, rule.what);
  const std::string text = "cfs-lock '" + lock + "' error: no quorum!";
  return rule.words.empty() ? text : std::string(rule.words) + ": " + text;
}

std::string write_text(const Call& call, std::string_view file) {
  return "unable to open file '/etc/pve/" + filled(call, file) + ".tmp." +
         std::to_string(4000 + call.now / 1000 % 20000) + "' - Permission denied";
}

/// What a method that breaks off at its first write may have changed until then.
class Kept {
 public:
  explicit Kept(State& state)
      : state_(state),
        inventory_(state.inventory),
        storages_(state.storages),
        tasks_(state.tasks),
        firewall_(state.firewall),
        ha_(state.ha),
        nodes_(state.nodes) {}

  void give_back() {
    state_.inventory = std::move(inventory_);
    state_.storages = std::move(storages_);
    state_.tasks = std::move(tasks_);
    state_.firewall = std::move(firewall_);
    state_.ha = std::move(ha_);
    state_.nodes = std::move(nodes_);
  }

 private:
  State& state_;
  Inventory inventory_;
  Storages storages_;
  Tasks tasks_;
  FirewallState firewall_;
  HaState ha_;
  std::map<std::string, NodeSettings, std::less<>> nodes_;
};

/// A method that was carried out, and all that it changed taken back.
struct Attempt {
  Answer answer;
  std::optional<TaskPlan> worker;  ///< what it forked
};

Attempt attempt(const Call& call, const std::function<Answer()>& carry_out) {
  Kept kept(call.state);
  const auto youngest = [&] {
    const auto& tasks = call.state.tasks.all();
    return tasks.empty() ? "" : tasks.front().upid;
  };
  const std::string before = youngest();
  Attempt out{carry_out(), std::nullopt};
  if (youngest() != before) out.worker = call.state.tasks.all().front().plan;
  kept.give_back();
  return out;
}

/// The worker as it fails: a backup says so in its log and goes on to the next guest.
TaskPlan failing(const TaskPlan& planned, const std::string& why) {
  TaskPlan plan = task_plan(planned.type, planned.id);
  plan.exit = why;
  if (plan.type != "vzdump") return plan;
  if (!planned.lines.empty()) log_line(plan, planned.lines.front().text);
  log_line(plan, "ERROR: Backup of VM " + plan.id + " failed - " + why);
  log_line(plan, "INFO: Backup job finished with errors");
  plan.exit = "job errors";
  return plan;
}

/// Runs the method for its checks and what it forks; what it would write is not written.
Answer broken_off(const Call& call, bool inside, const std::function<Answer()>& carry_out,
                  const std::string& text) {
  const Attempt tried = attempt(call, carry_out);
  if (tried.answer.status != 200) return tried.answer;
  if (!inside || !tried.worker) return failure(500, text);
  return fork_task(call, failing(*tried.worker, text));
}

/// Why a worker fails that does its work on this node alone: it asks the HA manager, or keeps the
/// memory of its VM. Empty when it does not.
std::string worker_problem(const Call& call, const TaskPlan& plan) {
  if (plan.type == "qmsuspend") return write_text(call, kVmFile);
  if (plan.type != "hastop") return "";
  const GuestState* guest = guest_by_id(call.state, std::atoi(plan.id.c_str()));
  return "command 'ha-manager set " + (guest == nullptr ? plan.id : ha_id(*guest)) +
         " --state stopped' failed: exit code 255";
}

/// Whether the call needs nothing of the cluster, whatever its method does otherwise: a storage
/// that no other node has, a password that the system keeps.
bool stays_here(const Call& call, const Rule& rule) {
  if (rule.meets >= Meets::kVolume) return !call.state.storages.is_shared(call.text("storage"));
  return rule.what == kPasswords && call.text("userid").ends_with("@pam");
}

Answer local_work(const Call& call, const std::function<Answer()>& carry_out) {
  const Attempt tried = attempt(call, carry_out);
  const std::string why = tried.worker ? worker_problem(call, *tried.worker) : "";
  return why.empty() ? carry_out() : fork_failure(call, failing(*tried.worker, ""), why);
}

}  // namespace

bool is_quorate(const Inventory& inventory) {
  const auto online = std::count_if(inventory.nodes.begin(), inventory.nodes.end(),
                                    [](const NodeState& node) { return node.online; });
  return static_cast<std::size_t>(online) * 2 > inventory.nodes.size();
}

std::optional<Meets> met_without_quorum(std::string_view method) {
  const Rule* rule = rule_of(method);
  return rule == nullptr ? std::nullopt : std::optional(rule->meets);
}

Answer without_quorum(std::string_view method, const Call& call,
                      const std::function<Answer()>& carry_out) {
  const Rule* rule = rule_of(method);
  if (rule == nullptr || stays_here(call, *rule)) return local_work(call, carry_out);
  if (method == "PUT /cluster/sdn" && !call.is_9())  // 8.4 has no lock for it
    return failure(500, write_text(call, "sdn/.running-config"));
  const bool file = rule->what.starts_with("nodes/");
  const std::string text = file ? write_text(call, rule->what) : lock_text(call, *rule);
  switch (rule->meets) {
    case Meets::kNothing: return local_work(call, carry_out);
    case Meets::kCheck: return failure(500, "cluster not ready - no quorum?");
    case Meets::kLock:
    case Meets::kVolume: break;
    case Meets::kWrite: return broken_off(call, false, carry_out, text);
    case Meets::kWorker:
    case Meets::kVolumeWorker: return broken_off(call, true, carry_out, text);
  }
  Answer answer = failure(500, text);
  answer.delay = kLockWait;
  return answer;
}

}  // namespace pmx::sim
