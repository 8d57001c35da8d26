#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {

TEST_CASE("cluster: version, resources and status have PVE's shape") {
  Harness h;
  CHECK(h.get("/version")["release"] == "9.2");
  const Json all = h.get("/cluster/resources");
  int guests = 0;
  for (const auto& row : all) {
    CHECK(row.contains("id"));
    guests += row["type"] == "qemu" || row["type"] == "lxc" ? 1 : 0;
  }
  CHECK(guests == 24);
  const Json status = h.get("/cluster/status");
  REQUIRE(status.size() == 4);
  CHECK(status[0]["quorate"] == 1);
  CHECK(status[1]["type"] == "node");
}

}  // namespace pmx::sim
