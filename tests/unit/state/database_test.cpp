#include "state/database.h"

#include <sys/stat.h>

#include <functional>

#include "base/files.h"
#include "state/audit_store.h"
#include "state/inventory_store.h"
#include "state/locks.h"
#include "state/migrations.h"
#include "state/pseudonym_store.h"
#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;
using testing::open_at;
using testing::TemporaryDirectory;

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

void seal_something(Database& database) {
  const anonymize::MapRow row{0, anonymize::Kind::kVm, "web", "vm-1"};
  need(PseudonymStore(database).claim(std::span(&row, 1)));
}

void execute_in(const std::string& path, const char* sql) {
  need(need(Db::open(path))->execute(sql));
}

TEST_CASE("a new state directory is private, down to every file in it") {
  const TemporaryDirectory parent;
  const std::string directory = parent.file("deep/state");
  const auto database = need(Database::open(directory));
  seal_something(*database);
  CHECK(mode_of(directory) == 0700);
  for (const char* name : {"/state.db", "/state.db-wal", "/state.db-shm", "/key", "/lock"}) {
    CAPTURE(name);
    CHECK(mode_of(directory + name) == 0600);
  }
}

TEST_CASE("the key is made once and stays") {
  const TemporaryDirectory directory;
  const std::string key(open_at(directory)->key().expose());
  CHECK(key.size() == 32);
  CHECK(open_at(directory)->key().expose() == key);
  CHECK(testing::in_memory()->key().expose() != key);
}

TEST_CASE("a key file that others can read is refused with the way out") {
  const TemporaryDirectory directory;
  open_at(directory);
  const std::string key = directory.file("key");
  for (const mode_t mode : {0644U, 0640U, 0602U}) {
    CAPTURE(mode);
    REQUIRE(::chmod(key.c_str(), mode) == 0);
    const auto opened = Database::open(directory.path());
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == Code::kPermissionDenied);
    CHECK(opened.error().advice == "run: chmod 600 " + key);
  }
  REQUIRE(::chmod(key.c_str(), 0600) == 0);
  open_at(directory);
}

TEST_CASE("a renewed key forgets every pseudonym and leaves no trace of the old one") {
  const TemporaryDirectory directory;
  std::string old_key;
  {
    const auto database = open_at(directory);
    old_key = database->key().expose();
    seal_something(*database);
    need(database->renew_key());
  }
  const auto database = open_at(directory);
  CHECK(database->key().expose() != old_key);
  CHECK(need(PseudonymStore(*database).load(0)).empty());
  seal_something(*database);
  CHECK(need(PseudonymStore(*database).load(0)).size() == 1);
}

TEST_CASE("a key is not renewed under a running process, and one that slips in fails closed") {
  const TemporaryDirectory directory;
  const auto first = open_at(directory);
  auto second = open_at(directory);
  const auto refused = first->renew_key();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kFailedPrecondition);
  second.reset();
  need(first->renew_key());
  // `first` itself still has the old key, as a process would that opened the directory meanwhile.
  const anonymize::MapRow row{0, anonymize::Kind::kVm, "web", "vm-1"};
  const auto claimed = PseudonymStore(*first).claim(std::span(&row, 1));
  REQUIRE_FALSE(claimed.ok());
  CHECK(claimed.error().message == "the key of this installation was replaced");
}

TEST_CASE(
    "a key that was brought stays with its owner, and what is issued next has another subkey") {
  const TemporaryDirectory directory;
  const Secret key(std::string(32, 'b'));
  {
    const auto database = need(Database::open(directory.path(), key));
    CHECK(database->brought_key());
    seal_something(*database);
    CHECK(need(PseudonymStore(*database).epoch()).salt.empty());
    need(database->renew_key());
  }
  CHECK_FALSE(file_exists(directory.file("key")));
  const auto database = need(Database::open(directory.path(), key));
  CHECK(need(PseudonymStore(*database).load(0)).empty());
  CHECK_FALSE(need(PseudonymStore(*database).epoch()).salt.empty());
  CHECK(need(PseudonymStore(*database).rotation()).began == SystemTime());  // nobody rotated
  CHECK(need(PseudonymStore(*database).rotation()).epoch == 0);
}

TEST_CASE("an error of an open database names no path: it may reach a client") {
  const TemporaryDirectory directory;
  const auto database = open_at(directory);
  const auto failed = database->db().execute("SELECT * FROM nowhere");
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().message.find(directory.path()) == std::string::npos);
  CHECK(failed.error().message.find("the state database") != std::string::npos);
}

