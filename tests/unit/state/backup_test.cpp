#include "state/backup.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "state/database.h"
#include "state/pseudonym_store.h"
#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using anonymize::Kind;
using anonymize::MapRow;
using testing::need;
using testing::open_at;
using testing::TemporaryDirectory;

const std::string kTokens[] = {"tokens.json", "absent.json"};

void issue(Database& database, const std::string& real, const std::string& pseudonym) {
  const MapRow row{0, Kind::kVm, real, pseudonym};
  need(PseudonymStore(database).claim(std::span(&row, 1)));
}

/// A state directory with one pseudonym and a file beside the database.
struct Original {
  Original() : database(open_at(directory)) {
    issue(*database, "payroll", "vm-k3x9q2f");
    need(write_private_file(directory.file("tokens.json"), "the tokens"));
  }

  [[nodiscard]] Result<void> back_up_to(const std::string& file) const {
    return back_up(*database, directory.path(), kTokens, file);
  }

  TemporaryDirectory directory;
  std::unique_ptr<Database> database;
};

std::string content_of(const std::string& file) { return need(read_file(file)); }

TEST_CASE("backup: a restored directory has key, map and the files beside") {
  const Original original;
  const TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  need(original.back_up_to(file));
  issue(*original.database, "after", "vm-z9zzzzz");

  const std::string directory = elsewhere.file("new/state");
  need(restore_backup(file, directory, kTokens));
  const auto restored = need(Database::open(directory));
  CHECK(restored->key().expose() == original.database->key().expose());
  const auto rows = need(PseudonymStore(*restored).load(0));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].real == "payroll");
  CHECK(content_of(directory + "/tokens.json") == "the tokens");
  CHECK_FALSE(read_file(directory + "/absent.json").ok());
}

TEST_CASE("backup: the file is private and holds the key, the restored database does not") {
  const Original original;
  const TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  need(original.back_up_to(file));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  const std::string key(original.database->key().expose());
  CHECK(content_of(file).find(key) != std::string::npos);

  const std::string directory = elsewhere.file("state");
  need(restore_backup(file, directory, kTokens));
  CHECK(content_of(directory + "/state.db").find(key) == std::string::npos);
  need(restore_backup(file, elsewhere.file("twice"), kTokens));
}

const Secret kBroughtKey(std::string(32, 'b'));

std::string map_of(const std::string& directory) { return directory + "/maps/00112233aabbccdd"; }

/// A map of a key that was brought along, with one pseudonym. It stays open, as in a command that
/// runs meanwhile.
std::unique_ptr<Database> brought_map(const std::string& directory) {
  need(make_private_directory(directory + "/maps"));
  auto map = need(Database::open(map_of(directory), kBroughtKey));
  issue(*map, "kestrel", "vm-b3x9q2f");
  return map;
}

/// A backup of an original with such a map, in a directory of its own.
struct BroughtBackup {
  BroughtBackup() { need(original.back_up_to(file)); }

  Original original;
  std::unique_ptr<Database> map = brought_map(original.directory.path());
  TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  const std::string directory = elsewhere.file("state");  ///< where it is to be restored
};

TEST_CASE("backup: the maps of keys that were brought along come back, and open with their keys") {
  const BroughtBackup backup;
  const std::string& directory = backup.directory;
  issue(*backup.map, "after", "vm-c9zzzzz");
  CHECK(std::distance(std::filesystem::directory_iterator(backup.elsewhere.path()), {}) == 1);

  need(restore_backup(backup.file, directory, kTokens));
  struct stat status {};
  REQUIRE(::stat((map_of(directory) + "/state.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  CHECK_FALSE(Database::open(map_of(directory), Secret(std::string(32, 'x'))).ok());
  const auto restored = need(Database::open(map_of(directory), kBroughtKey));
  const auto rows = need(PseudonymStore(*restored).load(0));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].real == "kestrel");
}

TEST_CASE("backup: maps that cannot be read are an error, and no backup without them is left") {
  const Original original;
  std::ofstream(original.directory.path() + "/maps") << "not a directory";
  const TemporaryDirectory elsewhere;
  const auto made = original.back_up_to(elsewhere.file("backup"));
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().message.find("maps") != std::string::npos);
  CHECK_FALSE(file_exists(elsewhere.file("backup")));
}

TEST_CASE("backup: a map that is there already is not overwritten, and nothing else is restored") {
  const BroughtBackup backup;
  const std::string& directory = backup.directory;
  need(make_private_directory(directory));
  { const auto theirs = brought_map(directory); }
  const auto restored = restore_backup(backup.file, directory, kTokens);
  REQUIRE_FALSE(restored.ok());
  CHECK(restored.error().code == Code::kFailedPrecondition);
  CHECK(restored.error().message == map_of(directory) + "/state.db exists already");
  for (const char* name : {"state.db", "key", "tokens.json"})
    CHECK_FALSE(file_exists(directory + "/" + name));
}

