#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::test::Workbench;

TEST_CASE("changes_list: the first look at a cluster is no change") {
  Workbench bench;
  const auto output = bench.call("changes_list");
  REQUIRE(output.ok());
  CHECK(output->structured["changes"].empty());
  CHECK(output->text.find("No change") != std::string::npos);
}

TEST_CASE("changes_list: a start shows as one change of status with the task that did it") {
  Workbench bench;
  Json started;
  for (const int vmid : bench.guests("stopped")) {
    const auto output = bench.call("guest_start", {{"guest", vmid}});
    if (!output.ok()) continue;
    started = output->structured;
    break;
  }
  REQUIRE(started.is_object());
  bench.clock.advance(std::chrono::seconds(30));
  const auto output = bench.call("changes_list", {{"guest", started["vmid"]}});
  REQUIRE(output.ok());
  REQUIRE(output->structured["changes"].size() == 1);
  const Json& change = output->structured["changes"][0];
  CHECK(change["vmid"] == started["vmid"]);
  CHECK(change["before"] == Json{{"status", "stopped"}});
  CHECK(change["after"] == Json{{"status", "running"}});
  CHECK(change["cause"] == started["task"]);
  CHECK(output->text.find("stopped -> running") != std::string::npos);
}

TEST_CASE("changes_list: what others change is seen too, and a new name shows as a pseudonym") {
  Workbench bench;
  const int vmid = bench.guests("stopped").front();
  bench.cluster().change_guest(vmid, Json{{"name", "shadow-ledger"}});
  bench.clock.advance(std::chrono::seconds(60));
  const auto output = bench.call("changes_list", {{"kind", "guest"}});
  REQUIRE(output.ok());
  bool seen = false;
  for (const auto& change : output->structured["changes"]) {
    if (change["vmid"] != vmid || !change["after"].contains("name")) continue;
    seen = true;
    CHECK(change["after"]["name"].get<std::string>() != "shadow-ledger");
    CHECK_FALSE(change.contains("cause"));
  }
  CHECK(seen);
}

TEST_CASE("changes_list: a guest that disappears is a change") {
  Workbench bench;
  const int vmid = bench.guests("stopped").front();
  bench.cluster().remove_guest(vmid);
  bench.clock.advance(std::chrono::seconds(60));
  const auto output = bench.call("changes_list", {{"kind", "guest"}});
  REQUIRE(output.ok());
  REQUIRE(output->structured["changes"].size() == 1);
  CHECK(output->structured["changes"][0]["after"].is_null());
}

TEST_CASE("changes_list: pages from the newest to the oldest without loss") {
  Workbench bench;
  const auto vmids = bench.guests("stopped");
  for (std::size_t i = 0; i < 3; ++i) bench.cluster().remove_guest(vmids[i]);
  bench.clock.advance(std::chrono::seconds(60));
  std::set<int> seen;
  Json arguments{{"limit", 1}};
  for (int page = 0; page < 3; ++page) {
    const auto output = bench.call("changes_list", arguments);
    REQUIRE(output.ok());
    REQUIRE(output->structured["changes"].size() == 1);
    seen.insert(output->structured["changes"][0]["vmid"].get<int>());
    CHECK(output->structured.contains("next") == (page < 2));
    if (page < 2) arguments["before"] = output->structured["next"];
  }
  CHECK(seen.size() == 3);
}

TEST_CASE("changes_list: times are read as points and as ages, all else is refused") {
  Workbench bench;
  for (const char* since : {"30m", "12h", "7d", "2026-11-21T13:30:00Z"}) {
    CAPTURE(since);
    CHECK(bench.call("changes_list", {{"since", since}}).ok());
  }
  for (const char* since : {"", "yesterday", "12", "h", "-3h", "99999999999d"}) {
    CAPTURE(since);
    const auto output = bench.call("changes_list", {{"since", since}});
    if (std::string(since).empty()) continue;
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == pmx::Code::kInvalidArgument);
  }
}

TEST_CASE("changes_list: an unreachable cluster is a warning, what is remembered still answers") {
  Workbench bench;
  REQUIRE(bench.call("cluster_overview").ok());
  bench.clock.advance(std::chrono::seconds(60));
  bench.cluster().fail_next(100, 595, "No route to host");
  const auto output = bench.call("changes_list");
  REQUIRE(output.ok());
  CHECK(output->structured["warnings"].size() == 1);
}
