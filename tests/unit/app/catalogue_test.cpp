// Sweeps over everything that is offered: nothing may be half there.
#include "app/catalogue.h"

#include <doctest/doctest.h>

#include <set>

#include "schemas/embedded.h"
#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::Access;
using pmx::app::make_catalogue;
using pmx::app::test::Workbench;

TEST_CASE("catalogue: at observe no tool writes, and guest_start is not offered") {
  Workbench bench;
  for (const auto& tool : make_catalogue(bench.box(), Access::kObserve).tools) {
    CAPTURE(tool.name());
    CHECK(tool.read_only());
    CHECK(tool.name() != "guest_start");
  }
  bool offered = false;
  for (const auto& tool : make_catalogue(bench.box(), Access::kOperate).tools)
    offered |= tool.name() == "guest_start";
  CHECK(offered);
}

TEST_CASE("catalogue: every schema file has its tool and every tool its schema") {
  std::set<std::string> files;
  for (const auto file : pmx::schemas::embedded_files("tools/")) {
    files.emplace(file.substr(6, file.size() - 11));
  }
  std::set<std::string> tools;
  for (const auto& tool : pmx::app::all_tools()) {
    CHECK(tools.emplace(tool.name).second);
    CHECK(pmx::app::tool_definition(tool.name)["name"] == std::string(tool.name));
  }
  CHECK(files == tools);
}

TEST_CASE("catalogue: definitions have what clients need") {
  Workbench bench;
  std::size_t bytes = 0;
  pmx::mcp::SchemaOptions strict;
  strict.strict = true;  // a keyword that nobody checks would be an empty promise
  for (const auto& tool : make_catalogue(bench.box(), Access::kOperate).tools) {
    const Json& definition = tool.definition;
    CAPTURE(tool.name());
    for (const char* key : {"title", "description", "annotations", "inputSchema", "outputSchema"}) {
      CHECK(definition.contains(key));
    }
    CHECK(definition["annotations"].contains("readOnlyHint"));
    CHECK(definition["inputSchema"]["additionalProperties"] == false);
    CHECK(pmx::mcp::Validator::compile(definition["inputSchema"], strict).ok());
    CHECK(pmx::mcp::Validator::compile(definition["outputSchema"], strict).ok());
    bytes += pmx::dump_json(definition).size();
  }
  CHECK(bytes < 24U * 1024U);
}
