#include "mcp/server/methods.h"

#include <doctest/doctest.h>

#include <set>

#include "mcp/server/events.h"
#include "tests/unit/mcp/server/core_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

constexpr const char* kMethods[] = {"server/discover",
                                    "ping",
                                    "tools/list",
                                    "tools/call",
                                    "resources/list",
                                    "resources/templates/list",
                                    "resources/read",
                                    "resources/subscribe",
                                    "resources/unsubscribe",
                                    "subscriptions/listen",
                                    "completion/complete",
                                    "logging/setLevel",
                                    "prompts/list",
                                    "prompts/get",
                                    "tasks/get",
                                    "tasks/update",
                                    "tasks/cancel",
                                    "tasks/result",
                                    "tasks/list"};

std::set<std::string> known(const Core& core, Version version) {
  std::set<std::string> names;
  for (const char* name : kMethods) {
    if (find_method(core, name, version) != nullptr) names.insert(name);
  }
  return names;
}

using Names = std::set<std::string>;

void strip(Catalogue& catalogue) {
  catalogue.templates.clear();
  catalogue.list_resources = nullptr;
  catalogue.prompts.clear();
}

/// Everything that can be offered.
struct Everything {
  Events events{Topics{true, true, true, true}};
  CoreBench bench{[this](Catalogue& catalogue) {
    catalogue.events = &events;
    catalogue.logs = true;
    catalogue.prompts.front().complete = [](const auto&...) -> Result<Completions> {
      return Completions{};
    };
    catalogue.tools.front().resume = [](const auto&...) -> Result<ToolReply> {
      return ToolReply(ToolOutput{});
    };
  }};
};

}  // namespace

TEST_CASE("methods: a server with nothing but tools has the methods for that, by era") {
  CoreBench bench(&strip);
  CHECK(known(*bench.core, kModern) == Names{"server/discover", "tools/list", "tools/call"});
  CHECK(known(*bench.core, kLatestLegacy) == Names{"ping", "tools/list", "tools/call"});
}

TEST_CASE("methods: with everything offered each era has its own and no other's") {
  const Everything all;
  const Names modern_only{"server/discover", "subscriptions/listen", "tasks/update"};
  const Names legacy_only{
      "ping",         "resources/subscribe", "resources/unsubscribe", "logging/setLevel",
      "tasks/result", "tasks/list"};
  const Names tasks{"tasks/get", "tasks/cancel", "tasks/result", "tasks/list"};
  for (const Version version : kAllVersions) {
    CAPTURE(std::string(version_name(version)));
    Names expected(std::begin(kMethods), std::end(kMethods));
    for (const auto& name : version == kModern ? legacy_only : modern_only) expected.erase(name);
    if (!features_of(version).tasks) {
      for (const auto& name : tasks) expected.erase(name);
    }
    CHECK(known(*all.bench.core, version) == expected);
  }
}

TEST_CASE("methods: what is announced as a capability has its methods, what is not has none") {
  struct Row {
    const char* capability;
    const char* method;
  };
  const Row rows[] = {{"resources", "resources/read"},
                      {"prompts", "prompts/get"},
                      {"completions", "completion/complete"},
                      {"logging", "logging/setLevel"},
                      {"tasks", "tasks/list"}};
  const Everything all;
  CoreBench bare(&strip);
  for (const Row& row : rows) {
    CAPTURE(std::string(row.capability));
    CHECK(all.bench.core->capabilities(kLatestLegacy).contains(row.capability));
    CHECK(find_method(*all.bench.core, row.method, kLatestLegacy) != nullptr);
    CHECK_FALSE(bare.core->capabilities(kLatestLegacy).contains(row.capability));
    CHECK(find_method(*bare.core, row.method, kLatestLegacy) == nullptr);
  }
}

TEST_CASE("methods: a name is known as it is written, and initialize belongs to the connection") {
  const Everything all;
  for (const Version version : kAllVersions) {
    for (const char* name : {"", "initialize", "Ping", "tools", "tools/", "tools/call ",
                             "tools/Call", "notifications/cancelled"}) {
      CAPTURE(std::string(name));
      CHECK(find_method(*all.bench.core, name, version) == nullptr);
    }
  }
}

TEST_CASE(
    "methods: whatever runs the product's code, or may wait, is kept off the reader's thread") {
  const Everything all;
  const Names quick{"server/discover",
                    "ping",
                    "tools/list",
                    "resources/templates/list",
                    "prompts/list",
                    "logging/setLevel",
                    "resources/unsubscribe",
                    "tasks/get",
                    "tasks/cancel",
                    "tasks/list"};
  for (const Version version : {kModern, kLatestLegacy}) {
    for (const std::string& name : known(*all.bench.core, version)) {
      CAPTURE(name);
      const Method* method = find_method(*all.bench.core, name, version);
      CHECK(method->name == name);
      CHECK((method->run != nullptr));
      CHECK(method->slow == !quick.contains(name));
    }
  }
}

TEST_CASE("methods: lists, discovery and resources may be kept by the client, and nothing else") {
  const Everything all;
  Names cacheable;
  for (const std::string& name : known(*all.bench.core, kModern)) {
    if (find_method(*all.bench.core, name, kModern)->cacheable) cacheable.insert(name);
  }
  CHECK(cacheable == Names{"server/discover", "tools/list", "resources/list",
                           "resources/templates/list", "resources/read", "prompts/list"});
}
