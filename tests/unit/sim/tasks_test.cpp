// Power actions and the tasks they fork, on a clock that the test turns.
#include <doctest/doctest.h>

#include "sim/call.h"
#include "tests/unit/sim/harness.h"

namespace pmx::sim {

TEST_CASE("tasks: a stopped VM starts within one to three seconds of the clock") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm);
  const Json running = h.run(path + "/status/start", std::chrono::milliseconds{900});
  CHECK(running["status"] == "running");
  CHECK_FALSE(running.contains("exitstatus"));
  CHECK(running["type"] == "qmstart");
  CHECK(running["user"] == "root@pam");
  CHECK(running["tokenid"].is_string());
  CHECK(h.get(path + "/status/current")["status"] == "stopped");
  h.clock.tick(std::chrono::milliseconds{2200});
  CHECK(h.get(Harness::task_path(h.upid) + "/status")["exitstatus"] == "OK");
  CHECK(h.get(path + "/status/current")["status"] == "running");
  const Json log = Harness::body(h.send("GET", Harness::task_path(h.upid) + "/log"));
  CHECK(log["total"] == log["data"].size());
  CHECK(log["data"].back()["t"] == "TASK OK");
}

TEST_CASE("tasks: what is wrong with a guest fails inside the task") {
  Harness h;
  struct Row {
    const char* name;
    int vmid;
    std::string exit;
  };
  const Row rows[] = {
      {"running", part::kRunningVm, "VM 100 already running"},
      {"locked", part::kLockedVm, "VM is locked (backup)"},
      {"template", part::kTemplate, "you can't start a vm if it's a template"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Json status = h.run(h.guest_path(row.vmid) + "/status/start");
    CHECK(status["status"] == "stopped");
    CHECK(status["exitstatus"] == row.exit);
    const Json log = h.get(Harness::task_path(h.upid) + "/log");
    CHECK(log.back()["t"] == "TASK ERROR: " + row.exit);
  }
  const Json broken = h.run(h.guest_path(part::kBrokenVm) + "/status/start");
  CHECK(string_member(broken, "exitstatus").starts_with("rbd error:"));
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  const Json missing = h.run("/nodes/" + node + "/qemu/999/status/start");
  CHECK(missing["exitstatus"] ==
        "Configuration file 'nodes/" + node + "/qemu-server/999.conf' does not exist");
}

TEST_CASE("tasks: stop, shutdown, suspend and resume change the guest") {
  Harness h;
  const std::string path = h.guest_path(part::kRunningVm);
  const auto state = [&] { return h.get(path + "/status/current"); };
  CHECK(h.run(path + "/status/suspend")["type"] == "qmpause");
  CHECK(state()["qmpstatus"] == "paused");
  CHECK(state()["status"] == "running");
  CHECK(h.run(path + "/status/resume")["exitstatus"] == "OK");
  CHECK(state()["qmpstatus"] == "running");
  CHECK(h.run(path + "/status/shutdown")["exitstatus"] == "OK");
  CHECK(state()["status"] == "stopped");
  CHECK(h.run(path + "/status/stop")["exitstatus"] == "OK");
  CHECK(h.send("POST", path + "/status/reset").reason == "VM 100 not running");
  CHECK(h.send("POST", path + "/status/resume").status == 500);
}

TEST_CASE("tasks: a stopped container refuses stop at once") {
  Harness h;
  const Response refused = h.send("POST", h.guest_path(part::kStoppedCt) + "/status/stop");
  CHECK(refused.status == 500);
  CHECK(refused.reason == "CT 108 not running");
}

TEST_CASE("tasks: an HA guest is stopped by a request that the manager carries out later") {
  Harness h;
  const std::string path = h.guest_path(part::kHaVm);
  CHECK(h.run(path + "/status/stop", std::chrono::milliseconds{500})["type"] == "hastop");
  CHECK(h.get(path + "/status/current")["status"] == "running");
  h.clock.tick(std::chrono::seconds{5});
  CHECK(h.get(path + "/status/current")["status"] == "stopped");
}

TEST_CASE("tasks: skiplock is for root@pam itself, not for its token") {
  Harness h;
  const Response refused =
      h.send("POST", h.guest_path(part::kLockedVm) + "/status/start", "skiplock=1");
  CHECK(refused.status == 400);
  CHECK(Harness::body(refused)["errors"]["skiplock"] == "Only root may use this option.");
}

TEST_CASE("tasks: lists page, filter and count; the night's failed backup is in them") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  const Json failed = Harness::body(h.send("GET", "/nodes/" + node + "/tasks?errors=1"));
  REQUIRE(failed["total"] == 1);
  CHECK(failed["data"][0]["status"] == "job errors");
  CHECK(failed["data"][0]["type"] == "vzdump");
  const std::string upid(string_member(failed["data"][0], "upid"));
  const std::string log = Harness::task_path(upid) + "/log";
  const Json all = Harness::body(h.send("GET", log + "?limit=0"));
  const Json page = Harness::body(h.send("GET", log + "?start=1&limit=2"));
  CHECK(all["total"] == all["data"].size());
  REQUIRE(page["data"].size() == 2);
  CHECK(page["data"][0]["n"] == 2);
  CHECK(Harness::body(h.send("GET", log + "?start=5000"))["data"].empty());
  CHECK(h.get("/cluster/tasks").size() >= 3);
}

