#include "state/task_store.h"

#include "state/sqlite.h"

namespace pmx::state {
namespace {

constexpr std::int64_t kNobody = 0;

std::int64_t millis(SystemTime time) { return time.time_since_epoch().count(); }

Error no_task() { return Error{Code::kNotFound, "no such task", "it may have expired"}; }

Result<std::size_t> count(Statement& query) {
  PMX_TRY(const bool row, query.step());
  return row ? static_cast<std::size_t>(query.integer(0)) : 0;
}

Result<void> check_room(Db& db, std::string_view principal, const TaskCounts& most) {
  PMX_TRY(Statement all, db.prepare("SELECT count(*) FROM task"));
  PMX_TRY(const std::size_t in_all, count(all.bind()));
  PMX_TRY(Statement own, db.prepare("SELECT count(*) FROM task WHERE principal = ?"));
  PMX_TRY(const std::size_t of_principal, count(own.bind(principal)));
  if (in_all < most.in_all && of_principal < most.per_principal) return {};
  return Error{Code::kResourceExhausted, "there are too many tasks", "wait until some expire"};
}

}  // namespace

Result<TaskRecord> TaskStore::read(const Statement& row) const {
  TaskRecord record;
  record.number = row.integer(0);
  record.id = row.text(1);
  record.principal = row.text(2);
  record.working = row.integer(3) != 0;
  const std::int64_t owner = row.integer(4);
  const bool ours = owner == database_.instance();
  record.held = ours || (owner != kNobody && database_.alive(owner));
  record.expires = SystemTime(std::chrono::milliseconds(row.integer(5)));
  PMX_TRY(record.body, parse_json(row.text(6)));
  return record;
}

Result<void> TaskStore::write(const TaskRecord& record) {
  PMX_TRY(Statement update,
          database_.db().prepare("UPDATE task SET working = ?, owner = ?, expires = ?, body = ? "
                                 "WHERE id = ?"));
  return update.run(record.working, record.held ? database_.instance() : kNobody,
                    millis(record.expires), dump_json(record.body), record.id);
}

Result<void> TaskStore::add(const TaskRecord& record, const TaskCounts& most) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY_VOID(check_room(db, record.principal, most));
  PMX_TRY(Statement insert, db.prepare("INSERT INTO task (id, principal, working, owner, expires, "
                                       "body) VALUES (?, ?, ?, ?, ?, ?)"));
  PMX_TRY_VOID(insert.run(record.id, record.principal, record.working,
                          record.held ? database_.instance() : kNobody, millis(record.expires),
                          dump_json(record.body)));
  return transaction.commit();
}

Result<TaskRecord> TaskStore::find(std::string_view id) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement query, db.prepare("SELECT number, id, principal, working, owner, expires, body "
                                      "FROM task WHERE id = ?"));
  PMX_TRY(const bool row, query.bind(id).step());
  if (!row) return no_task();
  return read(query);
}

Result<TaskRecord> TaskStore::change(std::string_view id,
                                     const std::function<bool(TaskRecord&)>& edit) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(Statement query, db.prepare("SELECT number, id, principal, working, owner, expires, body "
                                      "FROM task WHERE id = ?"));
  PMX_TRY(const bool row, query.bind(id).step());
  if (!row) return no_task();
  PMX_TRY(TaskRecord record, read(query));
  TaskRecord changed = record;
  if (!edit(changed)) return record;
  query.reset();
  PMX_TRY_VOID(write(changed));
  PMX_TRY_VOID(transaction.commit());
  return changed;
}

Result<std::vector<TaskRecord>> TaskStore::list(std::string_view principal, std::int64_t before,
                                                std::size_t limit) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows,
          db.prepare("SELECT number, id, principal, working, owner, expires, body FROM task "
                     "WHERE principal = ? AND number < ? ORDER BY number DESC LIMIT ?"));
  rows.bind(principal, before, limit);
  std::vector<TaskRecord> records;
  while (true) {
    PMX_TRY(const bool row, rows.step());
    if (!row) return records;
    PMX_TRY(TaskRecord record, read(rows));
    records.push_back(std::move(record));
  }
}

Result<std::vector<TaskRecord>> TaskStore::take_abandoned(
    const std::function<bool(const TaskRecord&)>& ours) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(Statement rows,
          db.prepare("SELECT number, id, principal, working, owner, expires, body FROM task "
                     "WHERE working = 1 ORDER BY number"));
  std::vector<TaskRecord> taken;
  while (true) {
    PMX_TRY(const bool row, rows.step());
    if (!row) break;
    PMX_TRY(TaskRecord record, read(rows));
    if (!record.held && ours(record)) taken.push_back(std::move(record));
  }
  rows.reset();
  for (TaskRecord& record : taken) {
    record.held = true;
    PMX_TRY_VOID(write(record));
  }
  PMX_TRY_VOID(transaction.commit());
  return taken;
}

Result<std::vector<TaskRecord>> TaskStore::remove_expired(SystemTime now) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement look, db.prepare("SELECT 1 FROM task WHERE expires <= ? LIMIT 1"));
  PMX_TRY(const bool some, look.bind(millis(now)).step());
  std::vector<TaskRecord> removed;
  if (!some) return removed;  // the usual case takes no turn in writing
  look.reset();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(Statement remove,
          db.prepare("DELETE FROM task WHERE expires <= ? "
                     "RETURNING number, id, principal, working, owner, expires, body"));
  remove.bind(millis(now));
  while (true) {
    PMX_TRY(const bool row, remove.step());
    if (!row) break;
    auto record = read(remove);
    if (record.ok()) removed.push_back(std::move(record).value());
  }
  remove.reset();
  PMX_TRY_VOID(transaction.commit());
  return removed;
}

Result<std::int64_t> TaskStore::changes_elsewhere() {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement version, db.prepare("PRAGMA data_version"));
  PMX_TRY(const bool row, version.step());
  return row ? version.integer(0) : 0;
}

}  // namespace pmx::state
