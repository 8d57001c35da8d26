// The audit of every tool call and resource read, as the server's call observer.
//
// A call that writes is on disk before it runs. Reads are held and written together, many in one
// transaction: by AuditWriter every kHold, before a call that writes is recorded, when many are
// held, and when the auditor goes. So kill -9 loses the reads of at most that time, and nothing
// else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "mcp/server/catalogue.h"
#include "state/audit_store.h"

namespace pmx::app {

class Auditor final : public mcp::CallObserver {
 public:
  /// Both outlive the auditor.
  Auditor(state::AuditStore& store, Clock& clock) : store_(store), clock_(clock) {}

  /// Writes what is held.
  ~Auditor() override;

  /// A call that writes is refused when its record cannot be made durable; a read goes on with an
  /// alarm in the log. The token of a read holds in this auditor only.
  Result<std::int64_t> started(const Context& ctx, std::string_view name, const Json& arguments,
                               bool writes) override;
  void finished(const Context& ctx, std::int64_t token, const mcp::CallOutcome& outcome) override;

  /// Notes the task that the running request started. Thread-safe like the rest.
  void note_task(const Context& ctx, const std::string& upid);

  /// Writes what is held now. What cannot be written is an alarm in the log, and lost.
  void flush();

  /// Blocks until something is held; false when `stop` was requested.
  bool wait_held(const std::stop_token& stop);

 private:
  /// A read that runs or is not on disk yet.
  struct Read {
    std::optional<state::AuditEntry> entry;  ///< to be appended, with its outcome when it has ended
    std::optional<state::AuditEnd> end;      ///< came after the entry had been taken to be written
    std::int64_t id = 0;                     ///< of the entry on disk; 0 = it is not there
    std::size_t bytes = 0;                   ///< that the entry counts while it is held
  };
  struct Batch;

  std::int64_t hold(state::AuditEntry entry, std::size_t bytes);
  void finish_read(std::int64_t token, const mcp::CallOutcome& outcome);
  void mark_held();
  bool write_batch();
  Batch take_batch();
  void settle(const Batch& batch, const std::vector<std::int64_t>& ids);

  state::AuditStore& store_;
  Clock& clock_;
  std::mutex writing_;  // while a batch is written; taken before the other
  std::mutex mutex_;    // guards the rest; never held while the database is waited for
  std::condition_variable_any came_;
  std::map<std::string, std::int64_t> running_;  // request id -> token
  std::map<std::int64_t, Read> reads_;           // by number, which is the token negated
  std::int64_t last_read_ = 0;
  std::size_t held_bytes_ = 0;
  bool held_ = false;  // something is to be written
};

/// Flushes an auditor while it lives. `auditor` and `clock` outlive it.
class AuditWriter {
 public:
  AuditWriter(Auditor& auditor, Clock& clock);

 private:
  std::jthread thread_;
};

}  // namespace pmx::app
