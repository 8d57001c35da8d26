#include "sim/faults.h"

#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

struct Faulty : Harness {
  Faulty() : Harness(Lab::options(PveVersion::k9)) {}

  void fault(const std::vector<std::string>& words) {
    const auto done = cluster.control("fault", words);
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }

  /// The answer of a node to a call that everybody may make.
  Response ask(std::size_t node = 0, const std::string& path = "/access/domains") {
    return asked(cluster, node, path);
  }
};

}  // namespace

TEST_CASE("faults: meet so many requests, and no more") {
  Faulty h;
  h.fault({"latency", "2000", "for=2"});
  CHECK(h.ask().hold == std::chrono::seconds{2});
  CHECK(h.ask().hold == std::chrono::seconds{2});
  CHECK(h.ask().hold == std::chrono::seconds{0});
}

TEST_CASE("faults: hold until they are switched off") {
  Faulty h;
  h.fault({"drop"});
  h.fault({"latency", "10"});
  for (int i = 0; i < 20; ++i) CHECK(h.ask().drop);
  REQUIRE(h.cluster.control("fault-off", {"drop"}).ok());
  CHECK_FALSE(h.ask().drop);
  CHECK(h.ask().hold.count() == 10);
  REQUIRE(h.cluster.control("fault-off", {}).ok());
  CHECK(h.ask().hold.count() == 0);
  CHECK(h.cluster.control("fault-off", {}).error().code == Code::kNotFound);
}

TEST_CASE("faults: hold for one node and below one path only") {
  Faulty h;
  h.fault({"drop", "node=pve2", "path=/access"});
  CHECK(h.ask(1).drop);
  CHECK_FALSE(h.ask(0).drop);
  CHECK_FALSE(h.ask(1, "/version").drop);
}

TEST_CASE("faults: each does what its name says") {
  Faulty h;
  const std::string whole = h.ask().body;
  REQUIRE(parse_json(whole).ok());
  h.fault({"cut", "5", "for=1"});
  CHECK(h.ask().truncate_after == 5);
  h.fault({"garbage", "for=1"});
  const Response garbled = h.ask();
  CHECK(garbled.status == 200);
  CHECK_FALSE(parse_json(garbled.body).ok());
  h.fault({"slow", "100", "for=1"});
  CHECK(h.ask().bytes_per_second == 100);
  h.fault({"status", "596", "for=1", "reason=broken pipe"});
  const Response failed = h.ask();
  CHECK(failed.status == 596);
  CHECK(failed.reason == "broken pipe");
  CHECK(failed.body.empty());
  CHECK(h.ask().body == whole);
}

TEST_CASE("faults: a status comes instead of the work, the others after it") {
  Harness h;
  const std::string start = h.guest_path(part::kStoppedVm) + "/status/start";
  REQUIRE(h.cluster.control("fault", {"status", "502", "for=1"}).ok());
  CHECK(h.send("POST", start).status == 502);
  h.clock.tick(std::chrono::seconds{10});
  CHECK(h.get(h.guest_path(part::kStoppedVm) + "/status/current")["status"] == "stopped");
  REQUIRE(h.cluster.control("fault", {"drop", "for=1"}).ok());
  CHECK(h.send("POST", start).drop);
  h.clock.tick(std::chrono::seconds{10});
  CHECK(h.get(h.guest_path(part::kStoppedVm) + "/status/current")["status"] == "running");
}

TEST_CASE("faults: a node shows another certificate until it is switched off") {
  Faulty h;
  h.fault({"certificate", "node=pve2"});
  CHECK(h.cluster.certificate(1).changed);
  CHECK_FALSE(h.cluster.certificate(0).changed);
  REQUIRE(h.cluster.control("fault-off", {"certificate"}).ok());
  CHECK_FALSE(h.cluster.certificate(1).changed);
}

TEST_CASE("faults: what is wrong with one is told, with what there is") {
  Faulty h;
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"explode"},
                                                {"latency"},
                                                {"latency", "soon"},
                                                {"status", "99"},
                                                {"slow", "0"},
                                                {"drop", "for=0"},
                                                {"drop", "for="},
                                                {"drop", "reason=x"},
                                                {"drop", "everywhere"},
                                                {"certificate", "for=1"}}) {
    const auto refused = h.cluster.control("fault", words);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::kInvalidArgument);
  }
  CHECK(h.cluster.control("fault", {"drop", "node=pve9"}).error().advice ==
        "nodes: pve1, pve2, pve3");
  CHECK(h.cluster.control("fault", {"explode"}).error().advice.find("latency") !=
        std::string::npos);
}

}  // namespace pmx::sim
