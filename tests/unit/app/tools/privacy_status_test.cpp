#include "app/privacy_gate.h"
#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::test::Workbench;

namespace {

std::int64_t count_of(const Json& status, const std::string& kind) {
  for (const auto& row : status["classes"]) {
    if (row["class"] == kind) return row["pseudonyms"].get<std::int64_t>();
  }
  return 0;
}

}  // namespace

TEST_CASE("privacy_status: counts what was issued by class") {
  Workbench bench;
  REQUIRE(bench.call("guest_list").ok());
  const auto before = bench.call("privacy_status");
  REQUIRE(before.ok());
  CHECK(count_of(before->structured, "node") > 0);
  CHECK(count_of(before->structured, "vm") > 0);
  REQUIRE(
      bench.installation->engine().pseudonym(pmx::anonymize::Kind::kVm, "a-new-one-of-ours").ok());
  const auto after = bench.call("privacy_status");
  REQUIRE(after.ok());
  CHECK(count_of(after->structured, "vm") == count_of(before->structured, "vm") + 1);
}

TEST_CASE("privacy_status: in the demo pseudonyms end with the session") {
  Workbench bench;
  CHECK(bench.call("privacy_status")->structured["mode"] == "session");
}

TEST_CASE("privacy_status: says the operator's preset") {
  Workbench bench;
  CHECK(bench.call("privacy_status")->structured["preset"] == "strict");
  bench.preset = pmx::anonymize::Preset::kNames;
  const auto output = bench.call("privacy_status");
  REQUIRE(output.ok());
  CHECK(output->structured["preset"] == "names");
  CHECK(output->text.find("preset is names") != std::string::npos);
}

TEST_CASE("privacy_status: the session of a demo knows no rotation") {
  Workbench bench;
  bench.rotation.epoch = 1;
  CHECK_FALSE(bench.call("privacy_status")->structured.contains("rotated"));
}

TEST_CASE("privacy_status: tells what the gate passed and held back, and never a value") {
  Workbench bench;
  bench.checks = {41, 2};
  const auto output = bench.call("privacy_status");
  REQUIRE(output.ok());
  CHECK(output->structured["passed"] == 41);
  CHECK(output->structured["blocked"] == 2);
  CHECK(output->text.find("held back 2") != std::string::npos);
  const auto shown =
      bench.installation->engine().anonymize_json(pmx::dump_json(output->structured));
  REQUIRE(shown.ok());
  CHECK(*shown == pmx::dump_json(output->structured));  // nothing in it needed hiding
}
