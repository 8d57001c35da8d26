#include "app/auditor.h"

#include <doctest/doctest.h>

#include <stop_token>
#include <string>
#include <thread>

#include "tests/unit/app/workbench.h"

using pmx::Context;
using pmx::Json;
using pmx::app::Auditor;
using pmx::app::test::Workbench;

TEST_CASE(
    "auditor: a call is on record before it runs, its task as soon as it is known, its end last") {
  Workbench bench;
  auto& store = bench.installation->audit();
  Auditor auditor(store, bench.clock);
  Context ctx;
  ctx.request_id = "r1";
  ctx.client = "test/1";
  const auto token = auditor.started(ctx, "guest_start", Json{{"guest", "payroll-db"}}, true);
  REQUIRE(token.ok());
  auto entries = store.list(1);
  REQUIRE(entries.ok());
  CHECK(entries->front().outcome == "running");
  CHECK(entries->front().arguments == Json{{"guest", "payroll-db"}});
  auditor.note_task(ctx, "UPID:x");
  entries = store.list(1);
  CHECK(entries->front().task == "UPID:x");
  pmx::mcp::CallOutcome outcome;
  outcome.ok = true;
  outcome.note = "started";
  outcome.duration = std::chrono::milliseconds(12);
  auditor.finished(ctx, *token, outcome);
  entries = store.list(1);
  CHECK(entries->front().outcome == "ok");
  CHECK(entries->front().duration == std::chrono::milliseconds(12));
}

TEST_CASE("auditor: a task of an unknown request changes nothing") {
  Workbench bench;
  Auditor auditor(bench.installation->audit(), bench.clock);
  auditor.note_task(Context{}, "UPID:x");
  CHECK(bench.installation->audit().list(10)->empty());
}

namespace {

Context request(const char* id) {
  Context ctx;
  ctx.request_id = id;
  return ctx;
}

pmx::mcp::CallOutcome done(const char* note) {
  pmx::mcp::CallOutcome outcome;
  outcome.ok = true;
  outcome.note = note;
  return outcome;
}

}  // namespace

TEST_CASE("auditor: reads are held, and written in their order when asked for") {
  Workbench bench;
  auto& store = bench.installation->audit();
  Auditor auditor(store, bench.clock);
  const auto first = auditor.started(request("r1"), "guest_list", Json{{"limit", 1}}, false);
  const auto second = auditor.started(request("r2"), "changes_list", Json::object(), false);
  auditor.finished(request("r1"), first.value(), done("one guest"));
  CHECK(store.list(10)->empty());
  auditor.flush();
  const auto entries = store.list(10).value();
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].tool == "guest_list");
  CHECK(entries[1].arguments == Json{{"limit", 1}});
  CHECK(entries[1].outcome == "ok");
  CHECK(entries[1].result == Json{{"summary", "one guest"}});
  CHECK(entries[0].tool == "changes_list");
  CHECK(entries[0].outcome == "running");
  auditor.finished(request("r2"), second.value(), done("nothing"));
  auditor.flush();
  CHECK(store.list(1)->front().outcome == "ok");
  CHECK(store.list(10)->size() == 2);
}

TEST_CASE("auditor: a call that writes is recorded after the reads that began before it") {
  Workbench bench;
  auto& store = bench.installation->audit();
  Auditor auditor(store, bench.clock);
  REQUIRE(auditor.started(request("r1"), "guest_list", Json::object(), false).ok());
  REQUIRE(auditor.started(request("r2"), "guest_start", Json::object(), true).ok());
  const auto entries = store.list(10).value();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].tool == "guest_start");
  CHECK(entries[1].tool == "guest_list");
}

TEST_CASE("auditor: what is held is written when the auditor goes, and by the writer before") {
  Workbench bench;
  auto& store = bench.installation->audit();
  {
    Auditor auditor(store, bench.clock);
    REQUIRE(auditor.started(request("r1"), "guest_list", Json::object(), false).ok());
  }
  CHECK(store.list(10)->size() == 1);
  Auditor auditor(store, bench.clock);
  const pmx::app::AuditWriter writer(auditor, bench.clock);
  REQUIRE(auditor.started(request("r2"), "guest_list", Json::object(), false).ok());
  while (store.list(10)->size() < 2) std::this_thread::yield();
}

TEST_CASE("auditor: large arguments of reads are not held for long") {
  Workbench bench;
  Auditor auditor(bench.installation->audit(), bench.clock);
  const Json large{{"text", std::string(60'000, 'x')}};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(auditor.started(request("r"), "guest_list", large, false).ok());
  }
  CHECK(bench.installation->audit().list(100)->size() > 15);
}

TEST_CASE("auditor: many small reads are not held for long either") {
  Workbench bench;
  Auditor auditor(bench.installation->audit(), bench.clock);
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(auditor.started(request("r"), "guest_list", Json::object(), false).ok());
  }
  CHECK(bench.installation->audit().list(1'000)->size() > 100);
}

TEST_CASE("auditor: who waits for something to write is told to stop") {
  Workbench bench;
  Auditor auditor(bench.installation->audit(), bench.clock);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(auditor.wait_held(stop.get_token()));
}
