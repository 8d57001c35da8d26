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