TEST_CASE("while a key is renewed nobody can open the directory") {
  const TemporaryDirectory directory;
  open_at(directory);
  const auto locks = need(Locks::open(directory.file("lock")));
  REQUIRE(locks->begin_alone());
  const auto refused = Database::open(directory.path());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("renew") != std::string::npos);
  locks->end_alone();
  open_at(directory);
  const auto other = open_at(directory);
  CHECK_FALSE(locks->begin_alone());
}

TEST_CASE("what was stored is there after opening again") {
  const TemporaryDirectory directory;
  {
    const auto database = open_at(directory);
    seal_something(*database);
    need(InventoryStore(*database).record("lab", {"node"}, {{"node", "n1", {{"a", 1}}}}, {}));
  }
  const auto database = open_at(directory);
  CHECK(need(PseudonymStore(*database).load(0))[0].real == "web");
  CHECK(need(InventoryStore(*database).objects("lab", "node")).size() == 1);
}

TEST_CASE("a database of the schema before this one is brought up and keeps its rows") {
  const TemporaryDirectory directory;
  {
    const auto database = open_at(directory);
    need(InventoryStore(*database).record("lab", {"node"}, {{"node", "n1", {{"a", 1}}}}, {}));
  }
  execute_in(directory.file("state.db"),
             "DROP TABLE hold; DROP TABLE task; DROP TABLE epoch; "
             "ALTER TABLE pseudonym DROP COLUMN epoch; DROP TABLE spent; PRAGMA user_version = 1;");
  const auto database = open_at(directory);
  InventoryStore store(*database);
  CHECK(need(store.objects("lab", "node")).size() == 1);
  CHECK(need(store.holds().begin("lab", {"node", "n1", {{"a", 1}}})) == 1);
}

TEST_CASE("the database in memory leads and needs no file") {
  const auto database = testing::in_memory();
  CHECK(database->try_lead());
  CHECK(database->alive(database->instance()));
}

struct Damage {
  const char* name;
  std::function<void(const TemporaryDirectory&)> cause;
  const char* message;  ///< must be part of the error
};

const std::vector<Damage>& damages() {
  static const std::vector<Damage> kDamages{
      {"a file that is no database",
       [](const auto& d) { need(write_private_file(d.file("state.db"), std::string(8192, 'x'))); },
       "state.db is damaged or no database"},
      {"a header of nonsense",
       [](const auto& d) {
         std::string bytes = need(read_file(d.file("state.db")));
         bytes.replace(16, 84, std::string(84, '\xff'));
         need(write_private_file(d.file("state.db"), bytes));
       },
       "state.db is damaged or no database"},
      {"a broken table tree",
       [](const auto& d) {
         std::string bytes = need(read_file(d.file("state.db")));
         bytes.replace(100, bytes.size() - 100, std::string(bytes.size() - 100, '\x5a'));
         need(write_private_file(d.file("state.db"), bytes));
       },
       "state.db is damaged or no database"},
      {"a later schema",
       [](const auto& d) { execute_in(d.file("state.db"), "PRAGMA user_version = 99"); },
       "state.db was written by a newer proxmox-mpc (schema 99, this one knows 5)"},
      {"somebody else's mark",
       [](const auto& d) { execute_in(d.file("state.db"), "PRAGMA application_id = 7"); },
       "state.db is the database of another program"},
      {"a negative version",
       [](const auto& d) { execute_in(d.file("state.db"), "PRAGMA user_version = -1"); },
       "state.db is the database of another program"},
      {"a key of the wrong size",
       [](const auto& d) { need(write_private_file(d.file("key"), "short")); },
       "key is damaged: 5 bytes instead of 32"},
      {"a missing key", [](const auto& d) { std::filesystem::remove(d.file("key")); },
       "key is missing, but"},
      {"another key",
       [](const auto& d) { need(write_private_file(d.file("key"), std::string(32, 'k'))); },
       "key does not fit, but"},
  };
  return kDamages;
}

TEST_CASE("a state directory that cannot be trusted is refused by name and left as it is") {
  for (const Damage& damage : damages()) {
    CAPTURE(damage.name);
    const TemporaryDirectory directory;
    seal_something(*open_at(directory));
    damage.cause(directory);
    const std::string before = need(read_file(directory.file("state.db")));
    const auto refused = Database::open(directory.path());
    REQUIRE_FALSE(refused.ok());
    CAPTURE(refused.error().text());
    CHECK(refused.error().code == Code::kFailedPrecondition);
    CHECK(refused.error().message.find(damage.message) != std::string::npos);
    CHECK(refused.error().message.find(directory.path()) != std::string::npos);
    CHECK_FALSE(refused.error().advice.empty());
    CHECK(need(read_file(directory.file("state.db"))) == before);
  }
}

