// What each power action says to each state of each kind of guest; tasks_test.cpp follows the
// tasks.
#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {

TEST_CASE("power: a start and a stop take as long as the options say") {
  Options options;
  options.work_time = std::chrono::seconds{60};
  Harness h(options);
  for (const int vmid : {part::kStoppedVm, part::kStoppedCt}) {
    const std::string path = h.guest_path(vmid);
    for (const char* action : {"/status/start", "/status/stop"}) {
      CHECK(h.run(path + action, std::chrono::seconds{59})["status"] == "running");
      CHECK(h.run(path + "/status/current").is_null());
      h.clock.tick(std::chrono::seconds{2});
    }
  }
}

TEST_CASE("power: each action ends as PVE's does, at once or inside its task") {
  struct Row {
    int vmid;
    const char* action;
    const char* type;  ///< of the task; "" when refused at once
    const char* end;   ///< exit status, or the reason of the refusal
    const char* then;  ///< status afterwards
  };
  const Row rows[] = {
      {part::kRunningVm, "start", "qmstart", "VM 100 already running", "running"},
      {part::kRunningVm, "stop", "qmstop", "OK", "stopped"},
      {part::kRunningVm, "shutdown", "qmshutdown", "OK", "stopped"},
      {part::kRunningVm, "reboot", "qmreboot", "OK", "running"},
      {part::kRunningVm, "reset", "qmreset", "OK", "running"},
      {part::kRunningVm, "suspend", "qmpause", "OK", "running"},
      {part::kRunningVm, "suspend?todisk=1", "qmsuspend", "OK", "stopped"},
      {part::kRunningVm, "resume", "qmresume", "OK", "running"},
      {part::kStoppedVm, "start", "qmstart", "OK", "running"},
      {part::kStoppedVm, "stop", "qmstop", "OK", "stopped"},
      {part::kStoppedVm, "shutdown", "qmshutdown", "OK", "stopped"},
      {part::kStoppedVm, "reboot", "", "VM 101 not running", "stopped"},
      {part::kStoppedVm, "reset", "", "VM 101 not running", "stopped"},
      {part::kStoppedVm, "suspend", "", "VM 101 not running", "stopped"},
      {part::kStoppedVm, "resume", "", "VM 101 not running", "stopped"},
      {part::kPausedVm, "resume", "qmresume", "OK", "running"},
      {part::kPausedVm, "suspend", "qmpause", "OK", "running"},
      {part::kPausedVm, "stop", "qmstop", "OK", "stopped"},
      {part::kPausedVm, "shutdown?timeout=3", "qmshutdown",
       "VM quit/powerdown failed - got timeout", "running"},
      {part::kPausedVm, "shutdown?forceStop=1", "qmshutdown", "OK", "stopped"},
      {part::kLockedVm, "start", "qmstart", "VM is locked (backup)", "stopped"},
      {part::kLockedVm, "stop", "qmstop", "VM is locked (backup)", "stopped"},
      {part::kRunningCt, "start", "vzstart", "CT 102 already running", "running"},
      {part::kRunningCt, "stop", "vzstop", "OK", "stopped"},
      {part::kRunningCt, "shutdown", "vzshutdown", "OK", "stopped"},
      {part::kRunningCt, "reboot", "vzreboot", "OK", "running"},
      {part::kStoppedCt, "start", "vzstart", "OK", "running"},
      {part::kStoppedCt, "stop", "", "CT 108 not running", "stopped"},
      {part::kStoppedCt, "shutdown", "", "CT 108 not running", "stopped"},
      {part::kStoppedCt, "reboot", "", "VM 108 not running", "stopped"},
  };
  for (const Row& row : rows) {
    Harness h;
    const std::string path = h.guest_path(row.vmid);
    CAPTURE(row.vmid);
    CAPTURE(row.action);
    const Response answer = h.send("POST", path + "/status/" + row.action);
    const std::string upid(string_member(Harness::body(answer), "data"));
    CHECK(upid.empty() == std::string(row.type).empty());
    h.clock.tick(std::chrono::seconds{5});
    if (upid.empty()) {
      CHECK(answer.status == 500);
      CHECK(answer.reason == row.end);
    } else {
      const Json task = h.get(Harness::task_path(upid) + "/status");
      CHECK(task["type"] == row.type);
      CHECK(task["id"] == std::to_string(row.vmid));
      CHECK(task["exitstatus"] == row.end);
    }
    CHECK(h.get(path + "/status/current")["status"] == row.then);
  }
}

TEST_CASE("power: a guest that starts counts its uptime from then on") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm);
  h.run(path + "/status/start", std::chrono::seconds{4});
  h.clock.tick(std::chrono::minutes{5});
  const auto uptime = h.get(path + "/status/current")["uptime"].get<std::int64_t>();
  CHECK(uptime >= 290);
  CHECK(uptime <= 304);
}

TEST_CASE("power: an HA guest is started by the manager too, in a task of its own") {
  Harness h;
  const std::string path = h.guest_path(part::kHaVm);
  h.run(path + "/status/stop", std::chrono::seconds{10});
  CHECK(h.get("/cluster/ha/resources")[0]["state"] == "stopped");
  CHECK(h.run(path + "/status/start", std::chrono::seconds{10})["type"] == "hastart");
  CHECK(h.get(path + "/status/current")["status"] == "running");
  const Json newest = h.get("/cluster/tasks")[0];
  CHECK(newest["type"] == "qmstart");
  CHECK(newest["user"] == "root@pam");
  CHECK_FALSE(newest.contains("tokenid"));
}

TEST_CASE("power: the work takes the same time for the same guest, whoever watches") {
  Harness first;
  Harness second;
  for (Harness* h : {&first, &second}) {
    h->run(h->guest_path(part::kStoppedVm) + "/status/start", std::chrono::milliseconds{1500});
  }
  CHECK(first.get(Harness::task_path(first.upid) + "/status") ==
        second.get(Harness::task_path(second.upid) + "/status"));
}

TEST_CASE("power: the longest timeout a client can write is waited for, not turned around") {
  Harness h;
  const std::string path = h.guest_path(part::kPausedVm);
  const Json task =
      h.run(path + "/status/shutdown?timeout=9223372036854775807", std::chrono::hours{24});
  CHECK(task["status"] == "running");
  CHECK(h.send("DELETE", Harness::task_path(h.upid)).status == 200);
  CHECK(h.get(Harness::task_path(h.upid) + "/status")["exitstatus"] == "unexpected status");
}

}  // namespace pmx::sim
