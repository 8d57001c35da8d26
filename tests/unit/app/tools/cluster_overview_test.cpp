#include "tests/unit/app/workbench.h"

using pmx::app::test::Workbench;

TEST_CASE("cluster_overview: counts what the cluster has") {
  Workbench bench;
  const auto output = bench.call("cluster_overview");
  REQUIRE(output.ok());
  const auto& cluster = output->structured["clusters"][0];
  CHECK(cluster["cluster"] == "default");
  CHECK(cluster["nodes"].size() == 3);
  CHECK(cluster["guests"]["total"] == 24);
  int guests = 0;
  for (const auto& node : cluster["nodes"]) guests += node["guests"].get<int>();
  CHECK(guests == 24);
  CHECK(output->text.find("3 of 3 nodes online, quorate, 24 guests") != std::string::npos);
}

TEST_CASE("cluster_overview: a shared storage counts once") {
  Workbench bench;
  const auto output = bench.call("cluster_overview");
  REQUIRE(output.ok());
  std::set<std::string> shared;
  for (const auto& storage : output->structured["clusters"][0]["storages"]) {
    if (!storage["shared"].get<bool>()) continue;
    CHECK_FALSE(storage.contains("node"));
    CHECK(shared.insert(storage["storage"].get<std::string>()).second);
  }
  CHECK_FALSE(shared.empty());
}

TEST_CASE("cluster_overview: a node that is down is a warning, not a failure") {
  Workbench bench;
  const auto before = bench.call("cluster_overview");
  REQUIRE(before.ok());
  const std::string node = before->structured["clusters"][0]["nodes"][1]["node"];
  bench.cluster().set_online(node, false);
  bench.clock.advance(std::chrono::seconds(30));
  const auto after = bench.call("cluster_overview");
  REQUIRE(after.ok());
  REQUIRE(after->structured["clusters"][0]["warnings"].size() == 1);
  CHECK(after->structured["clusters"][0]["warnings"][0].get<std::string>().find("offline") !=
        std::string::npos);
  CHECK(after->text.find("2 of 3 nodes online") != std::string::npos);
}

TEST_CASE("cluster_overview: an unknown cluster is refused with the known ones") {
  Workbench bench;
  const auto output = bench.call("cluster_overview", {{"cluster", "moon"}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == pmx::Code::kNotFound);
  CHECK(output.error().advice.find("default") != std::string::npos);
}

TEST_CASE("cluster_overview: the cluster's refusals become errors that say what to do") {
  const struct {
    int status;
    const char* reason;
    pmx::Code code;
  } rows[] = {
      {401, "No ticket", pmx::Code::kUnauthenticated},
      {403, "Permission check failed (/, Sys.Audit)", pmx::Code::kPermissionDenied},
      {595, "No route to host", pmx::Code::kUnavailable},
  };
  for (const auto& row : rows) {
    CAPTURE(row.status);
    Workbench bench;
    bench.cluster().fail_next(5, row.status, row.reason);
    const auto output = bench.call("cluster_overview");
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == row.code);
    CHECK_FALSE(output.error().advice.empty());
  }
}
