#include "state/migrations.h"

#include <array>

namespace pmx::state {
namespace {

/// "PMCX" as a number: marks the file as ours.
constexpr std::int64_t kApplicationId = 1347240792;

/// Step n of the schema at index n - 1; each ends by setting its own number. A released step is
/// never edited: append the next one.
constexpr std::array kSteps{
    R"sql(
CREATE TABLE installation (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE object (
  cluster TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  fields TEXT NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (cluster, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  cluster TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  path TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  cause TEXT NOT NULL
) STRICT;
CREATE INDEX event_time ON event (time);
CREATE INDEX event_object ON event (cluster, kind, object);

CREATE TABLE sync (
  cluster TEXT NOT NULL,
  kind TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (cluster, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  instance INTEGER NOT NULL,
  principal TEXT NOT NULL,
  client TEXT NOT NULL,
  request_id TEXT NOT NULL,
  tool TEXT NOT NULL,
  arguments TEXT NOT NULL,
  writes INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('running', 'ok', 'error')),
  result TEXT NOT NULL,
  task TEXT NOT NULL,
  duration INTEGER NOT NULL
) STRICT;

CREATE TABLE pseudonym (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  lookup BLOB NOT NULL UNIQUE,
  pseudonym TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL
) STRICT;

PRAGMA application_id = 1347240792;
PRAGMA user_version = 1;
)sql",
    R"sql(
CREATE TABLE hold (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  cluster TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  phase INTEGER NOT NULL CHECK (phase IN (0, 1, 2)),
  fields TEXT NOT NULL,
  expected TEXT NOT NULL,
  cause TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  instance INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_object ON hold (cluster, kind, object);

PRAGMA user_version = 2;
)sql",
    R"sql(
CREATE TABLE task (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  principal TEXT NOT NULL,
  working INTEGER NOT NULL CHECK (working IN (0, 1)),
  owner INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX task_principal ON task (principal, number);
CREATE INDEX task_expires ON task (expires);

PRAGMA user_version = 3;
)sql",
    R"sql(
CREATE TABLE epoch (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  salt BLOB NOT NULL,
  began INTEGER NOT NULL,
  earlier_until INTEGER NOT NULL
) STRICT;
ALTER TABLE pseudonym ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 4;
)sql",
    R"sql(
CREATE TABLE spent (
  nonce TEXT PRIMARY KEY,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 5;
)sql",
};

Result<std::int64_t> current_version(Db& db) {
  PMX_TRY(Statement query, db.prepare("PRAGMA user_version"));
  PMX_TRY(const bool row, query.step());
  return row ? query.integer(0) : 0;
}

/// Runs the next step; true when the database is complete. Looks again inside the transaction, for
/// another process may have been faster.
Result<bool> advance(Db& db, const std::string& path) {
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY(const std::int64_t version, current_version(db));
  if (version >= schema_version()) return true;
  PMX_TRY_VOID(refuse_foreign(db, path));
  PMX_TRY_VOID(db.execute(kSteps[static_cast<std::size_t>(version)]));
  PMX_TRY_VOID(transaction.commit());
  return false;
}

}  // namespace

/// One statement, so that all three come from one moment: another process may be creating the
/// tables.
Result<void> refuse_foreign(Db& db, const std::string& path) {
  PMX_TRY(Statement query,
          db.prepare("SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) "
                     "FROM pragma_application_id, pragma_user_version"));
  PMX_TRY_VOID(query.step());
  const bool ours = query.integer(0) == kApplicationId && query.integer(1) > 0;
  const bool empty = query.integer(0) == 0 && query.integer(1) == 0 && query.integer(2) == 0;
  if (ours || empty) return {};
  return Error{Code::kFailedPrecondition, path + " is the database of another program",
               "choose another state directory; nothing was changed"};
}

int schema_version() { return static_cast<int>(kSteps.size()); }

Result<void> migrate(Db& db, const std::string& path) {
  PMX_TRY_VOID(refuse_foreign(db, path));
  PMX_TRY(std::int64_t version, current_version(db));
  for (bool complete = version >= schema_version(); !complete;) {
    PMX_TRY(complete, advance(db, path));
  }
  PMX_TRY(version, current_version(db));
  if (version <= schema_version()) return {};
  return Error{Code::kFailedPrecondition,
               path + " was written by a newer proxmox-mpc (schema " + std::to_string(version) +
                   ", this one knows " + std::to_string(schema_version()) + ")",
               "run that version, or choose another state directory; nothing was changed"};
}

}  // namespace pmx::state
