// SQLite behind Result<T>: connection, statement, transaction. sqlite.cpp is the only file that
// sees sqlite3.h. A Db is one connection: hold lock() while any Statement or Transaction of it
// lives.
//
//   const auto lock = db.lock();
//   PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
//   PMX_TRY(Statement insert, db.prepare("INSERT INTO t VALUES (?, ?)"));
//   PMX_TRY_VOID(insert.run(7, "text"));
//   return transaction.commit();
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pmx::state {

/// Bytes, to be stored as BLOB instead of TEXT.
struct Blob {
  std::string_view bytes;
};

/// What a commit survives.
enum class Durability {
  kProcess,  ///< kill -9 at any moment; a power cut may take the latest commits, never part of one
  kPower,    ///< a power cut too: the log is synced before commit() returns
};

struct CloseDb {
  void operator()(sqlite3* handle) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* handle) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// A statement that a connection keeps; `lent` while somebody uses it.
struct KeptStatement {
  StatementHandle handle;
  bool lent = false;
};

class Db;

/// A prepared statement, borrowed from the connection's cache. Columns count from 0; text and blob
/// views hold until the next step(), reset() or the end of the statement.
class Statement {
 public:
  Statement(Statement&& other) noexcept
      : db_(other.db_),
        kept_(std::exchange(other.kept_, nullptr)),
        own_(std::move(other.own_)),
        handle_(std::exchange(other.handle_, nullptr)),
        bind_error_(other.bind_error_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds all parameters in order and rewinds. A failure shows at the next step().
  template <class... Args>
  Statement& bind(const Args&... args) {
    reset();
    int index = 0;
    (bind_one(++index, args), ...);
    return *this;
  }

  /// To the next row: true when there is one, false at the end.
  Result<bool> step();

  /// Binds and steps to the end, ignoring rows.
  template <class... Args>
  Result<void> run(const Args&... args) {
    bind(args...);
    return finish();
  }

  /// Rewinds; what is bound stays.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class Db;
  Statement(Db& db, KeptStatement& kept);
  Statement(Db& db, StatementHandle own);

  void bind_one(int index, std::string_view value);
  void bind_one(int index, const char* value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, Blob value);
  void bind_one(int index, std::nullptr_t);
  void bind_integer(int index, std::int64_t value);
  void bind_one(int index, std::integral auto value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind_one(int index, const std::optional<T>& value) {
    value ? bind_one(index, *value) : bind_one(index, nullptr);
  }

  Result<void> finish();
  void note(int code);

  Db* db_;
  KeptStatement* kept_ = nullptr;  // what is given back; nullptr for one of our own
  StatementHandle own_;
  sqlite3_stmt* handle_;
  int bind_error_ = 0;
};

/// One connection. Not thread-safe by itself: lock() first.
class Db {
 public:
  /// Opens the file at `path` (":memory:" = none) and sets the connection up: WAL is left to
  /// use_wal(), 5 s busy timeout, small cache, temporary tables in memory only.
  static Result<std::unique_ptr<Db>> open(const std::string& path);

  /// Takes a handle over, for open().
  Db(std::string path, std::unique_ptr<sqlite3, CloseDb> handle);
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;
  ~Db();

  /// The one user of this connection until the lock ends.
  [[nodiscard]] std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

  /// Prepares one statement. `sql` is a constant beside its user, never put together at run time.
  Result<Statement> prepare(std::string_view sql);

  /// Runs one or more statements without parameters or rows.
  Result<void> execute(const char* sql);

  [[nodiscard]] std::int64_t last_insert_id() const;

  /// Rows touched by the latest INSERT, UPDATE or DELETE.
  [[nodiscard]] int changes() const;

  /// True in the write-ahead-log mode that survives kill -9 and lets readers go on while one
  /// writes.
  Result<bool> is_wal();

  /// Switches to the write-ahead log. kUnavailable when another process uses the file right now.
  Result<void> use_wal();

  /// What an SQLite result code means to the caller, naming the file until hide_path().
  [[nodiscard]] Error error(int code) const;

  /// From now on errors say "the state database": they may reach a client, and a path has names.
  void hide_path() { shown_ = "the state database"; }

 private:
  friend class Statement;
  friend class Transaction;

  Result<void> set_durability(Durability durability);
  Result<StatementHandle> compile(const std::string& sql);

  /// So that a statement is found without a copy of its text.
  struct SqlHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const {
      return std::hash<std::string_view>()(sql);
    }
  };

  std::string shown_;  ///< what errors call the file
  std::mutex mutex_;
  std::unique_ptr<sqlite3, CloseDb> handle_;
  std::unordered_map<std::string, KeptStatement, SqlHash, std::equal_to<>> cache_;
  Durability durability_ = Durability::kProcess;
};

/// A write transaction (BEGIN IMMEDIATE: waits for other processes' writers at the start, never in
/// the middle). Rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Db& db, Durability durability);
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  explicit Transaction(Db& db) : db_(&db) {}
  Db* db_;
};

}  // namespace pmx::state
