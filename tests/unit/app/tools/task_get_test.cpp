#include "app/privacy_gate.h"
#include "proxmox/upid.h"
#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::test::Workbench;

namespace {

/// Starts guests until one succeeds; its answer.
Json start_one(Workbench& bench) {
  for (const int vmid : bench.guests("stopped")) {
    const auto output = bench.call("guest_start", {{"guest", vmid}});
    if (output.ok()) return output->structured;
  }
  FAIL("no guest could be started");
  return {};
}

}  // namespace

TEST_CASE("task_get: tells how a task ended and shows the end of its log") {
  Workbench bench;
  const Json started = start_one(bench);
  const auto output = bench.call("task_get", {{"task", started["task"]}});
  REQUIRE(output.ok());
  const Json& task = output->structured;
  CHECK(task["status"] == "ok");
  CHECK(task["exitstatus"] == "OK");
  CHECK(task["id"] == std::to_string(started["vmid"].get<int>()));
  CHECK(task["node"] == started["node"]);
  CHECK_FALSE(task["log"].empty());
  CHECK(task["log_start"].get<int>() + static_cast<int>(task["log"].size()) ==
        task["log_total"].get<int>());
}

TEST_CASE("task_get: reads any part of the log, or none") {
  Workbench bench;
  const Json started = start_one(bench);
  const auto first =
      bench.call("task_get", {{"task", started["task"]}, {"start", 0}, {"limit", 1}});
  REQUIRE(first.ok());
  CHECK(first->structured["log"].size() == 1);
  const auto none = bench.call("task_get", {{"task", started["task"]}, {"limit", 0}});
  REQUIRE(none.ok());
  CHECK(none->structured["log"].empty());
}

TEST_CASE("task_get: what is no UPID, and a task that is gone, are different errors") {
  Workbench bench;
  const auto wrong = bench.call("task_get", {{"task", "start of vm 100"}});
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == pmx::Code::kInvalidArgument);
  const auto overview = bench.call("cluster_overview");
  REQUIRE(overview.ok());
  const std::string node = overview->structured["clusters"][0]["nodes"][0]["node"];
  const auto gone = bench.call(
      "task_get", {{"task", "UPID:" + node + ":00001234:00005678:6AFDC000:qmstart:100:root@pam:"}});
  REQUIRE_FALSE(gone.ok());
  CHECK(gone.error().code == pmx::Code::kNotFound);
}

TEST_CASE("task_get: what is said about a malformed task id reaches the client as it was written") {
  Workbench bench;
  pmx::app::TypedNames names(bench.installation->engine(), bench.clock, {});
  pmx::app::PrivacyGate gate(bench.installation->engine(), names);
  for (const char* task : {"UPID:broken", "nonsense", "UPIX:n:00000001:00000001:66666666:t:1:u:",
                           "UPID:n:zz:00000001:66666666:t:1:u:"}) {
    CAPTURE(task);
    const auto refused = pmx::proxmox::Upid::parse(task);
    REQUIRE_FALSE(refused.ok());
    pmx::mcp::Outbound message;
    message.payload = Json{{"text", refused.error().text()}};
    const auto cleared = gate.clear(pmx::Context{}, message);
    REQUIRE(cleared.has_value());
    CHECK(cleared->bytes().find(refused.error().text()) != std::string_view::npos);
  }
}
