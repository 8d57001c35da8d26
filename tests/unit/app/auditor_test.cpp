#include "app/auditor.h"

#include <doctest/doctest.h>

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
