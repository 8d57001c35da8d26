#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::test::Workbench;

TEST_CASE("guest_list: filters, counts over all matches, and pages") {
  Workbench bench;
  const auto all = bench.call("guest_list", {{"limit", 500}});
  REQUIRE(all.ok());
  CHECK(all->structured["total"] == 24);
  CHECK(all->structured["guests"].size() == 24);
  const auto stopped = bench.call("guest_list", {{"status", "stopped"}, {"limit", 2}});
  REQUIRE(stopped.ok());
  CHECK(stopped->structured["guests"].size() == 2);
  CHECK(stopped->structured["matched"] == stopped->structured["by_status"]["stopped"]);
  CHECK(stopped->structured["matched"].get<int>() > 2);
  CHECK(stopped->text.find("offset 2") != std::string::npos);
  const auto rest =
      bench.call("guest_list", {{"status", "stopped"}, {"limit", 500}, {"offset", 2}});
  REQUIRE(rest.ok());
  CHECK(rest->structured["guests"].size() + 2 == stopped->structured["matched"].get<std::size_t>());
}

TEST_CASE("guest_list: shows the fields that were asked for") {
  Workbench bench;
  const auto output = bench.call("guest_list", {{"fields", {"mem", "status"}}, {"limit", 1}});
  REQUIRE(output.ok());
  for (const auto& [key, value] : output->structured["guests"][0].items()) {
    CHECK((key == "vmid" || key == "mem" || key == "status"));
  }
}

TEST_CASE("guest_list: sorts by figures and by what the outside sees") {
  Workbench bench;
  const auto by_mem =
      bench.call("guest_list", {{"sort", "mem"}, {"descending", true}, {"fields", {"mem"}}});
  REQUIRE(by_mem.ok());
  double last = 1e18;
  for (const auto& row : by_mem->structured["guests"]) {
    CHECK(row.value("mem", 0.0) <= last);
    last = row.value("mem", 0.0);
  }
  const auto by_name = bench.call("guest_list", {{"sort", "name"}, {"limit", 500}});
  REQUIRE(by_name.ok());
  std::string previous;
  for (const auto& row : by_name->structured["guests"]) {
    const auto kind =
        row["type"] == "lxc" ? pmx::anonymize::Kind::kContainer : pmx::anonymize::Kind::kVm;
    const auto shown = bench.installation->engine().pseudonym(kind, row["name"].get<std::string>());
    REQUIRE(shown.ok());
    CHECK(previous <= *shown);
    previous = *shown;
  }
}

TEST_CASE("guest_list: search matches pseudonyms and never real names") {
  Workbench bench;
  const auto all = bench.call("guest_list", {{"limit", 500}});
  REQUIRE(all.ok());
  for (const auto& row : all->structured["guests"]) {
    const std::string real = row["name"];
    const auto kind =
        row["type"] == "lxc" ? pmx::anonymize::Kind::kContainer : pmx::anonymize::Kind::kVm;
    const auto shown = bench.installation->engine().pseudonym(kind, real);
    REQUIRE(shown.ok());
    const auto found = bench.call("guest_list", {{"search", *shown}});
    REQUIRE(found.ok());
    CHECK(found->structured["matched"] == 1);
    const auto guessed = bench.call("guest_list", {{"search", real}});
    REQUIRE(guessed.ok());
    CHECK(guessed->structured["matched"] == 0);
  }
}

TEST_CASE("guest_list: many callers at once cost one look at the cluster") {
  Workbench bench;
  const auto before = bench.cluster().requests();
  for (int i = 0; i < 5; ++i) REQUIRE(bench.call("guest_list").ok());
  CHECK(bench.cluster().requests() - before == 2);  // resources and status, once
}
