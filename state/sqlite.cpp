#include "state/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace pmx::state {
namespace {

constexpr int kBusyMillis = 5000;

bool out_of_space(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

Error disk_full(const std::string& path) {
  return Error{Code::kResourceExhausted, "disk full: cannot write " + path,
               "free some space there; what is stored stays readable"};
}

Error explain(int code, int system_error, const std::string& path, const std::string& detail) {
  const bool no_access = system_error == EACCES || system_error == EPERM || system_error == EROFS;
  switch (code & 0xff) {
    case SQLITE_FULL: return disk_full(path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{Code::kUnavailable, path + " is held by another process", "try again"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error{
          Code::kFailedPrecondition, path + " is damaged or no database (" + detail + ")",
          "restore it from a backup, or move it away to start anew; nothing was overwritten"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Error{Code::kPermissionDenied, path + " cannot be written: it is read-only",
                   "check the owner and mode of the file, its directory and its file system"};
    case SQLITE_NOMEM: return Error{Code::kResourceExhausted, "out of memory using " + path, ""};
    case SQLITE_TOOBIG: return Error{Code::kResourceExhausted, "value too large for " + path, ""};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (out_of_space(system_error)) return disk_full(path);
      return Error{no_access ? Code::kPermissionDenied : Code::kUnavailable,
                   path + " cannot be accessed (" + detail + ")",
                   "check the file, its directory and the disk"};
    default: return Error{Code::kInternal, path + ": " + detail, ""};
  }
}

std::string_view view_of(const void* bytes, int size) {
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

}  // namespace

void CloseDb::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void FinalizeStatement::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement::Statement(Db& db, KeptStatement& kept)
    : db_(&db), kept_(&kept), handle_(kept.handle.get()) {
  kept.lent = true;
}

Statement::Statement(Db& db, StatementHandle own)
    : db_(&db), own_(std::move(own)), handle_(own_.get()) {}

Statement::~Statement() {
  if (kept_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  kept_->lent = false;
}

void Statement::note(int code) {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
}

void Statement::bind_one(int index, std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();
  note(sqlite3_bind_text64(handle_, index, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_one(int index, Blob value) {
  const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
  note(sqlite3_bind_blob64(handle_, index, bytes, value.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::bind_one(int index, std::nullptr_t) { note(sqlite3_bind_null(handle_, index)); }

void Statement::bind_integer(int index, std::int64_t value) {
  note(sqlite3_bind_int64(handle_, index, value));
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) return db_->error(bind_error_);
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_->error(code);
}

Result<void> Statement::finish() {
  while (true) {
    PMX_TRY(const bool row, step());
    if (!row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_);
  bind_error_ = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_text(handle_, column);
  return view_of(bytes, sqlite3_column_bytes(handle_, column));
}

std::string_view Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  return view_of(bytes, sqlite3_column_bytes(handle_, column));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Db::Db(std::string path, std::unique_ptr<sqlite3, CloseDb> handle)
    : shown_(std::move(path)), handle_(std::move(handle)) {}

Db::~Db() = default;

Result<std::unique_ptr<Db>> Db::open(const std::string& path) {
  // Without SQLite's own mutexes: lock() is the one that counts.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, kFlags, nullptr);
  auto db = std::make_unique<Db>(path, std::unique_ptr<sqlite3, CloseDb>(raw));
  if (code != SQLITE_OK) return db->error(code);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyMillis);
  PMX_TRY_VOID(
      db->execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
                  "PRAGMA cache_size = -512; PRAGMA journal_size_limit = 4194304;"
                  "PRAGMA trusted_schema = OFF; PRAGMA synchronous = NORMAL;"));
  return db;
}

Result<StatementHandle> Db::compile(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return error(code);
  return StatementHandle(raw);
}

Result<Statement> Db::prepare(std::string_view sql) {
  if (const auto kept = cache_.find(sql); kept != cache_.end() && !kept->second.lent) {
    return Statement(*this, kept->second);
  }
  std::string text(sql);
  PMX_TRY(StatementHandle fresh, compile(text));
  const auto [kept, is_new] = cache_.try_emplace(std::move(text));
  if (!is_new) return Statement(*this, std::move(fresh));  // the same one is in use
  kept->second.handle = std::move(fresh);
  return Statement(*this, kept->second);
}

Result<void> Db::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

std::int64_t Db::last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

int Db::changes() const { return sqlite3_changes(handle_.get()); }

Result<bool> Db::is_wal() {
  PMX_TRY(Statement mode, prepare("PRAGMA journal_mode"));
  PMX_TRY(const bool row, mode.step());
  return row && mode.text(0) == "wal";
}

Result<void> Db::use_wal() { return execute("PRAGMA journal_mode = WAL"); }

Result<void> Db::set_durability(Durability durability) {
  if (durability == durability_) return {};
  PMX_TRY_VOID(execute(durability == Durability::kPower ? "PRAGMA synchronous = FULL"
                                                        : "PRAGMA synchronous = NORMAL"));
  durability_ = durability;
  return {};
}

Error Db::error(int code) const {
  if (handle_ == nullptr) return explain(SQLITE_NOMEM, 0, shown_, "");
  return explain(code, sqlite3_system_errno(handle_.get()), shown_, sqlite3_errmsg(handle_.get()));
}

Result<Transaction> Transaction::begin(Db& db, Durability durability) {
  PMX_TRY_VOID(db.set_durability(durability));
  PMX_TRY(Statement begin, db.prepare("BEGIN IMMEDIATE"));
  PMX_TRY_VOID(begin.run());
  return Transaction(db);
}

Transaction::~Transaction() {
  // A failed statement may have rolled back already; then there is nothing left to undo.
  if (db_ == nullptr || sqlite3_get_autocommit(db_->handle_.get()) != 0) return;
  sqlite3_exec(db_->handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Transaction::commit() {
  PMX_TRY(Statement commit, db_->prepare("COMMIT"));
  PMX_TRY_VOID(commit.run());
  db_ = nullptr;
  return {};
}

}  // namespace pmx::state
