#include "proxmox/api_schema.h"
#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::test::Workbench;

namespace {

/// Three bytes a token: English and paths take some four with the tokenizers in use, JSON three and
/// a half.
std::size_t tokens(const pmx::mcp::ToolOutput& output) {
  return (pmx::dump_json(output.structured).size() + output.text.size()) / 3 + 1;
}

constexpr std::size_t kMostTokens = 600;

}  // namespace

TEST_CASE("api_search: answers with methods, the best first, and a text that names them") {
  Workbench bench;
  const auto output = bench.call("api_search", {{"query", "take a snapshot of a VM"}});
  REQUIRE(output.ok());
  const Json& first = output->structured["methods"][0];
  CHECK(first["method"] == "POST");
  CHECK(first["path"] == "/nodes/{node}/qemu/{vmid}/snapshot");
  CHECK(output->text.starts_with("POST /nodes/{node}/qemu/{vmid}/snapshot - Take a snapshot"));
  CHECK(output->structured["release"] == "9.2");
  CHECK(output->structured["methods"].size() == 5);
  const auto reading = bench.call("api_search", {{"query", "snapshot"}, {"method", "GET"}});
  REQUIRE(reading.ok());
  for (const Json& method : reading->structured["methods"]) CHECK(method["method"] == "GET");
}

TEST_CASE("api_search: words that nothing has are an answer without methods") {
  Workbench bench;
  const auto output = bench.call("api_search", {{"query", "xyzzyqq"}});
  REQUIRE(output.ok());
  CHECK(output->structured["methods"].empty());
}

TEST_CASE(
    "api_search: with its text, an answer to the words of any method takes 600 tokens at most") {
  Workbench bench;
  std::size_t longest = 0;
  for (const auto release : {pmx::proxmox::ApiRelease::k8, pmx::proxmox::ApiRelease::k9}) {
    const pmx::proxmox::ApiSchema schema(release);
    for (const auto& method : schema.methods()) {
      const auto output = bench.call(
          "api_search", {{"query", std::string(method.path).substr(0, 200)}, {"limit", 8}});
      REQUIRE(output.ok());
      CHECK_FALSE(output->structured["methods"].empty());
      for (const Json& shown : {output->structured, Json(output->text)}) {
        const std::string text = pmx::dump_json(shown);
        CHECK(bench.installation->engine().anonymize_json(text).value_or("") == text);
      }
      longest = std::max(longest, tokens(*output));
    }
  }
  CHECK(longest <= kMostTokens);
  CHECK(longest > kMostTokens / 2);
}

TEST_CASE("api_search: a cluster that does not answer is taken for the newest release") {
  Workbench bench;
  bench.cluster().fail_next(1, 500, "no answer");
  const auto output = bench.call("api_search", {{"query", "quorum"}});
  REQUIRE(output.ok());
  CHECK(output->structured["release"] == "9.2");
  CHECK(output->structured["warnings"].size() == 1);
}
