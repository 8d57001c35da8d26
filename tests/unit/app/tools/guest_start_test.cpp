#include "tests/unit/app/workbench.h"

using pmx::Code;
using pmx::Json;
using pmx::app::test::Workbench;

namespace {

/// The first VMID whose start succeeds or fails as asked; the simulated cluster has guests of both
/// sorts.
int first_guest(Workbench& bench, bool succeeds) {
  for (const int vmid : bench.guests("stopped")) {
    if (bench.call("guest_start", {{"guest", vmid}}).ok() == succeeds) return vmid;
  }
  return 0;
}

}  // namespace

TEST_CASE("guest_start: starts a stopped guest, waits, and proves that it runs") {
  Workbench bench;
  Json started;
  for (const int vmid : bench.guests("stopped")) {
    const auto output = bench.call("guest_start", {{"guest", vmid}});
    if (!output.ok()) continue;
    started = output->structured;
    break;
  }
  REQUIRE(started.is_object());
  CHECK(started["action"] == "start");
  CHECK(started["status"] == "running");
  CHECK(started["exitstatus"] == "OK");
  CHECK(bench.tasks.back() == started["task"].get<std::string>());
  CHECK_FALSE(bench.progress.messages.empty());
  const auto described = bench.call("guest_describe", {{"guest", started["vmid"]}});
  REQUIRE(described.ok());
  CHECK(described->structured["status"]["status"] == "running");
}

TEST_CASE("guest_start: a running guest is left alone") {
  Workbench bench;
  const auto output = bench.call("guest_start", {{"guest", bench.guests("running").front()}});
  REQUIRE(output.ok());
  CHECK(output->structured["action"] == "none");
  CHECK(bench.tasks.empty());
}

TEST_CASE("guest_start: a task that fails is an error with the task's own words") {
  Workbench bench;
  const int vmid = first_guest(bench, false);
  REQUIRE(vmid != 0);
  const auto output = bench.call("guest_start", {{"guest", vmid}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == Code::kFailedPrecondition);
  CHECK(output.error().message.find("log of task UPID:") != std::string::npos);
}

TEST_CASE("guest_start: a template cannot be started and nothing is sent") {
  Workbench bench;
  const auto listed = bench.call("guest_list", {{"limit", 500}, {"fields", {"template"}}});
  REQUIRE(listed.ok());
  int vmid = 0;
  for (const auto& row : listed->structured["guests"]) {
    if (row["template"].get<bool>()) vmid = row["vmid"];
  }
  REQUIRE(vmid != 0);
  const auto output = bench.call("guest_start", {{"guest", vmid}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().message.find("template") != std::string::npos);
  CHECK(bench.tasks.empty());
}

TEST_CASE("guest_start: refusals of the cluster say what to do") {
  const struct {
    int status;
    const char* reason;
    Code code;
  } rows[] = {
      {403, "Permission check failed (/vms/100, VM.PowerMgmt)", Code::kPermissionDenied},
      {500, "VM is locked (backup)", Code::kFailedPrecondition},
      {500, "cluster not ready - no quorum?", Code::kFailedPrecondition},
      {595, "No route to host", Code::kUnavailable},
  };
  for (const auto& row : rows) {
    CAPTURE(row.reason);
    Workbench bench;
    const int vmid = bench.guests("stopped").front();
    bench.cluster().fail_next(10, row.status, row.reason);
    const auto output = bench.call("guest_start", {{"guest", vmid}});
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == row.code);
    CHECK(bench.tasks.empty());
  }
}

TEST_CASE("guest_start: gives up after its timeout and says that the task goes on") {
  Workbench bench;
  // 1 s is less than any start of the simulated cluster takes.
  int vmid = 0;
  Json arguments;
  pmx::Code code = Code::kInternal;
  for (const int candidate : bench.guests("stopped")) {
    vmid = candidate;
    const auto output = bench.call("guest_start", {{"guest", vmid}, {"timeout", 1}});
    if (output.ok()) continue;
    code = output.error().code;
    if (code == Code::kDeadlineExceeded) break;
  }
  CHECK(code == Code::kDeadlineExceeded);
}

namespace {

/// A start that a client which knows tasks was promised.
struct Promise {
  int vmid = 0;
  pmx::mcp::Deferred deferred;
};

pmx::mcp::Tool start_tool(Workbench& bench) { return pmx::app::guest_start(bench.box()); }

/// The first start that is put off; the guests before it fail at once.
Promise promised_start(Workbench& bench) {
  const auto stopped = bench.guests("stopped");
  bench.progress.knows_tasks = true;
  for (const int vmid : stopped) {
    auto reply = start_tool(bench).run(pmx::Context{}, {{"guest", vmid}}, bench.progress);
    if (!reply.ok()) continue;
    auto* deferred = std::get_if<pmx::mcp::Deferred>(&*reply);
    if (deferred != nullptr) return {vmid, std::move(*deferred)};
  }
  FAIL("no start was put off");
  return {};
}

}  // namespace

TEST_CASE("guest_start: a long start is put off with its task, and attached to again later") {
  Workbench bench;
  bool finished = false;
  for (int attempt = 0; attempt < 10 && !finished; ++attempt) {
    const Promise promise = promised_start(bench);
    CHECK_FALSE(promise.deferred.required);
    CHECK(promise.deferred.data["upid"] == bench.tasks.back());
    const std::size_t sent = bench.tasks.size();
    const auto reply =
        start_tool(bench).resume(pmx::Context{}, promise.deferred.data, bench.progress);
    CHECK(bench.tasks.size() == sent);  // nothing was started twice
    if (!reply.ok()) continue;          // some starts of the simulated cluster fail
    const auto& output = std::get<pmx::mcp::ToolOutput>(*reply);
    CHECK(output.structured["vmid"] == promise.vmid);
    CHECK(output.structured["action"] == "start");
    CHECK(output.structured["status"] == "running");
    CHECK(output.structured["task"] == promise.deferred.data["upid"]);
    const auto changes = bench.call("changes_list", Json::object());
    REQUIRE(changes.ok());
    CHECK(changes->structured["changes"][0]["cause"] == promise.deferred.data["upid"]);
    finished = true;
  }
  CHECK(finished);
}

TEST_CASE("guest_start: a start whose cluster is no longer configured says so") {
  Workbench bench;
  Promise promise = promised_start(bench);
  promise.deferred.data["cluster"] = "gone";
  const auto reply =
      start_tool(bench).resume(pmx::Context{}, promise.deferred.data, bench.progress);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == Code::kNotFound);
}

TEST_CASE("guest_start: a task that was cancelled stops waiting and leaves the start to PVE") {
  Workbench bench;
  const Promise promise = promised_start(bench);
  std::stop_source cancelled;
  cancelled.request_stop();
  pmx::Context ctx;
  ctx.stop = cancelled.get_token();
  const auto reply = start_tool(bench).resume(ctx, promise.deferred.data, bench.progress);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == Code::kCancelled);
}
