#include "app/completions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>

#include "app/privacy_gate.h"
#include "tests/unit/app/workbench.h"

using pmx::Context;
using pmx::Json;
using pmx::app::test::Workbench;

namespace {

using Settled = std::map<std::string, std::string>;

std::vector<std::string> complete(Workbench& bench, std::string_view name, std::string_view typed,
                                  const Settled& settled = {}) {
  const auto completions =
      pmx::app::argument_completer(bench.box())(Context{}, name, typed, settled);
  REQUIRE(completions.ok());
  return completions->values;
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

TEST_CASE("completion: guests, nodes and storages are offered as pseudonyms that come back real") {
  Workbench bench;
  struct Row {
    const char* argument;
    const char* kind;
    const char* format;
  };
  for (const Row& row : {Row{"guest", "guest", "pve-guest"}, Row{"node", "node", "pve-node"},
                         Row{"storage", "storage", "pve-storage-id"}}) {
    CAPTURE(row.argument);
    const auto values = complete(bench, row.argument, "");
    CHECK_FALSE(values.empty());
    const Json truth = bench.cluster().truth()[row.kind];
    bool restored = false;
    for (const auto& value : values) {
      CHECK_FALSE(std::find(truth.begin(), truth.end(), value) != truth.end());
      const auto real = bench.installation->engine().restore(value, row.format);
      REQUIRE(real.ok());
      restored |= std::find(truth.begin(), truth.end(), *real) != truth.end();
    }
    CHECK(restored);
  }
}

TEST_CASE("completion: typing the beginning of a real name finds nothing") {
  Workbench bench;
  const Json truth = bench.cluster().truth();
  for (const char* kind : {"guest", "node", "storage", "cluster"}) {
    for (const Json& name : truth[kind]) {
      const std::string real = name;
      CAPTURE(real);
      const std::string half = real.substr(0, real.size() / 2 + 1);
      for (const char* argument : {"guest", "node", "storage", "cluster"}) {
        CHECK(complete(bench, argument, real).empty());
        // Half a name may be the beginning of a pseudonym too; then it finds that for what it is.
        for (const auto& value : complete(bench, argument, half)) CHECK(value.starts_with(half));
      }
      CHECK(complete(bench, "guest", "", {{"cluster", real}}).empty());
    }
  }
}

TEST_CASE("completion: a pseudonym or a VMID is found by its beginning, whatever the case") {
  Workbench bench;
  const auto all = complete(bench, "guest", "");
  const std::string name = all.front();
  std::string upper = name.substr(0, name.size() - 1);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  CHECK(contains(complete(bench, "guest", upper), name));
  const std::string vmid = complete(bench, "vmid", "").front();
  CHECK(contains(complete(bench, "vmid", vmid.substr(0, 2)), vmid));
  CHECK(contains(complete(bench, "guest", vmid), vmid));
  CHECK(complete(bench, "vmid", "x").empty());
  CHECK(complete(bench, "unknown", "").empty());
}

TEST_CASE("completion: clusters narrow the rest by their shown name") {
  Workbench bench;
  CHECK(complete(bench, "cluster", "def") == std::vector<std::string>{"default"});
  CHECK(complete(bench, "node", "", {{"cluster", "default"}}) == complete(bench, "node", ""));
  CHECK(complete(bench, "node", "", {{"cluster", "demo"}}).empty());  // the real name
}

TEST_CASE("completion: tasks are offered as answers show them, and pass the gate unchanged") {
  Workbench bench;
  const auto values = complete(bench, "upid", "UPID:");
  REQUIRE_FALSE(values.empty());
  CHECK(complete(bench, "task", values.front().substr(0, 20)).size() >= 1);
  auto& engine = bench.installation->engine();
  const auto real = engine.restore(values.front(), "pve-upid");
  REQUIRE(real.ok());
  CHECK(*real != values.front());
  const std::string text = pmx::dump_json(Json{{"completion", {{"values", values}}}});
  CHECK(engine.anonymize_json(text).value() == text);
  CHECK(complete(bench, "upid", real->substr(0, real->size() / 2)).empty());
}

TEST_CASE("completion: a cluster that does not answer has no values, and that is no error") {
  Workbench bench;
  bench.cluster().fail_next(2, 503, "Service Unavailable");
  CHECK(complete(bench, "node", "").empty());
}
