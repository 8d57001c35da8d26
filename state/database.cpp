#include "state/database.h"

#include <utility>

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "state/locks.h"
#include "state/migrations.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::string_view kKeyCheck = "key-check";

struct Paths {
  std::string directory;
  std::string database = directory + "/state.db";
  std::string key = directory + "/key";
  std::string lock = directory + "/lock";
};

/// Opens the file, in WAL mode, migrated. An existing database is not written to unless it is old,
/// so that a full disk does not keep anybody from reading.
Result<std::unique_ptr<Db>> open_database(const Paths& paths, Locks& locks) {
  if (!file_exists(paths.database)) {
    // Before SQLite does it, for the mode; its -wal and -shm files take the mode over.
    PMX_TRY_VOID(create_private_file(paths.database, ""));
    sync_directory(paths.directory);
  }
  PMX_TRY(auto db, Db::open(paths.database));
  PMX_TRY(const bool wal, db->is_wal());
  if (!wal) {
    PMX_TRY_VOID(refuse_foreign(*db, paths.database));
    PMX_TRY_VOID(locks.begin_setup());
    const Result<void> switched = db->use_wal();
    locks.end_setup();
    PMX_TRY_VOID(switched);
  }
  PMX_TRY_VOID(migrate(*db, paths.database));
  return db;
}

/// A key file that others may read is refused and not mended: it came to be so by a copy or a
/// restore that did not know what it carries, and whether the key is still secret is a question for
/// the operator. The mode of the directory protects this file, not where it came from.
Result<Secret> read_key(const std::string& path) {
  PMX_TRY_VOID(check_private_file(path));
  PMX_TRY(std::string bytes, read_file(path, 4096));
  Secret key(std::move(bytes));
  if (key.expose().size() == kKeySize) return key;
  return Error{Code::kFailedPrecondition,
               path + " is damaged: " + std::to_string(key.expose().size()) + " bytes instead of " +
                   std::to_string(kKeySize),
               "restore it from a backup; without it the stored pseudonyms cannot be read"};
}

/// A fingerprint that tells keys apart and says nothing about them.
std::string check_value(const Secret& key) {
  return crypto::sha256(crypto::derive_key(key, "state/key-check").expose()).substr(0, 16);
}

Result<std::string> stored_check(Db& db) {
  PMX_TRY(Statement query, db.prepare("SELECT value FROM installation WHERE name = ?"));
  PMX_TRY(const bool row, query.bind(kKeyCheck).step());
  return std::string(row ? query.blob(0) : "");
}

Result<bool> has_pseudonyms(Db& db) {
  PMX_TRY(Statement query, db.prepare("SELECT 1 FROM pseudonym LIMIT 1"));
  return query.step();
}

Error key_error(const Paths& paths, bool missing) {
  return Error{Code::kFailedPrecondition,
               paths.key + (missing ? " is missing" : " does not fit") + ", but " + paths.database +
                   " holds pseudonyms sealed with " + (missing ? "it" : "another key"),
               "restore the key file from a backup, or move state.db away to start anew; nothing "
               "was overwritten"};
}

/// First start, or a key replaced while nothing was sealed: settles the key for all processes,
/// inside one transaction so that they do it one after the other.
Result<Secret> settle_key(Db& db, const Paths& paths) {
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY(const bool sealed, has_pseudonyms(db));
  const bool missing = !file_exists(paths.key);
  if (missing && sealed) return key_error(paths, true);
  if (missing) {
    PMX_TRY_VOID(create_private_file(paths.key, crypto::random_bytes(kKeySize)));
    sync_directory(paths.directory);
  }
  PMX_TRY(Secret key, read_key(paths.key));
  PMX_TRY(const std::string known, stored_check(db));
  const std::string check = check_value(key);
  if (known == check) return key;
  if (sealed) return key_error(paths, false);
  PMX_TRY(Statement write, db.prepare("INSERT OR REPLACE INTO installation VALUES (?, ?)"));
  PMX_TRY_VOID(write.run(kKeyCheck, Blob{check}));
  PMX_TRY_VOID(transaction.commit());
  return key;
}

/// A key that the caller brings along is written nowhere; its check value tells the next one.
Result<void> accept_key(Db& db, const Paths& paths, const Secret& key) {
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY(const std::string known, stored_check(db));
  const std::string check = check_value(key);
  if (known == check) return {};
  if (!known.empty())
    return Error{Code::kFailedPrecondition,
                 paths.database + " holds pseudonyms sealed with another key",
                 "use the key they were made with; nothing was overwritten"};
  PMX_TRY(Statement write, db.prepare("INSERT INTO installation VALUES (?, ?)"));
  PMX_TRY_VOID(write.run(kKeyCheck, Blob{check}));
  return transaction.commit();
}

Result<Secret> load_key(Db& db, const Paths& paths) {
  if (!file_exists(paths.key)) return settle_key(db, paths);
  PMX_TRY(Secret key, read_key(paths.key));
  PMX_TRY(const std::string known, stored_check(db));
  if (known == check_value(key)) return key;
  return settle_key(db, paths);
}