TEST_CASE("tasks: a running task can be stopped, and its effect does not happen") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm);
  h.run(path + "/status/start", std::chrono::milliseconds{100});
  CHECK(h.get("/cluster/tasks")[0]["upid"] == h.upid);
  CHECK(h.send("DELETE", Harness::task_path(h.upid)).status == 200);
  h.clock.tick(std::chrono::seconds{5});
  CHECK(h.get(Harness::task_path(h.upid) + "/status")["exitstatus"] == "unexpected status");
  CHECK(h.get(path + "/status/current")["status"] == "stopped");
}

TEST_CASE("tasks: a bad or unknown UPID is a parameter error") {
  Harness h;
  const std::string tasks =
      "/nodes/" + std::string(string_member(h.get("/nodes")[0], "node")) + "/tasks/";
  const Response bad = h.send("GET", tasks + "UPID:nonsense/status");
  CHECK(Harness::body(bad)["errors"]["upid"] == "unable to parse worker upid");
  const Response unknown = h.send(
      "GET", tasks + percent_encode("UPID:x:00000001:00000001:65000000:qmstart:100:root@pam:") +
                 "/status");
  CHECK(unknown.status == 400);
  CHECK(Harness::body(unknown)["errors"]["upid"] == "no such task");
}

TEST_CASE(
    "tasks: one that ends with warnings has done its work, one that fails leaves its traces") {
  struct Row {
    const char* exit;
    bool works;
  };
  for (const Row& row : {Row{"OK", true}, {"WARNINGS: 2", true}, {"got timeout", false}}) {
    CAPTURE(row.exit);
    State state({1, 0, 7}, 1'795'260'000'000);
    TaskPlan plan;
    plan.type = "qmstart";
    plan.exit = row.exit;
    int worked = 0;
    int left = 0;
    plan.effect = [&](State&, const Task& task) { worked += task.finished ? 1 : 0; };
    plan.undo = [&](State&, const Task&) { ++left; };
    state.tasks.fork(state.inventory.nodes[0], {"root@pam", ""}, plan, 1'000'000);
    state.tasks.advance(state, 1'000'000 + plan.duration - 1);
    CHECK(worked + left == 0);
    state.tasks.advance(state, 1'000'000 + plan.duration);
    state.tasks.advance(state, 2'000'000);
    CHECK(worked == (row.works ? 1 : 0));
    CHECK(left == (row.works ? 0 : 1));
  }
}

TEST_CASE("tasks: an effect may fork, and being stopped is no good end") {
  State state({1, 0, 7}, 1'795'260'000'000);
  const NodeState node = state.inventory.nodes[0];
  TaskPlan plan;
  plan.type = "startall";
  plan.duration = 1000;
  int left = 0;
  plan.undo = [&](State&, const Task&) { ++left; };
  plan.effect = [](State& cluster, const Task& task) {
    TaskPlan next;
    next.type = "qmstart";
    cluster.tasks.fork(cluster.inventory.nodes[0], {"root@pam", ""}, next, task.end());
  };
  const std::size_t before = state.tasks.all().size();
  state.tasks.fork(node, {"root@pam", ""}, plan, 1000);
  const std::string stopped = state.tasks.fork(node, {"root@pam", ""}, plan, 1500);
  state.tasks.stop(state, stopped, 1600);
  CHECK(left == 1);
  CHECK(state.tasks.find(stopped)->plan.exit == "unexpected status");
  state.tasks.advance(state, 9000);
  CHECK(left == 1);
  CHECK(state.tasks.all().size() == before + 3);
  for (const Task& task : state.tasks.all()) CHECK(task.finished);
}

TEST_CASE("tasks: the index keeps the last thousand, and a running one however old") {
  State state({1, 0, 7}, 1'795'260'000'000);
  Tasks& tasks = state.tasks;
  const NodeState node = state.inventory.nodes[0];
  TaskPlan endless;
  endless.type = "vncproxy";
  endless.duration = 1'000'000'000;
  const std::string first = tasks.fork(node, {"root@pam", ""}, endless, 1);
  TaskPlan brief;
  brief.type = "qmstart";
  for (int i = 0; i < 1500; ++i) {
    tasks.fork(node, {"root@pam", ""}, brief, 1000 + i * 100);
    tasks.advance(state, 1000 + i * 100 + 50);
  }
  CHECK(tasks.find(first) != nullptr);
  CHECK(tasks.all().size() == 1000);
  for (std::size_t i = 1; i < tasks.all().size(); ++i)
    CHECK(tasks.all()[i - 1].start >= tasks.all()[i].start);
}

}  // namespace pmx::sim
