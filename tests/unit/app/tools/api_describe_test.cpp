#include "proxmox/api_schema.h"
#include "tests/unit/app/workbench.h"

using pmx::Code;
using pmx::Json;
using pmx::app::test::Workbench;

namespace {

/// As api_search_test.cpp counts them.
std::size_t tokens(const pmx::mcp::ToolOutput& output) {
  return (pmx::dump_json(output.structured).size() + output.text.size()) / 3 + 1;
}

constexpr std::size_t kMostTokens = 900;

/// The privacy gate finds no name in the API's own words; else it would learn them as names.
bool is_left_alone(Workbench& bench, const Json& shown) {
  const std::string text = pmx::dump_json(shown);
  const std::string safe = bench.installation->engine().anonymize_json(text).value_or("");
  if (safe == text) return true;
  std::size_t at = 0;
  while (at < text.size() && at < safe.size() && text[at] == safe[at]) ++at;
  MESSAGE("became \"", safe.substr(at, 40), "\": ", text.substr(at < 30 ? 0 : at - 30, 70));
  return false;
}

std::string words(const Json& described, const std::string& name) {
  for (const Json& pair : described["parameters"])
    if (pair[0] == name) return pair[1];
  return "";
}

/// The longest of the parts that a description comes in.
std::size_t longest_part(Workbench& bench, Json arguments) {
  std::size_t longest = 0;
  while (true) {
    const auto output = bench.call("api_describe", arguments);
    REQUIRE(output.ok());
    CHECK(is_left_alone(bench, output->structured));
    CHECK(is_left_alone(bench, output->text));
    longest = std::max(longest, tokens(*output));
    if (!output->structured.contains("next")) return longest;
    arguments["from"] = output->structured["next"];
  }
}

}  // namespace

TEST_CASE("api_describe: a method with its parameters, permissions and answer") {
  Workbench bench;
  const auto output = bench.call(
      "api_describe", {{"path", "/nodes/{node}/qemu/{vmid}/status/start"}, {"method", "POST"}});
  REQUIRE(output.ok());
  const Json& out = output->structured;
  CHECK(out["task"] == true);
  CHECK(out["returns"] == "a task (UPID)");
  CHECK(out["permissions"] == "VM.PowerMgmt on /vms/{vmid}");
  CHECK(words(out, "node").starts_with("required"));
  CHECK(out["total"] == out["parameters"].size());
}

TEST_CASE("api_describe: one parameter, and the rest of many") {
  Workbench bench;
  Json arguments{{"path", "/nodes/{node}/qemu"}, {"method", "POST"}, {"parameter", "net0"}};
  const auto net = bench.call("api_describe", arguments);
  REQUIRE(net.ok());
  CHECK(words(net->structured, "bridge") == "pve-bridge-id");
  arguments.erase("parameter");
  const auto first = bench.call("api_describe", arguments);
  REQUIRE(first.ok());
  REQUIRE(first->structured.contains("next"));
  arguments["from"] = first->structured["next"];
  const auto second = bench.call("api_describe", arguments);
  REQUIRE(second.ok());
  CHECK(second->structured["parameters"][0][0] == arguments["from"]);
  CHECK(words(second->structured, "node").empty());
}

TEST_CASE("api_describe: what is not there is refused, with the verbs that are") {
  Workbench bench;
  auto output = bench.call("api_describe", {{"path", "/nodes/{node}/vzdump"}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == Code::kNotFound);
  CHECK(output.error().advice == "its methods are: POST");
  output = bench.call("api_describe", {{"path", "/no/such/secret-name"}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().text().find("secret-name") == std::string::npos);
}

TEST_CASE("api_describe: no part of any method, nor of any parameter, takes more than 900 tokens") {
  Workbench bench;
  std::size_t longest = 0;
  const pmx::proxmox::ApiSchema schema(pmx::proxmox::ApiRelease::k9);
  for (const auto& method : schema.methods()) {
    CAPTURE(method.path);
    Json arguments{{"path", method.path}, {"method", method.method}};
    longest = std::max(longest, longest_part(bench, arguments));
    const Json params = method.facts().value("params", Json::object());
    for (const auto& [name, facts] : params.items()) {
      arguments["parameter"] = name;
      longest = std::max(longest, longest_part(bench, arguments));
    }
  }
  CHECK(longest <= kMostTokens);
  CHECK(longest > kMostTokens / 2);
}
