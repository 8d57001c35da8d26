#include "mcp/server/resource_match.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/server/core_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

ResourceTemplate resource(const char* uri, std::map<std::string, std::string> formats = {}) {
  return {{{"uriTemplate", uri}, {"name", "r"}},
          std::move(formats),
          [](const Context&, const UriVariables&) -> Result<ResourceContent> {
            return ResourceContent{};
          }};
}

}  // namespace

TEST_CASE("resource match: of those that fit, the one with the most fixed text is meant") {
  const ResourceTemplate wide = resource("demo://{a}/{b}");
  const ResourceTemplate narrow = resource("demo://{a}/log");
  const ResourceTemplate exact = resource("demo://x/log");
  const std::vector<std::vector<ResourceTemplate>> orders{
      {wide, narrow, exact}, {exact, narrow, wide}, {narrow, exact, wide}};
  for (const auto& order : orders) {
    CoreBench bench([&order](Catalogue& catalogue) { catalogue.templates = order; });
    CHECK(match_resource(*bench.core, "demo://x/log").name() == "demo://x/log");
    CHECK(match_resource(*bench.core, "demo://y/log").name() == "demo://{a}/log");
    CHECK(match_resource(*bench.core, "demo://y/logs").name() == "demo://{a}/{b}");
  }
}

TEST_CASE("resource match: of equals the first is meant, and its variables are its own") {
  CoreBench bench([](Catalogue& catalogue) {
    catalogue.templates = {resource("demo://{a}/x"), resource("demo://x/{b}")};
  });
  const ResourceMatch match = match_resource(*bench.core, "demo://x/x");
  CHECK(match.name() == "demo://{a}/x");
  CHECK(match.variables == UriVariables{{"a", "x"}});
}

TEST_CASE("resource match: what fits nothing is no resource") {
  CoreBench bench;
  for (const char* uri : {"", "demo://", "demo://c/guests", "demo://c/guests/", "demo://c/guest/1",
                          "DEMO://c/guests/1", "demo://c/guests/%zz", " demo://c/guests/1"}) {
    CAPTURE(std::string(uri));
    CHECK(match_resource(*bench.core, uri).found == nullptr);
  }
  CoreBench none([](Catalogue& catalogue) { catalogue.templates.clear(); });
  CHECK(match_resource(*none.core, "demo://c/guests/1").found == nullptr);
}

TEST_CASE("resource match: only variables with a format are admitted, and what was written stays") {
  CoreBench bench;
  const ResourceMatch match = match_resource(*bench.core, "demo://safe-name/guests/safe-name");
  REQUIRE(match.found != nullptr);
  const auto real = admit_variables(*bench.core, Context{}, match);
  REQUIRE(real.ok());
  CHECK(*real == UriVariables{{"cluster", "SECRET"}, {"vmid", "safe-name"}});
  CHECK(match.variables == UriVariables{{"cluster", "safe-name"}, {"vmid", "safe-name"}});
}

TEST_CASE("resource match: a forged name is refused, and a format of no variable does nothing") {
  CoreBench bench([](Catalogue& catalogue) {
    catalogue.templates = {resource("demo://{a}", {{"a", "name"}, {"b", "name"}})};
  });
  const auto refused =
      admit_variables(*bench.core, Context{}, match_resource(*bench.core, "demo://forged"));
  CHECK(refused.error().code == Code::kInvalidArgument);
  const auto real =
      admit_variables(*bench.core, Context{}, match_resource(*bench.core, "demo://safe-name"));
  REQUIRE(real.ok());
  CHECK(*real == UriVariables{{"a", "SECRET"}});
}
