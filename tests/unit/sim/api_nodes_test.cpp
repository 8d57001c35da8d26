// One node at a time: status, storages and network.
#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

struct Fixture {
  Harness h;
  std::string name{string_member(h.get("/nodes")[0], "node")};
  std::string path = "/nodes/" + name;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "api: a node's numbers add up, and the ones PVE writes as text are text") {
  const Json status = h.get(path + "/status");
  const Json& memory = status["memory"];
  CHECK(memory["used"].get<std::int64_t>() + memory["free"].get<std::int64_t>() == memory["total"]);
  const Json& root = status["rootfs"];
  CHECK(root["used"].get<std::int64_t>() + root["avail"].get<std::int64_t>() == root["total"]);
  CHECK(status["cpu"] > 0);
  CHECK(status["cpu"] < 1);
  CHECK(status["cpuinfo"]["mhz"].is_string());
  REQUIRE(status["loadavg"].size() == 3);
  for (const auto& load : status["loadavg"]) CHECK(load.is_string());
  CHECK(h.get("/cluster/resources?type=node")[0]["mem"] == memory["used"]);
}

TEST_CASE_FIXTURE(Fixture,
                  "api: a node's storages agree between list, single status and resources") {
  for (const auto& row : h.get(path + "/storage")) {
    const std::string storage(string_member(row, "storage"));
    CAPTURE(storage);
    const Json alone = h.get(path + "/storage/" + storage + "/status");
    for (const char* key : {"type", "content", "shared", "total", "used", "avail"})
      CHECK(alone[key] == row[key]);
    CHECK(row["used"].get<std::int64_t>() + row["avail"].get<std::int64_t>() == row["total"]);
    CHECK(row["used_fraction"] > 0);
    CHECK(row["used_fraction"] < 1);
    CHECK(h.get(path + "/storage?storage=" + storage) == Json::array({row}));
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "api: a storage that does not exist is a parameter error, not an empty list") {
  for (const char* call : {"/storage?storage=nosuch", "/storage/nosuch/status"}) {
    CAPTURE(call);
    const Response refused = h.send("GET", path + call);
    CHECK(refused.status == 400);
    CHECK(Harness::body(refused)["errors"]["storage"] == "No such storage.");
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "api: the bridge carries the address that the cluster knows the node by") {
  const Json network = h.get(path + "/network");
  const Json members = h.get("/cluster/status");
  CHECK(network[1]["iface"] == "vmbr0");
  CHECK(network[1]["address"] == members[1]["ip"]);
  const std::string gateway(string_member(network[1], "gateway"));
  CHECK(gateway.ends_with(".1"));
  CHECK(h.cluster.truth()["ip"].dump().find(gateway) != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "api: localhost is the node that was asked, and time is the clock's") {
  CHECK(h.get("/nodes/localhost/time")["time"] == h.clock.now().time_since_epoch().count() / 1000);
  CHECK(h.get("/nodes/localhost/network") == h.get(path + "/network"));
  CHECK(h.get("/nodes/localhost/version") == h.get("/version"));
}

TEST_CASE_FIXTURE(Fixture, "api: load moves with time, size does not") {
  const Json before = h.get(path + "/status");
  h.clock.tick(std::chrono::minutes{10});
  const Json after = h.get(path + "/status");
  CHECK(after["cpu"] != before["cpu"]);
  CHECK(after["uptime"] == before["uptime"].get<std::int64_t>() + 600);
  CHECK(after["memory"]["total"] == before["memory"]["total"]);
}

}  // namespace pmx::sim
