#include "tests/unit/app/workbench.h"

using pmx::app::test::Workbench;

TEST_CASE("guest_describe: finds a guest by VMID, as number and as text, and by its name") {
  Workbench bench;
  const int vmid = bench.guests("running").front();
  const auto by_number = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE(by_number.ok());
  CHECK(by_number->structured["vmid"] == vmid);
  CHECK(by_number->structured["config"].is_object());
  CHECK(by_number->structured["status"]["status"] == "running");
  const auto by_text = bench.call("guest_describe", {{"guest", std::to_string(vmid)}});
  REQUIRE(by_text.ok());
  CHECK(by_text->structured["vmid"] == vmid);
  const auto by_name = bench.call("guest_describe", {{"guest", by_number->structured["name"]}});
  REQUIRE(by_name.ok());
  CHECK(by_name->structured["vmid"] == vmid);
}

TEST_CASE("guest_describe: a guest that is not there is refused without echoing the argument") {
  Workbench bench;
  const auto output = bench.call("guest_describe", {{"guest", "no-such-thing"}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == pmx::Code::kNotFound);
  CHECK(output.error().text().find("no-such-thing") == std::string::npos);
}

TEST_CASE("guest_describe: a guest that vanished is told apart from a broken cluster") {
  Workbench bench;
  const int vmid = bench.guests("stopped").front();
  bench.cluster().remove_guest(vmid);
  const auto output = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == pmx::Code::kNotFound);
}

TEST_CASE("guest_describe: follows a guest that moved to another node") {
  Workbench bench;
  const int vmid = bench.guests("stopped").front();
  const auto before = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE(before.ok());
  const auto overview = bench.call("cluster_overview");
  REQUIRE(overview.ok());
  std::string target;
  for (const auto& node : overview->structured["clusters"][0]["nodes"]) {
    if (node["node"] != before->structured["node"]) target = node["node"];
  }
  bench.cluster().move_guest(vmid, target);
  const auto after = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE(after.ok());
  CHECK(after->structured["node"] == target);
}
