// Everything a command of the product runs on, put together: state, engine, clients, clusters. The
// composition root of `serve`, `doctor`, `anonymize` and `reveal`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "anonymize/engine.h"
#include "app/config.h"
#include "app/durable_tasks.h"
#include "ops/api_access.h"
#include "ops/cluster.h"
#include "proxmox/client.h"
#include "sim/cluster.h"
#include "state/audit_store.h"
#include "state/database.h"
#include "state/inventory_store.h"
#include "state/pseudonym_store.h"
#include "state/spent_store.h"

namespace pmx::app {

/// Members are declared in the order in which each needs the ones before it; destruction runs
/// backwards.
class Installation {
 public:
  /// Empty; use open() or open_demo(). `clock` outlives it.
  explicit Installation(Clock& clock);
  ~Installation();

  /// Opens the state directory of `config` and prepares a client per cluster. Calls no cluster.
  static Result<std::unique_ptr<Installation>> open(const Config& config, Clock& clock);

  /// A simulated cluster in process, with state in memory. A given `key` (32 bytes) makes every
  /// pseudonym repeatable.
  static Result<std::unique_ptr<Installation>> open_demo(Clock& clock, const Secret& key = {});

  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] state::Database& database() { return *database_; }
  [[nodiscard]] anonymize::Engine& engine() { return *engine_; }
  /// How long pseudonyms last: those of the demo end with it.
  [[nodiscard]] PrivacyMode mode() const {
    return database_->kept() ? mode_ : PrivacyMode::kSession;
  }
  /// What the operator wants hidden or kept otherwise; nullptr when nothing.
  [[nodiscard]] const anonymize::Policy* policy() const { return policy_.get(); }
  /// The latest rotation of the installation's pseudonyms.
  Result<state::Rotation> rotation() { return pseudonyms_->rotation(); }
  /// Pseudonyms in use, by kind.
  Result<std::vector<state::KindCount>> pseudonym_counts();
  [[nodiscard]] state::InventoryStore& inventory() { return *inventory_; }
  [[nodiscard]] state::AuditStore& audit() { return *audit_; }
  [[nodiscard]] const std::shared_ptr<DurableTasks>& tasks() const { return tasks_; }
  /// Seals what clients carry from one request to the next, for every process that understands
  /// their pseudonyms; empty when that is this one alone.
  [[nodiscard]] Secret state_key() const;
  /// What works once in all of them.
  [[nodiscard]] state::SpentStore& spent() { return *spent_; }
  [[nodiscard]] ops::Clusters& clusters() { return *clusters_; }
  [[nodiscard]] ops::ApiAccess& api() { return api_; }

  /// The demo's cluster, nullptr otherwise: tests break it on purpose.
  [[nodiscard]] sim::Cluster* simulated() { return simulated_.get(); }

 private:
  Result<void> open_stores(std::unique_ptr<state::Database> database, PrivacyMode mode);
  Result<void> open_session();
  Result<void> add_cluster(const std::string& name, std::unique_ptr<proxmox::Http> http,
                           const proxmox::Credentials& credentials);
  Result<void> finish();

  struct Connection {
    std::string name;
    std::unique_ptr<proxmox::Http> http;
    std::unique_ptr<proxmox::Client> client;
  };

  Clock& clock_;
  PrivacyMode mode_ = PrivacyMode::kInstallation;
  std::shared_ptr<const anonymize::Policy> policy_;
  std::unique_ptr<state::Database> database_;
  std::unique_ptr<state::PseudonymStore> pseudonyms_;
  std::unique_ptr<anonymize::Engine> engine_;
  std::unique_ptr<state::InventoryStore> inventory_;
  std::unique_ptr<state::AuditStore> audit_;
  std::unique_ptr<state::SpentStore> spent_;
  std::shared_ptr<DurableTasks> tasks_;  // shared with the servers, as mcp::ServerOptions wants it
  std::unique_ptr<sim::Cluster> simulated_;
  std::vector<Connection> connections_;
  std::unique_ptr<ops::Clusters> clusters_;
  ops::ApiAccess api_;
};

}  // namespace pmx::app
