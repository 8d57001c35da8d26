// The cluster as a whole: what is listed, for whom, and how it looks when nodes are down.
#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

Json as(Harness& h, const Access& access, const std::string& target) {
  return Harness::body(h.send_as(access, "GET", target))["data"];
}

}  // namespace

TEST_CASE("api: lists are silently filtered by permission: empty is not none") {
  Harness h;
  for (const char* path : {"/cluster/resources?type=vm", "/cluster/resources?type=storage",
                           "/storage", "/pools", "/cluster/tasks"}) {
    CAPTURE(path);
    CHECK_FALSE(as(h, h.cluster.access(), path).empty());
    CHECK_FALSE(as(h, h.cluster.auditor(), path).empty());
    CHECK(as(h, h.cluster.outsider(), path) == Json::array());
  }
}

TEST_CASE("api: nodes are listed for everybody, their numbers only for auditors") {
  Harness h;
  for (const char* path : {"/cluster/resources?type=node", "/nodes"}) {
    CAPTURE(path);
    const Json seen = as(h, h.cluster.auditor(), path);
    const Json hidden = as(h, h.cluster.outsider(), path);
    REQUIRE(seen.size() == hidden.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      CHECK(hidden[i]["node"] == seen[i]["node"]);
      CHECK(hidden[i]["status"] == "online");
      for (const char* key : {"cpu", "maxcpu", "mem", "maxmem", "disk", "maxdisk", "uptime"}) {
        CHECK(seen[i].contains(key));
        CHECK_FALSE(hidden[i].contains(key));
      }
    }
  }
}

TEST_CASE("api: a node that is down keeps its size and loses its load; its guests stay listed") {
  Harness h;
  const std::string path = h.guest_path(part::kRunningVm);
  const std::string node(path.substr(7, path.find('/', 7) - 7));
  h.cluster.set_online(node, false);
  for (const auto& row : h.get("/cluster/resources?type=node")) {
    if (row["node"] != node) continue;
    CHECK(row["status"] == "offline");
    CHECK(row.contains("maxmem"));
    CHECK_FALSE(row.contains("mem"));
  }
  for (const auto& row : h.get("/cluster/resources?type=storage"))
    if (row["node"] == node) CHECK(row["status"] == "unknown");
  CHECK(h.guest_path(part::kRunningVm) == path);
}

TEST_CASE("api: the cluster is quorate while more than half of its nodes are there") {
  Options options;
  options.nodes = 4;
  Harness h(options);
  const Json nodes = h.get("/nodes");
  for (const int online : {4, 3, 2, 1}) {
    CAPTURE(online);
    for (int i = 0; i < 4; ++i)
      h.cluster.set_online(string_member(nodes[static_cast<std::size_t>(i)], "node"), i < online);
    const Json status = h.get("/cluster/status");
    CHECK(status[0]["quorate"] == (online > 2 ? 1 : 0));
    CHECK(status[0]["nodes"] == 4);
  }
}

TEST_CASE("api: a single node has no cluster entry") {
  Options options;
  options.nodes = 1;
  Harness h(options);
  const Json status = h.get("/cluster/status");
  REQUIRE(status.size() == 1);
  CHECK(status[0]["type"] == "node");
  CHECK(status[0]["nodeid"] == 0);
  CHECK(status[0]["local"] == 1);
}

TEST_CASE("api: nextid is the lowest free one, as text, and refuses a taken one") {
  Harness h;
  CHECK(h.get("/cluster/nextid") == "124");
  CHECK(h.get("/cluster/nextid?vmid=500") == "500");
  const Response taken = h.send("GET", "/cluster/nextid?vmid=101");
  CHECK(taken.status == 400);
  CHECK(Harness::body(taken)["errors"]["vmid"] == "VM 101 already exists");
  h.cluster.remove_guest(101);
  CHECK(h.get("/cluster/nextid") == "101");
}

TEST_CASE("api: shared storages show one size and one usage, wherever they are seen") {
  Harness h;
  std::map<std::string, Json> shared;
  for (const auto& row : h.get("/cluster/resources?type=storage")) {
    if (row["shared"] == 0) continue;
    const Json numbers{row["disk"], row["maxdisk"]};
    const auto [known, first] = shared.emplace(string_member(row, "storage"), numbers);
    CHECK(known->second == numbers);
    CHECK(row["disk"] < row["maxdisk"]);
  }
  CHECK(shared.size() == 3);
}

TEST_CASE(
    "api: cluster tasks hold at most 25 finished ones a node, and split the token off the user") {
  Harness h;
  const std::string path = h.guest_path(part::kRunningVm);
  for (int i = 0; i < 40; ++i) h.run(path + "/status/resume");
  std::map<std::string, int> finished;
  for (const auto& row : h.get("/cluster/tasks"))
    if (row.contains("endtime")) ++finished[std::string(string_member(row, "node"))];
  for (const auto& [node, count] : finished) CHECK(count <= 25);
  const Json newest = h.get("/cluster/tasks")[0];
  CHECK(newest["upid"] == h.upid);
  CHECK(newest["user"] == "root@pam");
  CHECK(newest["tokenid"].is_string());
  CHECK(newest["saved"] == "1");
  CHECK(h.upid.find("root@pam!") != std::string::npos);
}

TEST_CASE("api: the log names the newest first and as many as were asked for") {
  Harness h;
  const Json all = h.get("/cluster/log");
  CHECK(all.size() > 3);
  CHECK(h.get("/cluster/log?max=2") == Json::array({all[0], all[1]}));
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i - 1]["uid"] != all[i]["uid"]);
  CHECK(dump_json(all).find("job errors") != std::string::npos);
}

TEST_CASE("api: the log shows others' tasks to those with Sys.Syslog only, and no future ones") {
  Harness h;
  CHECK(as(h, h.cluster.auditor(), "/cluster/log") == Json::array());
  CHECK(as(h, h.cluster.outsider(), "/cluster/log") == Json::array());
  const std::int64_t now = h.clock.now().time_since_epoch().count() / 1000;
  h.run(h.guest_path(part::kHaVm) + "/status/stop", std::chrono::milliseconds{500});
  for (const auto& row : h.get("/cluster/log")) CHECK(row["time"] <= now);
  CHECK(dump_json(h.get("/cluster/log")).find(":qmshutdown:105:") == std::string::npos);
  h.clock.tick(std::chrono::seconds{5});
  CHECK(dump_json(h.get("/cluster/log")).find(":qmshutdown:105:") != std::string::npos);
}

}  // namespace pmx::sim
