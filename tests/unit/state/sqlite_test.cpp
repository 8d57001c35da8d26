#include "state/sqlite.h"

#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::need;

std::unique_ptr<Db> table() {
  auto db = need(Db::open(":memory:"));
  need(db->execute("CREATE TABLE t (n INTEGER, s TEXT, b BLOB) STRICT"));
  return db;
}

std::int64_t count(Db& db) {
  Statement query = need(db.prepare("SELECT count(*) FROM t"));
  REQUIRE(need(query.step()));
  return query.integer(0);
}

TEST_CASE("values come back as they were bound, with NUL bytes and nothing") {
  const auto db = table();
  const std::string odd("a\0b", 3);
  Statement insert = need(db->prepare("INSERT INTO t VALUES (?, ?, ?)"));
  need(insert.run(-7, odd, Blob{odd}));
  need(insert.run(std::optional<std::int64_t>(), "", Blob{""}));
  need(insert.run(true, nullptr, nullptr));
  Statement rows = need(db->prepare("SELECT n, s, b FROM t ORDER BY rowid"));
  REQUIRE(need(rows.step()));
  CHECK(rows.integer(0) == -7);
  CHECK(rows.text(1) == odd);
  CHECK(rows.blob(2) == odd);
  REQUIRE(need(rows.step()));
  CHECK(rows.is_null(0));
  CHECK_FALSE(rows.is_null(1));
  CHECK_FALSE(rows.is_null(2));
  CHECK(rows.blob(2).empty());
  REQUIRE(need(rows.step()));
  CHECK(rows.integer(0) == 1);
  CHECK(rows.is_null(1));
  CHECK_FALSE(need(rows.step()));
}

TEST_CASE("a transaction that is not committed leaves nothing behind") {
  const auto db = table();
  {
    const Transaction transaction = need(Transaction::begin(*db, Durability::kPower));
    need(db->execute("INSERT INTO t VALUES (1, '', NULL)"));
  }
  CHECK(count(*db) == 0);
  Transaction transaction = need(Transaction::begin(*db, Durability::kProcess));
  need(db->execute("INSERT INTO t VALUES (1, '', NULL)"));
  need(transaction.commit());
  CHECK(count(*db) == 1);
}

TEST_CASE("wrong SQL, wrong types and too many parameters are errors, not surprises") {
  const auto db = table();
  CHECK(db->prepare("SELEKT").error().code == Code::kInternal);
  CHECK_FALSE(db->execute("INSERT INTO nowhere VALUES (1)").ok());
  Statement insert = need(db->prepare("INSERT INTO t (n) VALUES (?)"));
  CHECK_FALSE(insert.run("text").ok());
  CHECK_FALSE(insert.run(1, 2).ok());
  need(insert.run(1));
  CHECK(count(*db) == 1);
}

TEST_CASE("the same SQL can be in use twice at a time") {
  const auto db = table();
  need(db->execute("INSERT INTO t VALUES (1, '', NULL), (2, '', NULL)"));
  Statement outer = need(db->prepare("SELECT n FROM t ORDER BY n"));
  REQUIRE(need(outer.step()));
  {
    Statement inner = need(db->prepare("SELECT n FROM t ORDER BY n"));
    REQUIRE(need(inner.step()));
    REQUIRE(need(inner.step()));
    CHECK(inner.integer(0) == 2);
  }
  CHECK(outer.integer(0) == 1);
  REQUIRE(need(outer.step()));
  CHECK(outer.integer(0) == 2);
}

TEST_CASE("a path that is not there cannot be opened") {
  const auto db = Db::open("/nonexistent/deep/state.db");
  REQUIRE_FALSE(db.ok());
  CHECK(db.error().message.find("/nonexistent/deep/state.db") != std::string::npos);
}

}  // namespace
}  // namespace pmx::state
