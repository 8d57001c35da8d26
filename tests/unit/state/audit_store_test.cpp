#include "state/audit_store.h"

#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using std::chrono::milliseconds;
using testing::in_memory;
using testing::need;

AuditEntry call(std::string tool, bool writes) {
  AuditEntry entry;
  entry.time = SystemTime(milliseconds(1234));
  entry.principal = "local";
  entry.client = "test/1";
  entry.request_id = "r1";
  entry.tool = std::move(tool);
  entry.arguments = {{"guest", "101"}};
  entry.writes = writes;
  return entry;
}

TEST_CASE("a call is running, then has its task, then its end") {
  const auto database = in_memory();
  AuditStore store(*database);
  const std::int64_t id = need(store.begin(call("guest_start", true)));
  CHECK(need(store.list(10))[0].outcome == "running");
  need(store.note_task(id, "UPID:pve1:1"));
  CHECK(need(store.list(10))[0].task == "UPID:pve1:1");
  need(store.finish(id, true, {{"exit", "OK"}}, milliseconds(42)));
  const AuditEntry entry = need(store.list(10))[0];
  CHECK(entry.id == id);
  CHECK(entry.time == SystemTime(milliseconds(1234)));
  CHECK(entry.principal == "local");
  CHECK(entry.client == "test/1");
  CHECK(entry.request_id == "r1");
  CHECK(entry.tool == "guest_start");
  CHECK(entry.arguments == Json{{"guest", "101"}});
  CHECK(entry.writes);
  CHECK(entry.outcome == "ok");
  CHECK(entry.result == Json{{"exit", "OK"}});
  CHECK(entry.task == "UPID:pve1:1");
  CHECK(entry.duration == milliseconds(42));
}

TEST_CASE("a failed call ends as error") {
  const auto database = in_memory();
  AuditStore store(*database);
  const std::int64_t id = need(store.begin(call("guest_list", false)));
  need(store.finish(id, false, "not_found", milliseconds(1)));
  CHECK(need(store.list(1))[0].outcome == "error");
}

TEST_CASE("the trail lists the newest first and at most what was asked for") {
  const auto database = in_memory();
  AuditStore store(*database);
  for (int i = 0; i < 5; ++i) need(store.begin(call("tool" + std::to_string(i), false)));
  const auto entries = need(store.list(2));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].tool == "tool4");
  CHECK(entries[1].tool == "tool3");
  CHECK(store.list(0).error().code == Code::kInvalidArgument);
}

TEST_CASE("a finished or unknown entry is never changed") {
  const auto database = in_memory();
  AuditStore store(*database);
  const std::int64_t id = need(store.begin(call("guest_list", false)));
  need(store.finish(id, true, nullptr, milliseconds(1)));
  CHECK(store.finish(id, false, nullptr, milliseconds(2)).error().code == Code::kNotFound);
  CHECK(store.note_task(id, "UPID").error().code == Code::kNotFound);
  CHECK(store.finish(99, true, nullptr, milliseconds(2)).error().code == Code::kNotFound);
  CHECK(need(store.list(1))[0].outcome == "ok");
}

TEST_CASE("many entries and ends are appended together, and an unknown end is left out") {
  const auto database = in_memory();
  AuditStore store(*database);
  AuditEntry ended = call("guest_list", false);
  ended.outcome = "error";
  ended.result = {{"code", "unavailable"}};
  ended.duration = milliseconds(7);
  const auto ids = need(store.append({ended, call("changes_list", false)}, {}));
  REQUIRE(ids.size() == 2);
  CHECK(ids[0] < ids[1]);
  auto entries = need(store.list(10));
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].outcome == "error");
  CHECK(entries[1].result == Json{{"code", "unavailable"}});
  CHECK(entries[1].duration == milliseconds(7));
  CHECK(entries[0].outcome == "running");
  CHECK(need(store.append({}, {{99, true, nullptr, milliseconds(1)},
                               {ids[0], true, nullptr, milliseconds(1)},
                               {ids[1], true, {{"summary", "x"}}, milliseconds(3)}}))
            .empty());
  entries = need(store.list(10));
  CHECK(entries[0].outcome == "ok");
  CHECK(entries[0].result == Json{{"summary", "x"}});
  CHECK(entries[1].outcome == "error");
}

TEST_CASE("a call of a process that is gone reads as interrupted") {
  const testing::TemporaryDirectory directory;
  auto first = testing::open_at(directory);
  need(AuditStore(*first).begin(call("guest_start", true)));
  const auto second = testing::open_at(directory);
  AuditStore store(*second);
  CHECK(need(store.list(1))[0].outcome == "running");
  first.reset();
  CHECK(need(store.list(1))[0].outcome == "interrupted");
}

}  // namespace
}  // namespace pmx::state