TEST_CASE("the database of another program is refused and left as it is") {
  const TemporaryDirectory directory;
  execute_in(directory.file("state.db"), "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  const std::string before = need(read_file(directory.file("state.db")));
  const auto refused = Database::open(directory.path());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kFailedPrecondition);
  CHECK(need(read_file(directory.file("state.db"))) == before);
}

TEST_CASE("a key that was lost before anything was sealed is made anew") {
  const TemporaryDirectory directory;
  const std::string first(open_at(directory)->key().expose());
  std::filesystem::remove(directory.file("key"));
  const std::string second(open_at(directory)->key().expose());
  CHECK(second != first);
  CHECK(open_at(directory)->key().expose() == second);
}

TEST_CASE("a directory open to others, or no directory at all, is refused") {
  const TemporaryDirectory parent;
  std::filesystem::create_directory(parent.file("open"));
  REQUIRE(::chmod(parent.file("open").c_str(), 0755) == 0);
  CHECK(Database::open(parent.file("open")).error().code == Code::kPermissionDenied);
  need(write_private_file(parent.file("file"), "x"));
  CHECK(Database::open(parent.file("file")).error().code == Code::kInvalidArgument);
  REQUIRE(::mkdir(parent.file("odd").c_str(), 0700) == 0);
  REQUIRE(::mkdir(parent.file("odd/state.db").c_str(), 0700) == 0);
  CHECK_FALSE(Database::open(parent.file("odd")).ok());
}

TEST_CASE("a database that was only just created when its process died is completed") {
  const TemporaryDirectory directory;
  need(write_private_file(directory.file("state.db"), ""));
  seal_something(*open_at(directory));
  CHECK(need(PseudonymStore(*open_at(directory)).load(0)).size() == 1);
}

/// Lets the database grow no further, which is what a full disk looks like to it.
void fill_disk(Db& db) { need(db.execute("PRAGMA max_page_count = 1")); }

TEST_CASE("on a full disk writing fails cleanly and reading goes on") {
  const TemporaryDirectory directory;
  const auto database = open_at(directory);
  InventoryStore inventory(*database);
  AuditStore audit(*database);
  PseudonymStore pseudonyms(*database);
  seal_something(*database);
  need(inventory.record("lab", {"node"}, {{"node", "n1", {{"a", 1}}}}, {}));
  fill_disk(database->db());
  const std::string big(100000, 'x');
  const auto record = inventory.record("lab", {"node"}, {{"node", "n1", {{"a", big}}}}, {});
  REQUIRE_FALSE(record.ok());
  CHECK(record.error().code == Code::kResourceExhausted);
  CHECK(record.error().message.starts_with("disk full"));
  AuditEntry entry;
  entry.arguments = big;
  CHECK(audit.begin(entry).error().code == Code::kResourceExhausted);
  const anonymize::MapRow row{0, anonymize::Kind::kVm, big, "vm-2"};
  CHECK(pseudonyms.claim(std::span(&row, 1)).error().code == Code::kResourceExhausted);
  CHECK(need(pseudonyms.load(0)).size() == 1);
  CHECK(need(inventory.objects("lab", "node"))[0].fields == Json{{"a", 1}});
  need(database->db().execute("PRAGMA max_page_count = 1000000"));
  CHECK(need(inventory.record("lab", {"node"}, {{"node", "n1", {{"a", big}}}}, {})).events.size() ==
        1);
}

TEST_CASE("a database that may not be written says so") {
  const TemporaryDirectory directory;
  const auto database = open_at(directory);
  need(database->db().execute("PRAGMA query_only = 1"));
  const auto result = AuditStore(*database).begin({});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == Code::kPermissionDenied);
}

TEST_CASE("a database held by another process for too long is unavailable") {
  const TemporaryDirectory directory;
  const auto first = open_at(directory);
  const auto second = open_at(directory);
  const Transaction held = need(Transaction::begin(first->db(), Durability::kProcess));
  need(second->db().execute("PRAGMA busy_timeout = 0"));
  const auto result = AuditStore(*second).begin({});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == Code::kUnavailable);
  CHECK(need(AuditStore(*second).list(1)).empty());
}

}  // namespace
}  // namespace pmx::state
