// Task lists and logs: filters, pages and who may look.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

struct Fixture {
  Harness h;
  std::string vm = h.guest_path(part::kStoppedVm);
  std::string tasks = vm.substr(0, vm.find("/qemu/")) + "/tasks";

  /// The UPIDs of GET .../tasks with this query.
  std::vector<std::string> list(const std::string& query) {
    std::vector<std::string> out;
    for (const auto& row : h.get(tasks + query)) out.emplace_back(string_member(row, "upid"));
    return out;
  }
  bool has(const std::string& query, const std::string& upid) {
    const auto rows = list(query);
    return std::find(rows.begin(), rows.end(), upid) != rows.end();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "tasks: the source tells running, finished and all apart") {
  h.run(vm + "/status/start", std::chrono::milliseconds{100});
  CHECK(has("?source=active", h.upid));
  CHECK(has("?source=all", h.upid));
  CHECK_FALSE(has("", h.upid));
  h.clock.tick(std::chrono::seconds{5});
  CHECK_FALSE(has("?source=active", h.upid));
  CHECK(has("?source=archive", h.upid));
  CHECK(has("", h.upid));
}

TEST_CASE_FIXTURE(Fixture, "tasks: each filter keeps what it names") {
  const std::int64_t now = h.clock.now().time_since_epoch().count() / 1000;
  h.run(vm + "/status/start");
  struct Row {
    std::string query;
    bool kept;
  };
  const Row rows[] = {
      {"?vmid=101", true},
      {"?vmid=102", false},
      {"?typefilter=qmstart", true},
      {"?typefilter=vzdump", false},
      {"?userfilter=ROOT", true},
      {"?userfilter=nobody", false},
      {"?errors=1", false},
      {"?since=" + std::to_string(now), true},
      {"?since=" + std::to_string(now + 1), false},
      {"?until=" + std::to_string(now), true},
      {"?until=" + std::to_string(now - 1), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CHECK(has(row.query, h.upid) == row.kept);
  }
}

TEST_CASE_FIXTURE(Fixture, "tasks: pages put together are the whole list, newest first") {
  for (int i = 0; i < 7; ++i) h.run(vm + "/status/stop");
  const auto all = list("?limit=1000");
  std::vector<std::string> pages;
  for (std::size_t start = 0; start < all.size(); start += 3)
    for (const auto& upid : list("?limit=3&start=" + std::to_string(start))) pages.push_back(upid);
  CHECK(pages == all);
  CHECK(all.front() == h.upid);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
  CHECK(list("?start=" + std::to_string(all.size())).empty());
}

TEST_CASE_FIXTURE(Fixture, "tasks: a log can be followed line by line while it grows") {
  h.cluster.change_guest(part::kStoppedVm, {{"ide2", "local-lvm:vm-101-cloudinit,media=cdrom"}});
  h.run(vm + "/status/start", std::chrono::milliseconds{0});
  const std::string log = Harness::task_path(h.upid) + "/log?start=";
  CHECK(h.get(log + "0")[0]["t"] == "no content");  // PVE's word for an empty log
  h.clock.tick(std::chrono::milliseconds{500});
  CHECK(h.get(log + "0")[0]["t"] == "generating cloud-init ISO");
  CHECK(h.get(log + "1").empty());
  h.clock.tick(std::chrono::seconds{5});
  const Json rest = Harness::body(h.send("GET", log + "1"));
  REQUIRE(rest["data"].size() == 1);
  CHECK(rest["data"][0]["t"] == "TASK OK");
  CHECK(rest["data"][0]["n"] == 2);
  CHECK(rest["total"] == 2);
}

TEST_CASE_FIXTURE(Fixture, "tasks: a task is known at its own node only") {
  h.run(vm + "/status/start");
  std::string elsewhere;
  for (const auto& node : h.get("/nodes"))
    if (tasks.find(std::string(string_member(node, "node"))) == std::string::npos)
      elsewhere =
          "/nodes/" + std::string(string_member(node, "node")) + "/tasks/" + percent_encode(h.upid);
  const Response refused = h.send("GET", elsewhere + "/status");
  CHECK(refused.status == 400);
  CHECK(Harness::body(refused)["errors"]["upid"] == "no such task");
  CHECK(h.get(elsewhere + "/log")[0]["t"] == "unable to open file - No such file or directory");
}

TEST_CASE_FIXTURE(
    Fixture, "tasks: who did not start a task needs Sys.Audit to see it, Sys.Modify to stop it") {
  h.run(vm + "/status/start", std::chrono::milliseconds{10});
  const std::string path = Harness::task_path(h.upid);
  const auto status = [&](const Access& access, const char* method, const std::string& target) {
    return h.send_as(access, method, target).status;
  };
  CHECK(status(h.cluster.auditor(), "GET", path + "/status") == 200);
  CHECK(status(h.cluster.outsider(), "GET", path + "/status") == 403);
  CHECK(status(h.cluster.outsider(), "GET", path + "/log") == 403);
  CHECK(status(h.cluster.auditor(), "DELETE", path) == 403);
  CHECK(
      Harness::body(h.send_as(h.cluster.outsider(), "GET", tasks + "?source=all"))["data"].empty());
  CHECK(h.get(path + "/status")["status"] == "running");
  CHECK(status(h.cluster.access(), "DELETE", path) == 200);
  CHECK(status(h.cluster.access(), "DELETE", path) == 200);  // PVE answers null for a finished one
}

TEST_CASE_FIXTURE(Fixture, "tasks: the status filter keeps the kinds it lists") {
  h.run(vm + "/status/start");  // OK
  const std::string good = h.upid;
  h.run(vm + "/status/start");  // already running
  const std::string failed = h.upid;
  h.run(vm + "/status/shutdown", std::chrono::milliseconds{1});
  h.send("DELETE", Harness::task_path(h.upid));  // killed: PVE's "unexpected status"
  const std::string killed = h.upid;
  struct Row {
    const char* filter;
    bool good, failed, killed;
  };
  const Row rows[] = {
      {"ok", true, false, false},      {"error", false, true, false},
      {"unknown", false, false, true}, {"warning", false, false, false},
      {"ok,error", true, true, false}, {"warning,unknown,ok", true, false, true},
      {"", false, false, false},
  };
  for (const Row& row : rows) {
    const std::string query = std::string("?statusfilter=") + row.filter;
    CAPTURE(query);
    CHECK(has(query, good) == row.good);
    CHECK(has(query, failed) == row.failed);
    CHECK(has(query, killed) == row.killed);
  }
  const Response bad = h.send("GET", tasks + "?statusfilter=nonsense");
  CHECK(bad.status == 400);
}

TEST_CASE_FIXTURE(Fixture,
                  "tasks: the largest numbers of a page are past the end, not an overflow") {
  const std::string huge = "9223372036854775807";
  CHECK(list("?start=" + huge).empty());
  CHECK(list("?limit=" + huge) == list("?limit=1000"));
  CHECK(list("?start=1&limit=" + huge).size() == list("?limit=1000").size() - 1);
  CHECK(list("?limit=0").empty());
}

TEST_CASE_FIXTURE(Fixture, "tasks: a running one comes first and is told to run") {
  h.run(vm + "/status/start", std::chrono::milliseconds{1});
  const Json all = h.get(tasks + "?source=all&vmid=101");
  REQUIRE(!all.empty());
  CHECK(all[0]["upid"] == h.upid);
  CHECK(all[0]["status"] == "RUNNING");
  CHECK(h.get(tasks + "?source=active&errors=1").size() == 1);
  CHECK(h.get(tasks + "?source=active&statusfilter=ok").empty());
  CHECK_FALSE(Harness::body(h.send("GET", tasks + "?vmid=999")).contains("total"));
}

TEST_CASE_FIXTURE(Fixture, "tasks: a log is downloaded as it is, and not in pages") {
  h.run(vm + "/status/start");
  const std::string log = Harness::task_path(h.upid) + "/log?download=1";
  const Response file = h.send("GET", log);
  CHECK(file.headers.at("content-type") == "text/plain");
  CHECK(file.body.ends_with("TASK OK\n"));
  CHECK(h.send("GET", log + "&limit=5").reason ==
        "'download' cannot be used together with 'start' or 'limit' parameters");
}

}  // namespace pmx::sim
