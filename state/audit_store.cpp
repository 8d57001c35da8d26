#include "state/audit_store.h"

#include "state/sqlite.h"

namespace pmx::state {
namespace {

Error not_running(std::int64_t id) {
  return Error{Code::kNotFound, "audit entry " + std::to_string(id) + " is not a running call", ""};
}

Durability needed(bool writes) { return writes ? Durability::kPower : Durability::kProcess; }

Result<AuditEntry> read_entry(const Statement& row, const Database& database) {
  AuditEntry entry;
  entry.id = row.integer(0);
  entry.time = SystemTime(std::chrono::milliseconds(row.integer(1)));
  entry.principal = row.text(3);
  entry.client = row.text(4);
  entry.request_id = row.text(5);
  entry.tool = row.text(6);
  PMX_TRY(entry.arguments, parse_json(row.text(7)));
  entry.writes = row.integer(8) != 0;
  entry.outcome = row.text(9);
  if (entry.outcome == "running" && !database.alive(row.integer(2))) entry.outcome = "interrupted";
  PMX_TRY(entry.result, parse_json(row.text(10)));
  entry.task = row.text(11);
  entry.duration = std::chrono::milliseconds(row.integer(12));
  return entry;
}

/// Appends one row; its id.
Result<std::int64_t> insert(Db& db, const Database& database, const AuditEntry& entry) {
  PMX_TRY(Statement statement,
          db.prepare("INSERT INTO audit (time, instance, principal, client, request_id, tool, "
                     "arguments, writes, outcome, result, task, duration) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  PMX_TRY_VOID(statement.run(entry.time.time_since_epoch().count(), database.instance(),
                             entry.principal, entry.client, entry.request_id, entry.tool,
                             dump_json(entry.arguments), entry.writes,
                             entry.outcome.empty() ? "running" : entry.outcome.c_str(),
                             dump_json(entry.result), entry.task, entry.duration.count()));
  return db.last_insert_id();
}

/// False when that call does not run.
Result<bool> update(Db& db, const AuditEnd& end) {
  PMX_TRY(Statement statement, db.prepare("UPDATE audit SET outcome = ?, result = ?, duration = ? "
                                          "WHERE id = ? AND outcome = 'running'"));
  PMX_TRY_VOID(
      statement.run(end.ok ? "ok" : "error", dump_json(end.result), end.duration.count(), end.id));
  return db.changes() > 0;
}

}  // namespace

AuditStore::AuditStore(Database& database) : database_(database) {}

Result<std::int64_t> AuditStore::begin(const AuditEntry& entry) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, needed(entry.writes)));
  PMX_TRY(const std::int64_t id, insert(db, database_, entry));
  PMX_TRY_VOID(transaction.commit());
  if (entry.writes) open_writes_.insert(id);
  return id;
}

Result<std::vector<std::int64_t>> AuditStore::append(const std::vector<AuditEntry>& entries,
                                                     const std::vector<AuditEnd>& ends) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  std::vector<std::int64_t> ids;
  for (const AuditEntry& entry : entries) {
    PMX_TRY(const std::int64_t id, insert(db, database_, entry));
    ids.push_back(id);
  }
  for (const AuditEnd& end : ends) PMX_TRY_VOID(update(db, end));
  PMX_TRY_VOID(transaction.commit());
  return ids;
}

Result<void> AuditStore::note_task(std::int64_t id, std::string_view upid) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY(Statement update,
          db.prepare("UPDATE audit SET task = ? WHERE id = ? AND outcome = 'running'"));
  PMX_TRY_VOID(update.run(upid, id));
  if (db.changes() == 0) return not_running(id);
  return transaction.commit();
}

Result<void> AuditStore::finish(std::int64_t id, bool ok, const Json& result,
                                std::chrono::milliseconds duration) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, needed(open_writes_.contains(id))));
  PMX_TRY(const bool found, update(db, {id, ok, result, duration}));
  if (!found) return not_running(id);
  PMX_TRY_VOID(transaction.commit());
  open_writes_.erase(id);
  return {};
}

Result<std::vector<AuditEntry>> AuditStore::list(int limit) {
  if (limit < 1) return Error{Code::kInvalidArgument, "limit must be at least 1", ""};
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(
      Statement rows,
      db.prepare("SELECT id, time, instance, principal, client, request_id, tool, arguments, "
                 "writes, outcome, result, task, duration FROM audit ORDER BY id DESC LIMIT ?"));
  rows.bind(limit);
  std::vector<AuditEntry> entries;
  while (true) {
    PMX_TRY(const bool row, rows.step());
    if (!row) return entries;
    PMX_TRY(AuditEntry entry, read_entry(rows, database_));
    entries.push_back(std::move(entry));
  }
}

}  // namespace pmx::state
