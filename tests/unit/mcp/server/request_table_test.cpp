#include "mcp/server/request_table.h"

#include <doctest/doctest.h>

#include <atomic>
#include <limits>
#include <thread>

using namespace pmx;
using namespace pmx::mcp;

namespace {

using Refusal = RequestTable::Refusal;

std::stop_token opened(RequestTable& table, const Json& id, std::size_t bytes = 1) {
  const auto outcome = table.open(id, bytes);
  REQUIRE(std::holds_alternative<std::stop_token>(outcome));
  return std::get<std::stop_token>(outcome);
}

Refusal refused(RequestTable& table, const Json& id, std::size_t bytes = 1) {
  const auto outcome = table.open(id, bytes);
  REQUIRE(std::holds_alternative<Refusal>(outcome));
  return std::get<Refusal>(outcome);
}

bool idle(RequestTable& table) { return table.wait_idle(std::chrono::milliseconds(0)); }

}  // namespace

TEST_CASE("request table: ids of different types are different ids") {
  RequestTable table(100);
  for (const Json& id : {Json(1), Json("1"), Json(-1), Json(""), Json("null")}) opened(table, id);
  CHECK(refused(table, 1) == Refusal::kIdInUse);
  CHECK(refused(table, "1") == Refusal::kIdInUse);
  CHECK(table.settle("1"));
  opened(table, "1");
  CHECK(refused(table, 1) == Refusal::kIdInUse);
}

TEST_CASE("request table: one alone is never too much, and nothing gets in beside it") {
  RequestTable table(100);
  opened(table, 1, std::numeric_limits<std::size_t>::max());
  CHECK(refused(table, 2, 0) == Refusal::kTooManyBytes);
  CHECK(refused(table, 2, std::numeric_limits<std::size_t>::max()) == Refusal::kTooManyBytes);
  CHECK(table.settle(1));
  opened(table, 2, 100);
  CHECK(refused(table, 3, 1) == Refusal::kTooManyBytes);
  opened(table, 3, 0);
}

TEST_CASE("request table: a full budget is spent to the byte, and given back to the byte") {
  RequestTable table(100);
  for (int round = 0; round < 3; ++round) {
    opened(table, 1, 40);
    opened(table, 2, 60);
    CHECK(refused(table, 3, 1) == Refusal::kTooManyBytes);
    table.cancel(2);
    CHECK(refused(table, 3, 1) == Refusal::kTooManyBytes);  // it still runs
    CHECK_FALSE(table.settle(2));
    CHECK(refused(table, 3, 61) == Refusal::kTooManyBytes);
    opened(table, 3, 60);
    CHECK(table.settle(3));
    CHECK(table.settle(1));
  }
}

TEST_CASE("request table: a refused request is not in flight") {
  RequestTable table(10);
  opened(table, 1, 10);
  refused(table, 1);
  refused(table, 2);
  CHECK(table.settle(1));
  CHECK_FALSE(idle(table));
  table.left();
  CHECK(idle(table));
}

TEST_CASE(
    "request table: a cancelled request is told, keeps its id until it ends, and has no answer") {
  RequestTable table(100);
  const std::stop_token one = opened(table, 1);
  const std::stop_token other = opened(table, 2);
  table.cancel("1");
  table.cancel(3);
  CHECK_FALSE(one.stop_requested());
  table.cancel(1);
  table.cancel(1);
  CHECK(one.stop_requested());
  CHECK_FALSE(other.stop_requested());
  CHECK(refused(table, 1) == Refusal::kIdInUse);
  CHECK_FALSE(table.settle(1));
  CHECK_FALSE(opened(table, 1).stop_requested());  // the next one with this id is another one
  CHECK(table.settle(1));
  CHECK(table.settle(2));
}

TEST_CASE("request table: what is settled already, or was never open, may not be answered") {
  RequestTable table(100);
  CHECK_FALSE(table.settle(1));
  opened(table, 1);
  CHECK(table.settle(1));
  CHECK_FALSE(table.settle(1));
}

TEST_CASE("request table: stopping all reaches those that are live, not those that come") {
  RequestTable table(100);
  const std::stop_token one = opened(table, 1);
  const std::stop_token two = opened(table, "two");
  table.stop_all();
  CHECK(one.stop_requested());
  CHECK(two.stop_requested());
  CHECK_FALSE(opened(table, 3).stop_requested());
  CHECK_FALSE(table.settle(1));
  CHECK(table.settle(3));
}

TEST_CASE("request table: whoever is stopped may use the table at once") {
  RequestTable table(100);
  bool answered = true;
  const std::stop_callback one(opened(table, 1), [&] { answered = table.settle(1); });
  table.cancel(1);
  CHECK_FALSE(answered);
  const std::stop_callback two(opened(table, 2), [&] { answered = !table.settle(2); });
  table.stop_all();
  CHECK(answered);
  opened(table, 2);
}

TEST_CASE("request table: the end is waited for until the last answer has left") {
  RequestTable table(100);
  CHECK(idle(table));
  opened(table, 1);
  opened(table, 2);
  CHECK(table.settle(1));
  CHECK(table.settle(2));
  table.left();
  CHECK_FALSE(idle(table));
  std::thread last([&] { table.left(); });
  CHECK(table.wait_idle(std::chrono::seconds(20)));
  last.join();
}