TEST_CASE("backup: a restore that fails in the middle leaves nothing behind") {
  const BroughtBackup backup;
  const std::string& directory = backup.directory;
  need(make_private_directory(directory));
  need(write_private_file(directory + "/maps", "in the way"));
  CHECK_FALSE(restore_backup(backup.file, directory, kTokens).ok());
  for (const char* name : {"state.db", "key", "tokens.json"})
    CHECK_FALSE(file_exists(directory + "/" + name));
  REQUIRE(std::filesystem::remove(directory + "/maps"));
  need(restore_backup(backup.file, directory, kTokens));
}

TEST_CASE("backup: a key that the caller brought is not in it") {
  const TemporaryDirectory state;
  const auto database = need(Database::open(state.path(), kBroughtKey));
  issue(*database, "payroll", "vm-k3x9q2f");
  const TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  need(back_up(*database, state.path(), kTokens, file));
  CHECK(content_of(file).find(kBroughtKey.expose()) == std::string::npos);
  const std::string directory = elsewhere.file("state");
  need(restore_backup(file, directory, kTokens));
  const auto restored = need(Database::open(directory, kBroughtKey));
  CHECK(need(PseudonymStore(*restored).load(0)).size() == 1);
}

TEST_CASE("backup: nothing is ever overwritten") {
  const Original original;
  const TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  need(write_private_file(file, "something dear"));
  CHECK(original.back_up_to(file).error().code == Code::kAlreadyExists);
  CHECK(content_of(file) == "something dear");

  const std::string good = elsewhere.file("good");
  need(original.back_up_to(good));
  const auto restored = restore_backup(good, original.directory.path(), kTokens);
  REQUIRE_FALSE(restored.ok());
  CHECK(restored.error().code == Code::kFailedPrecondition);
  CHECK(need(PseudonymStore(*original.database).load(0)).size() == 1);
}

TEST_CASE("backup: a key or a token file without a database is not overwritten either") {
  const Original original;
  const TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  need(original.back_up_to(file));
  for (const std::string name : {"key", "tokens.json"}) {
    CAPTURE(name);
    const std::string directory = elsewhere.file("with-" + name);
    need(make_private_directory(directory));
    need(write_private_file(directory + "/" + name, "the only one"));
    const auto restored = restore_backup(file, directory, kTokens);
    REQUIRE_FALSE(restored.ok());
    CHECK(restored.error().code == Code::kFailedPrecondition);
    CHECK(restored.error().message.find(directory + "/" + name) != std::string::npos);
    CHECK(content_of(directory + "/" + name) == "the only one");
    CHECK_FALSE(read_file(directory + "/state.db").ok());
  }
}

TEST_CASE("backup: what is no backup is refused and leaves no database behind") {
  const TemporaryDirectory directory;
  const std::string file = directory.file("file");
  const std::string target = directory.file("state");
  SUBCASE("no database") { need(write_private_file(file, "not a database at all")); }
  SUBCASE("empty") { need(write_private_file(file, "")); }
  SUBCASE("a state database") {
    open_at(directory);
    need(write_private_file(file, content_of(directory.file("state.db"))));
  }
  SUBCASE("a name that leads out of the directory") {
    const Original original;
    need(original.back_up_to(file));
    need(need(Db::open(file))->execute("UPDATE backup SET name = '../' || name"));
  }
  SUBCASE("a name that no backup has") {
    const Original original;
    need(original.back_up_to(file));
    need(need(Db::open(file))->execute("UPDATE backup SET name = 'lock' WHERE name = 'key'"));
  }
  const bool had_key = read_file(directory.file("key")).ok();
  const auto restored = restore_backup(file, target, kTokens);
  REQUIRE_FALSE(restored.ok());
  CHECK(restored.error().message == file + " is no backup of proxmox-mpc");
  CHECK_FALSE(read_file(target + "/state.db").ok());
  CHECK(read_file(directory.file("key")).ok() == had_key);
}

TEST_CASE("backup: one that others can read, or a later version wrote, is refused") {
  const Original original;
  const TemporaryDirectory elsewhere;
  const std::string file = elsewhere.file("backup");
  need(original.back_up_to(file));
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  CHECK(restore_backup(file, elsewhere.file("a"), kTokens).error().code == Code::kPermissionDenied);
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  need(need(Db::open(file))->execute("PRAGMA user_version = 9999"));
  const auto restored = restore_backup(file, elsewhere.file("b"), kTokens);
  REQUIRE_FALSE(restored.ok());
  CHECK(restored.error().message.find("newer proxmox-mpc") != std::string::npos);
}

}  // namespace
}  // namespace pmx::state
