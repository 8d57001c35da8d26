// One API call inside the simulator: what a handler gets and what it answers. Handlers live in
// api_*.cpp and run under Cluster's lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "sim/access.h"
#include "sim/call_answer.h"
#include "sim/datacenter.h"
#include "sim/facts.h"
#include "sim/firewall.h"
#include "sim/ha.h"
#include "sim/incidents.h"
#include "sim/interfaces.h"
#include "sim/inventory.h"
#include "sim/lacks.h"
#include "sim/node_settings.h"
#include "sim/notifications.h"
#include "sim/sdn.h"
#include "sim/tasks.h"
#include "sim/upload.h"
#include "sim/volumes.h"

namespace pmx::sim {

struct State;
/// A nightly backup of every guest to the backup server.
void seed_jobs(State& state);

/// How the last runs of a replication job went; times in seconds, 0 = never.
struct ReplicationRun {
  int failures = 0;  ///< in a row
  std::int64_t last_sync = 0;
  std::int64_t last_try = 0;
  std::int64_t next = 0;
  std::string error;  ///< of the last try; empty = it went well
};

/// Everything that lives as long as the cluster.
struct State {
  /// Everything follows from `options` and the time it is made at (milliseconds since the epoch).
  State(const Options& options, std::int64_t now_ms)
      : facts(options.pve),
        lacks(options.lacks, options.pve),
        inventory(options, now_ms / 1000),
        access(inventory, options),
        tasks(&lacks),
        storages(inventory, now_ms / 1000),
        nodes(node_settings(inventory, options.scenario)),
        work_time(options.work_time),
        scenario(options.scenario) {
    if (options.scenario != Scenario::kGenerated) return;
    seed_tasks(*this, now_ms);
    seed_ha(*this);
    seed_jobs(*this);
    firewall = generate_firewall(inventory);
    datacenter = generate_datacenter(inventory);
  }

  Facts facts;
  Lacks lacks;
  Inventory inventory;
  AccessControl access;
  Tasks tasks;
  Storages storages;
  FirewallState firewall;
  HaState ha;
  SectionFile jobs;                                        ///< jobs.cfg
  SectionFile replication;                                 ///< replication.cfg
  std::map<std::string, ReplicationRun> replication_runs;  ///< by job; none before a run
  SectionFile metric_servers;                              ///< status.cfg
  SectionFile acme_plugins;                                ///< priv/acme/plugins.cfg
  SectionFile acme_accounts;                               ///< priv/acme/*, a section an account
  SectionFile cpu_models;                                  ///< virtual-guest/cpu-models.conf
  NotificationState notifications;
  std::map<std::string, NodeSettings, std::less<>> nodes;  ///< by name
  std::map<std::string, NodeNetwork> networks;  ///< by node, made when it is first looked at
  SdnState sdn;
  DatacenterState datacenter;
  Incidents incidents;
  std::chrono::milliseconds work_time;             ///< as Options says
  Scenario scenario;                               ///< as Options says
  std::map<std::string, std::string> guest_files;  ///< written by the agent; "VMID:PATH"
  std::uint64_t made = 0;                          ///< identifiers and addresses given out so far
};

/// Another call by the same caller, from inside of one: method, path below /api2/json, arguments.
using Nested =
    std::function<Answer(const std::string& method, const std::string& path, const Json& args)>;

/// A verified call.
struct Call {
  State& state;
  const Caller& caller;
  const Json& params;              ///< of path, query and body
  const Json& facts;               ///< of the method: params, permissions, returns, ...
  std::size_t asked;               ///< the node that got the request: its place in the inventory
  std::int64_t now;                ///< milliseconds since the epoch
  const Upload* upload = nullptr;  ///< the file that came with it
  const Nested* nested = nullptr;  ///< runs commands that the call brings along

  [[nodiscard]] bool is_9() const { return state.facts.version() == PveVersion::k9; }

  /// A parameter's text; empty when absent.
  [[nodiscard]] std::string text(std::string_view name) const {
    const Json* value = find_member(params, name);
    if (value == nullptr) return "";
    return value->is_string() ? *value->get_ptr<const std::string*>() : value->dump();
  }
  [[nodiscard]] bool has(std::string_view name) const {
    return find_member(params, name) != nullptr;
  }
  [[nodiscard]] bool flag(std::string_view name) const {
    const std::string value = text(name);
    return value == "1" || value == "true";
  }
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t fallback) const {
    return has(name) ? std::strtoll(text(name).c_str(), nullptr, 10) : fallback;
  }
  [[nodiscard]] bool may(const std::string& path, std::string_view privilege) const {
    return state.access.allowed(caller, path, privilege);
  }
};

using Handler = Answer (*)(const Call&);
/// "GET /nodes/{node}/status" -> handler.
using Handlers = std::map<std::string, Handler, std::less<>>;

/// Each registers the handlers of its area; a path that is registered and unknown to the facts is
/// never called.
void add_access_handlers(Handlers& handlers);
void add_user_handlers(Handlers& handlers);
void add_token_handlers(Handlers& handlers);
void add_group_handlers(Handlers& handlers);
void add_ticket_handlers(Handlers& handlers);
void add_tfa_handlers(Handlers& handlers);
void add_domain_handlers(Handlers& handlers);
void add_pool_handlers(Handlers& handlers);
void add_cluster_handlers(Handlers& handlers);
void add_node_handlers(Handlers& handlers);
void add_firewall_handlers(Handlers& handlers);
void add_guest_handlers(Handlers& handlers);
void add_ha_handlers(Handlers& handlers);
void add_ha_rule_handlers(Handlers& handlers);
void add_network_handlers(Handlers& handlers);
void add_sdn_handlers(Handlers& handlers);
void add_datacenter_handlers(Handlers& handlers);
void add_mapping_handlers(Handlers& handlers);
void add_power_handlers(Handlers& handlers);
void add_lxc_handlers(Handlers& handlers);
void add_qemu_handlers(Handlers& handlers);
void add_bulk_handlers(Handlers& handlers);
void add_task_handlers(Handlers& handlers);
void add_storage_handlers(Handlers& handlers);
void add_storage_status_handlers(Handlers& handlers);
void add_content_handlers(Handlers& handlers);
void add_upload_handlers(Handlers& handlers);
void add_vzdump_handlers(Handlers& handlers);
void add_job_handlers(Handlers& handlers);
void add_replication_handlers(Handlers& handlers);
void add_node_config_handlers(Handlers& handlers);
void add_node_system_handlers(Handlers& handlers);
void add_rrd_handlers(Handlers& handlers);
void add_metric_handlers(Handlers& handlers);
void add_acme_handlers(Handlers& handlers);
void add_cpu_model_handlers(Handlers& handlers);
void add_journal_handlers(Handlers& handlers);
void add_notification_handlers(Handlers& handlers);

/// The storages of GET /cluster/resources: one row a node, also for shared ones.
Json storage_resources(const Call& call);

}  // namespace pmx::sim
