// The audit trail: every tool call and resource read, with real arguments (secrets redacted by the
// caller). Append-only. Thread-safe; several processes may share it.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "state/database.h"

namespace pmx::state {

struct AuditEntry {
  std::int64_t id = 0;
  SystemTime time;
  std::string principal;
  std::string client;
  std::string request_id;
  std::string tool;
  Json arguments;
  bool writes = false;
  std::string outcome;  ///< empty or "running" until finished, then "ok" or "error"; list() shows
                        ///< "running" of a dead process as "interrupted"
  Json result;       ///< short: error, or what was done
  std::string task;  ///< UPID, if one was started
  std::chrono::milliseconds duration{0};
};

/// How a call ended.
struct AuditEnd {
  std::int64_t id = 0;  ///< of the entry
  bool ok = false;
  Json result;
  std::chrono::milliseconds duration{0};
};

class AuditStore {
 public:
  explicit AuditStore(Database& database);

  /// Appends; returns the id. For entry.writes the row is on disk (synchronous=FULL) when this
  /// returns.
  Result<std::int64_t> begin(const AuditEntry& entry);

  /// Appends `entries` that do not write, those with an outcome as ended, and notes `ends`, all in
  /// one transaction that survives a crash of the process. Returns the ids of `entries`, in their
  /// order. An end of what is no running call is left out.
  Result<std::vector<std::int64_t>> append(const std::vector<AuditEntry>& entries,
                                           const std::vector<AuditEnd>& ends);

  /// Notes the task of a running call at once (on disk when this returns), so that a crash still
  /// tells what was started. kNotFound when no such call is running.
  Result<void> note_task(std::int64_t id, std::string_view upid);

  /// Notes how a running call ended; on disk when this returns, if the call was begun here as one
  /// that writes. kNotFound when no such call is running: a finished entry never changes.
  Result<void> finish(std::int64_t id, bool ok, const Json& result,
                      std::chrono::milliseconds duration);

  /// The latest `limit` entries, newest first.
  Result<std::vector<AuditEntry>> list(int limit);

 private:
  Database& database_;
  std::set<std::int64_t> open_writes_;  ///< guarded by the connection's lock
};

}  // namespace pmx::state