/// Forgets all pseudonyms and which key they were sealed with. The same key may be used again when
/// it is not ours to replace: a fresh salt then keeps what is issued next apart from what was.
Result<void> forget_key(Db& db, bool may_come_again) {
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY_VOID(db.execute("DELETE FROM pseudonym; DELETE FROM epoch"));
  PMX_TRY(Statement forget, db.prepare("DELETE FROM installation WHERE name = ?"));
  PMX_TRY_VOID(forget.run(kKeyCheck));
  if (may_come_again) {
    constexpr std::size_t kSalt = 16;
    PMX_TRY(Statement salt,
            db.prepare("INSERT INTO epoch (salt, began, earlier_until) VALUES (?, 0, 0)"));
    PMX_TRY_VOID(salt.run(Blob{crypto::random_bytes(kSalt)}));
  }
  return transaction.commit();
}

}  // namespace

class Database::Impl {
 public:
  std::string directory;         ///< empty in memory
  std::unique_ptr<Locks> locks;  ///< none in memory
  std::unique_ptr<Db> db;
  std::unique_ptr<Db> watch;  ///< for commits(); none in memory
  Secret key;
  bool brought_key = false;
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->db->hide_path();
  if (impl_->watch) impl_->watch->hide_path();
}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& directory) {
  const Paths paths{directory};
  PMX_TRY_VOID(make_private_directory(directory));
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  PMX_TRY(impl->locks, Locks::open(paths.lock));
  PMX_TRY(impl->db, open_database(paths, *impl->locks));
  PMX_TRY(impl->watch, Db::open(paths.database));
  PMX_TRY(impl->key, load_key(*impl->db, paths));
  return std::make_unique<Database>(std::move(impl));
}

Result<std::unique_ptr<Database>> Database::open(const std::string& directory, const Secret& key) {
  const Paths paths{directory};
  PMX_TRY_VOID(make_private_directory(directory));
  if (key.expose().size() != kKeySize)
    return Error{Code::kInvalidArgument, "the installation key must have 32 bytes", ""};
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  PMX_TRY(impl->locks, Locks::open(paths.lock));
  PMX_TRY(impl->db, open_database(paths, *impl->locks));
  PMX_TRY(impl->watch, Db::open(paths.database));
  PMX_TRY_VOID(accept_key(*impl->db, paths, key));
  impl->key = key;
  impl->brought_key = true;
  return std::make_unique<Database>(std::move(impl));
}

Result<std::unique_ptr<Database>> Database::open_in_memory(const Secret& key) {
  auto impl = std::make_unique<Impl>();
  PMX_TRY(impl->db, Db::open(":memory:"));
  PMX_TRY_VOID(migrate(*impl->db, "the database in memory"));
  impl->key = key.empty() ? Secret(crypto::random_bytes(kKeySize)) : key;
  return std::make_unique<Database>(std::move(impl));
}

Result<void> Database::check_key() {
  if (impl_->directory.empty()) return {};
  PMX_TRY(const std::string known, stored_check(*impl_->db));
  if (known == check_value(impl_->key)) return {};
  return Error{Code::kFailedPrecondition, "the key of this installation was replaced",
               "start this process again"};
}

Result<void> Database::renew_key() {
  if (impl_->locks == nullptr) return forget_key(*impl_->db, true);
  if (!impl_->locks->begin_alone()) {
    return Error{Code::kFailedPrecondition, "another process uses " + impl_->directory,
                 "end all servers first (clients start one per window); nothing was changed"};
  }
  auto renewed = forget_key(*impl_->db, impl_->brought_key);
  // After the commit: a key that fits nothing is settled at the next start, rows without their key
  // would be lost.
  if (renewed.ok() && !impl_->brought_key) {
    renewed = write_private_file(Paths{impl_->directory}.key, crypto::random_bytes(kKeySize));
  }
  impl_->locks->end_alone();
  PMX_TRY_VOID(renewed);
  sync_directory(impl_->directory);
  const auto lock = impl_->db->lock();
  const auto cleaned = impl_->db->execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  if (!cleaned.ok()) {
    log::warn(Context{}, "state.not_compacted", {{"error", cleaned.error().message}});
  }
  return {};
}

/// SQLite counts the commits of other connections than the one that asks.
Result<std::int64_t> Database::commits() {
  if (impl_->watch == nullptr) return 0;
  const auto lock = impl_->watch->lock();
  PMX_TRY(Statement query, impl_->watch->prepare("PRAGMA data_version"));
  PMX_TRY(const bool row, query.step());
  if (!row) return Error{Code::kInternal, "the database does not tell its version", ""};
  return query.integer(0);
}

const Secret& Database::key() const { return impl_->key; }
Db& Database::db() { return *impl_->db; }
bool Database::brought_key() const { return impl_->brought_key; }
bool Database::kept() const { return impl_->locks != nullptr; }

std::int64_t Database::instance() const {
  return impl_->locks == nullptr ? 1 : impl_->locks->instance();
}

bool Database::alive(std::int64_t instance) const {
  return impl_->locks == nullptr ? instance == 1 : impl_->locks->alive(instance);
}

bool Database::try_lead() { return impl_->locks == nullptr || impl_->locks->try_lead(); }

}  // namespace pmx::state
