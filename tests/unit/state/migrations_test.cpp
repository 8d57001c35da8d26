#include "state/migrations.h"

#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;

std::unique_ptr<Db> empty() { return need(Db::open(":memory:")); }

std::int64_t number(Db& db, const char* sql) {
  Statement query = need(db.prepare(sql));
  REQUIRE(need(query.step()));
  return query.integer(0);
}

/// Every table and index as it was made.
std::string schema(Db& db) {
  Statement rows =
      need(db.prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name "
                      "NOT LIKE 'sqlite_%' ORDER BY name"));
  std::string text;
  while (need(rows.step())) text += std::string(rows.text(0)) + ": " + std::string(rows.text(1));
  return text;
}

std::string marks(Db& db) {
  return std::to_string(number(db, "PRAGMA user_version")) + " " +
         std::to_string(number(db, "PRAGMA application_id"));
}

TEST_CASE("migrations: an empty file gets the newest schema and our mark") {
  const auto db = empty();
  need(migrate(*db, "x"));
  CHECK(number(*db, "PRAGMA user_version") == schema_version());
  CHECK(number(*db, "PRAGMA application_id") == 0x504d4358);  // "PMCX"
  CHECK(number(*db, "SELECT count(*) FROM event") == 0);
}

TEST_CASE("migrations: a complete database is not written to") {
  const auto db = empty();
  need(migrate(*db, "x"));
  const auto writes = number(*db, "SELECT total_changes()");
  const auto changes = number(*db, "PRAGMA schema_version");
  need(migrate(*db, "x"));
  CHECK(number(*db, "SELECT total_changes()") == writes);
  CHECK(number(*db, "PRAGMA schema_version") == changes);
}

struct Older {
  int version;
  const char* back;  ///< takes away what came later
};

#define WITHOUT_SPENT "DROP TABLE spent; "
#define WITHOUT_EPOCHS WITHOUT_SPENT "DROP TABLE epoch; ALTER TABLE pseudonym DROP COLUMN epoch; "
constexpr Older kOlder[] = {
    {1, WITHOUT_EPOCHS "DROP TABLE task; DROP TABLE hold; PRAGMA user_version = 1"},
    {2, WITHOUT_EPOCHS "DROP TABLE task; PRAGMA user_version = 2"},
    {3, WITHOUT_EPOCHS "PRAGMA user_version = 3"},
    {4, WITHOUT_SPENT "PRAGMA user_version = 4"},
};

TEST_CASE("migrations: every older schema becomes the one that a new file gets") {
  const auto fresh = empty();
  need(migrate(*fresh, "x"));
  for (const Older& older : kOlder) {
    CAPTURE(older.version);
    const auto db = empty();
    need(migrate(*db, "x"));
    need(db->execute(older.back));
    REQUIRE(schema(*db) != schema(*fresh));
    need(migrate(*db, "x"));
    CHECK(schema(*db) == schema(*fresh));
    CHECK(marks(*db) == marks(*fresh));
  }
  CHECK(std::size(kOlder) + 1 == static_cast<std::size_t>(schema_version()));
}

TEST_CASE("migrations: a step that fails leaves the steps before it and nothing of itself") {
  const auto db = empty();
  need(migrate(*db, "x"));
  need(db->execute(WITHOUT_EPOCHS "DROP TABLE task; DROP TABLE hold; PRAGMA user_version = 1;"
                                  "CREATE TABLE theirs (principal, number);"
                                  "CREATE INDEX task_expires ON theirs (principal)"));
  CHECK_FALSE(migrate(*db, "x").ok());
  CHECK(number(*db, "PRAGMA user_version") == 2);
  CHECK(number(*db, "SELECT count(*) FROM hold") == 0);
  CHECK(number(*db, "SELECT count(*) FROM sqlite_schema WHERE name = 'task'") == 0);
  need(db->execute("DROP TABLE theirs"));
  need(migrate(*db, "x"));  // and no transaction was left open
  CHECK(number(*db, "PRAGMA user_version") == schema_version());
}

struct Refusal {
  const char* what;
  const char* sql;
  const char* says;
};

constexpr Refusal kRefusals[] = {
    {"tables without a mark", "CREATE TABLE theirs (x)", "of another program"},
    {"a version without a mark", "PRAGMA user_version = 1", "of another program"},
    {"somebody else's mark", "PRAGMA application_id = 7", "of another program"},
    {"our mark without a version", "PRAGMA application_id = 1347240792", "of another program"},
    {"a negative version", "PRAGMA application_id = 1347240792; PRAGMA user_version = -1",
     "of another program"},
    {"a high version without a mark", "CREATE TABLE theirs (x); PRAGMA user_version = 70",
     "of another program"},
    {"a high version with somebody else's mark",
     "PRAGMA application_id = 7; PRAGMA user_version = 70", "of another program"},
    {"a later version of ours", "PRAGMA application_id = 1347240792; PRAGMA user_version = 70",
     "newer proxmox-mpc"},
};

TEST_CASE("migrations: a later or foreign database is refused for what it is, and left alone") {
  for (const Refusal& refusal : kRefusals) {
    CAPTURE(std::string(refusal.what));
    const auto db = empty();
    need(db->execute(refusal.sql));
    const std::string before = schema(*db) + marks(*db);
    const auto refused = migrate(*db, "/there/state.db");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::kFailedPrecondition);
    CHECK(refused.error().message.find(refusal.says) != std::string::npos);
    CHECK(refused.error().message.find("/there/state.db") == 0);
    CHECK(schema(*db) + marks(*db) == before);
  }
}

}  // namespace
}  // namespace pmx::state
