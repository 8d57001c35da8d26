// The audit of every tool call and resource read, as the server's call observer.
#pragma once

#include <map>
#include <mutex>

#include "base/clock.h"
#include "mcp/server/catalogue.h"
#include "state/audit_store.h"

namespace pmx::app {

class Auditor final : public mcp::CallObserver {
 public:
  /// Both outlive the auditor.
  Auditor(state::AuditStore& store, Clock& clock) : store_(store), clock_(clock) {}

  /// A call that writes is refused when its record cannot be made durable; a read goes on with an
  /// alarm in the log.
  Result<std::int64_t> started(const Context& ctx, std::string_view name, const Json& arguments,
                               bool writes) override;
  void finished(const Context& ctx, std::int64_t token, const mcp::CallOutcome& outcome) override;

  /// Notes the task that the running request started. Thread-safe like the rest.
  void note_task(const Context& ctx, const std::string& upid);

 private:
  state::AuditStore& store_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::int64_t> running_;  // request id -> audit entry
};

}  // namespace pmx::app
