#include "mcp/protocol/projection.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;

namespace {

/// The member names of an object, sorted, with blanks between.
std::string keys(const Json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) text += (text.empty() ? "" : " ") + key;
  return text;
}

const Json kTool{{"name", "t"},
                 {"title", "T"},
                 {"description", "d"},
                 {"annotations", Json::object()},
                 {"inputSchema", {{"type", "object"}}},
                 {"outputSchema", {{"type", "object"}}},
                 {"icons", Json::array()},
                 {"execution", Json::object()},
                 {"_meta", Json::object()}};

}  // namespace

TEST_CASE("versions: names and values are one to one, the newest is modern") {
  for (const Version version : kAllVersions) {
    CHECK(parse_version(version_name(version)) == version);
  }
  CHECK_FALSE(parse_version("2023-01-01"));
  CHECK_FALSE(parse_version(""));
  CHECK(features_of(kModern).modern);
  CHECK_FALSE(features_of(kLatestLegacy).modern);
}

TEST_CASE("projection: a tool has exactly the members its version knows") {
  CHECK(keys(project_tool(kTool, Version::k2024_11_05)) == "description inputSchema name");
  CHECK(keys(project_tool(kTool, Version::k2025_03_26)) ==
        "annotations description inputSchema name");
  CHECK(keys(project_tool(kTool, Version::k2025_06_18)) ==
        "_meta annotations description inputSchema name outputSchema title");
  CHECK(keys(project_tool(kTool, Version::k2025_11_25)) == keys(kTool));
  CHECK(keys(project_tool(kTool, Version::k2026_07_28)) ==
        "_meta annotations description icons inputSchema name outputSchema title");
}

TEST_CASE("projection: resources and prompts lose titles and icons where unknown") {
  const Json resource{{"uri", "u"}, {"name", "n"}, {"title", "T"}, {"icons", Json::array()}};
  CHECK(keys(project_resource(resource, Version::k2025_03_26)) == "name uri");
  CHECK(keys(project_resource(resource, Version::k2025_06_18)) == "name title uri");
  CHECK(project_resource(resource, kModern) == resource);
  const Json argument{{"name", "a"}, {"title", "A"}};
  const Json prompt{{"name", "p"}, {"title", "P"}, {"arguments", Json::array({argument})}};
  const Json old = project_prompt(prompt, Version::k2024_11_05);
  CHECK(keys(old) == "arguments name");
  CHECK(keys(old["arguments"][0]) == "name");
  CHECK(project_prompt(prompt, kModern) == prompt);
}

TEST_CASE("projection: the text twin is always there and no version loses the structure") {
  const Json data{{"n", 1}};
  const Json old = make_tool_result(data, "one", Json::array(), Version::k2025_03_26);
  REQUIRE(old["content"].size() == 2);
  CHECK(old["content"][0]["text"] == "one");
  CHECK(old["content"][1]["text"] == R"({"n":1})");
  CHECK_FALSE(old.contains("structuredContent"));
  const Json current = make_tool_result(data, "one", Json::array(), kModern);
  CHECK(current["content"].size() == 1);
  CHECK(current["structuredContent"] == data);
  CHECK(make_tool_result(data, "", Json::array(), kModern)["content"][0]["text"] == R"({"n":1})");
  CHECK(make_tool_result(nullptr, "one", Json::array(), kModern) ==
        *parse_json(R"({"content":[{"type":"text","text":"one"}]})"));
}

TEST_CASE("projection: content types unknown to old clients become text") {
  const Json link{{"type", "resource_link"}, {"uri", "demo://x"}, {"name", "x"}};
  CHECK(project_content(link, Version::k2025_03_26)["text"] == "x: demo://x");
  CHECK(project_content(link, Version::k2025_06_18) == link);
  const Json audio{{"type", "audio"}, {"mimeType", "audio/wav"}, {"data", "AA=="}};
  CHECK(project_content(audio, Version::k2024_11_05)["type"] == "text");
  CHECK(project_content(audio, Version::k2025_03_26) == audio);
  const Json message{{"role", "user"}, {"content", link}};
  const Json prompt{{"messages", Json::array({message})}};
  CHECK(project_prompt_result(prompt, Version::k2024_11_05)["messages"][0]["content"]["type"] ==
        "text");
}

TEST_CASE("projection: what a version does not know is left out inside of objects too") {
  const Json annotations{{"priority", 1}, {"lastModified", "2025-01-12T15:00:58Z"}};
  const Json held{{"uri", "demo://x"}, {"text", "t"}, {"_meta", Json::object()}};
  const Json block{{"type", "resource"}, {"annotations", annotations}, {"resource", held}};
  const Json old = project_content(block, Version::k2025_03_26);
  CHECK(keys(old["annotations"]) == "priority");
  CHECK(keys(old["resource"]) == "text uri");
  CHECK(project_content(block, Version::k2025_06_18) == block);
  const Json resource{{"uri", "u"}, {"name", "n"}, {"annotations", annotations}};
  CHECK(keys(project_resource(resource, Version::k2024_11_05)["annotations"]) == "priority");
  CHECK(project_resource(resource, Version::k2025_06_18) == resource);
}

TEST_CASE("projection: structured answers other than objects are text before 2026-07-28") {
  const Json list = Json::array({1, 2});
  for (const Version version : {Version::k2025_06_18, Version::k2025_11_25}) {
    const Json result = make_tool_result(list, "two", Json::array(), version);
    CHECK_FALSE(result.contains("structuredContent"));
    REQUIRE(result["content"].size() == 2);
    CHECK(result["content"][1]["text"] == "[1,2]");
  }
  CHECK(make_tool_result(list, "two", Json::array(), kModern)["structuredContent"] == list);
  Json tool = kTool;
  tool["outputSchema"] = {{"type", "array"}};
  CHECK_FALSE(project_tool(tool, Version::k2025_06_18).contains("outputSchema"));
  CHECK_FALSE(project_tool(tool, Version::k2025_11_25).contains("outputSchema"));
  CHECK(project_tool(tool, kModern)["outputSchema"] == tool["outputSchema"]);
}

TEST_CASE("projection: serverInfo keeps name and version everywhere") {
  const Json info{{"name", "n"}, {"version", "1"}, {"title", "T"}, {"description", "d"}};
  CHECK(keys(project_implementation(info, Version::k2025_03_26)) == "name version");
  CHECK(keys(project_implementation(info, Version::k2025_06_18)) == "name title version");
  CHECK(project_implementation(info, kModern) == info);
}
