// The state directory: one SQLite database, the installation key, the syncer lock. Shared by every
// process of the installation (clients start one server per window). Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace pmx::state {

class Db;

class Database {
 public:
  class Impl;

  /// Opens or creates `directory` (0700) and the database in it (0600), migrated to this version. A
  /// database of a later version, or one that cannot be read, is an Error naming the file and what
  /// to do; it is never overwritten.
  static Result<std::unique_ptr<Database>> open(const std::string& directory);

  /// The same with a key of the caller's (32 bytes), which is not written to the directory. Another
  /// key than the one its pseudonyms are sealed with is kFailedPrecondition.
  static Result<std::unique_ptr<Database>> open(const std::string& directory, const Secret& key);

  /// A database in memory, for the demo, tests and one-shot commands. `key`: 32 bytes; empty =
  /// fresh random ones.
  static Result<std::unique_ptr<Database>> open_in_memory(const Secret& key = {});

  /// For open() and open_in_memory(): nobody else has an Impl.
  explicit Database(std::unique_ptr<Impl> impl);
  ~Database();

  /// 32 bytes, created at first start by whichever process is first, then the same for all.
  [[nodiscard]] const Secret& key() const;

  /// kFailedPrecondition when another process has replaced the key since: what is sealed with key()
  /// now could never be read again. The caller holds the connection's lock.
  Result<void> check_key();

  /// Forgets all pseudonyms and makes a new key, so that nothing said before can be traced back;
  /// key() stays the old one, so open the directory anew. A key that the caller brought stays with
  /// the caller; then a new epoch gives what is issued next another subkey. kFailedPrecondition
  /// while another process has the directory open.
  Result<void> renew_key();

  /// Whether the key came from the caller, so that it is not in the directory.
  [[nodiscard]] bool brought_key() const;

  /// One connection behind a mutex; for the stores only.
  [[nodiscard]] Db& db();

  /// A number that differs from the last one when anybody, this process too, may have committed
  /// since. It has a connection of its own, so that a look waits for no other use of the database.
  /// kUnavailable and the like when it cannot be read; a database in memory counts nothing.
  Result<std::int64_t> commits();

  /// Whether what is stored outlives this process: not in memory.
  [[nodiscard]] bool kept() const;

  /// This opening of the state directory, as audit rows name it.
  [[nodiscard]] std::int64_t instance() const;

  /// Whether the process behind an instance number still has the state directory open.
  [[nodiscard]] bool alive(std::int64_t instance) const;

  /// Tries to become the one process that syncs; keeps the role until it ends. Cheap to call again.
  bool try_lead();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::state
