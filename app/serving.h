// Serving: an installation at work: one MCP server for each access level, on the same clusters,
// privacy engine, audit trail and events. `serve` puts a pipe or an HTTP endpoint in front of it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "app/auditor.h"
#include "app/config.h"
#include "app/follower.h"
#include "app/installation.h"
#include "app/privacy_gate.h"
#include "app/typed_names.h"
#include "base/executor.h"
#include "mcp/server/catalogue.h"
#include "mcp/server/events.h"
#include "mcp/server/server.h"
#include "ops/event_feed.h"
#include "ops/syncer.h"

namespace pmx::app {

class Serving {
 public:
  /// Opens the installation (or the demo), offers what `levels` allow, and begins to sync in the
  /// background. Calls no cluster before a request or the first sync.
  static Result<std::unique_ptr<Serving>> start(const Config& config, bool demo,
                                                const std::vector<Access>& levels);

  /// Use start().
  Serving(std::unique_ptr<Installation> installation, const Config& config, Clock& clock);

  /// The server of a level that start() was given.
  [[nodiscard]] mcp::Server& server(Access level) { return *levels_.find(level)->second.server; }
  [[nodiscard]] mcp::Events& events() { return events_; }

  /// Writes what the audit holds, for a process that ends without its destructors.
  void flush_audit() { auditor_.flush(); }

 private:
  struct Level {
    mcp::Catalogue catalogue;
    std::unique_ptr<mcp::Server> server;
  };

  Result<void> add(Access level, bool demo);
  void begin_watching();
  std::vector<Look> looks();

  // In the order in which each needs the ones before it; destruction runs backwards.
  Clock& clock_;
  const std::chrono::seconds sync_interval_;
  const LimitsConfig limits_;
  const std::unique_ptr<Installation> installation_;
  Auditor auditor_;
  TypedNames names_;
  PrivacyGate gate_;
  mcp::Events events_;
  Executor executor_;
  std::map<Access, Level> levels_;
  std::unique_ptr<AuditWriter> audit_writer_;
  std::unique_ptr<ops::EventFeed> feed_;
  std::unique_ptr<Follower> follower_;
  std::unique_ptr<ops::Syncer> syncer_;
};

}  // namespace pmx::app
