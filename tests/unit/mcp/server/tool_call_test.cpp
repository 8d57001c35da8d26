#include <doctest/doctest.h>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

Json call(Harness& h, const char* tool, const Json& arguments) {
  return h.ask(modern("1", "tools/call", {{"name", tool}, {"arguments", arguments}}))["result"];
}

std::string text(const Json& result) {
  return std::string(string_member(result["content"][0], "text"));
}

}  // namespace

TEST_CASE("tool call: the handler gets real values and the client pseudonyms") {
  Harness h;
  const Json result = call(h, "echo", {{"text", "safe-name"}});
  CHECK(result["structuredContent"] == Json{{"text", "safe-name"}});
  CHECK(text(result) == "text is safe-name");
  CHECK_FALSE(result.contains("isError"));
  CHECK(h.observer.lines() == std::vector<std::string>{R"(started echo {"text":"SECRET"} read)",
                                                       "finished 1 ok text is SECRET"});
}

TEST_CASE("tool call: arguments may be absent, and text may be all there is") {
  Harness h;
  const Json result = h.ask(modern("1", "tools/call", {{"name", "plain"}}))["result"];
  CHECK(text(result) == "just text");
  CHECK_FALSE(result.contains("structuredContent"));
}

TEST_CASE(
    "tool call: wrong arguments are told all at once, never reach the handler, and are on record") {
  Harness h;
  const Json result = call(h, "echo", {{"count", 900}, {"payroll", 1}});
  CHECK(result["isError"] == true);
  CHECK(text(result) ==
        "The arguments do not fit the input schema:\n/text is required\n"
        "/count must be at most 9, is 900\n"
        "/ has a member that is not known here; known are count, text");
  const auto lines = h.observer.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == R"(started echo {"count":900,"payroll":1} read)");
  CHECK(lines[1].starts_with("finished 1 failed"));
}

TEST_CASE("tool call: a forged pseudonym never reaches the handler, and the attempt is on record") {
  Harness h;
  const Json result = call(h, "echo", {{"text", "forged"}});
  CHECK(result["isError"] == true);
  CHECK(text(result) == "/text is no name that was issued here. use a name from a list");
  const auto lines = h.observer.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == R"(started echo {"text":"forged"} read)");
  CHECK(lines[1].starts_with("finished 1 failed"));
}

TEST_CASE("tool call: what the observer refuses does not run") {
  Harness h;
  h.observer.denied = "write";
  const Json result = call(h, "write", {{"text", "x"}});
  CHECK(result["isError"] == true);
  CHECK(text(result) == "not allowed here. ask the operator");
  CHECK(h.observer.lines().empty());
}

TEST_CASE("tool call: a tool without the read-only hint is announced as a write") {
  Harness h;
  call(h, "write", {{"text", "x"}});
  CHECK(h.observer.lines().front() == R"(started write {"text":"x"} write)");
}

TEST_CASE("tool call: failures are results in words, and the observer hears the real ones") {
  Harness h;
  const Json failed = call(h, "fail", Json::object());
  CHECK(failed["isError"] == true);
  CHECK(text(failed) == "safe-name does not answer. try later");
  CHECK_FALSE(failed.contains("structuredContent"));
  const Json thrown = call(h, "throw", Json::object());
  CHECK(thrown["isError"] == true);
  CHECK(text(thrown).find("boom") == std::string::npos);
  const Json lied = call(h, "lie", Json::object());
  CHECK(lied["isError"] == true);
  CHECK(text(lied).find("output schema") != std::string::npos);
  const auto lines = h.observer.lines();
  REQUIRE(lines.size() == 6);
  CHECK(lines[1] == "finished 1 failed SECRET does not answer; try later");
  CHECK(lines[3].starts_with("finished 2 failed"));
  CHECK(lines[5].starts_with("finished 3 failed"));
}

TEST_CASE("resource read: variables come decoded and admitted, the URI goes out as asked") {
  Harness h;
  const Json read = h.ask(modern("1", "resources/read", {{"uri", "demo://safe-name/guests/7"}}));
  CHECK(read["result"]["contents"] ==
        *parse_json(R"([{"uri":"demo://safe-name/guests/7","mimeType":"text/plain",)"
                    R"("text":"cluster=safe-name vmid=7 "}])"));
  CHECK(h.observer.lines().front() ==
        R"(started demo://{cluster}/guests/{vmid} {"cluster":"SECRET","vmid":"7"} read)");
  const Json log = h.ask(modern("2", "resources/read", {{"uri", "demo://c/tasks/U%3A1/log"}}));
  CHECK(log["result"]["contents"][0]["text"] == "log of U:1");
}

TEST_CASE("lists: resources and templates go through the gate") {
  Harness h;
  const Json list = h.ask(modern("1", "resources/list"))["result"]["resources"];
  CHECK(list[0]["uri"] == "demo://safe-name/guests/1");
  const Json templates = h.ask(modern("2", "resources/templates/list"))["result"];
  CHECK(templates["resourceTemplates"].size() == 2);
  const Json tools = h.ask(modern("3", "tools/list"))["result"]["tools"];
  CHECK(tools.size() == h.catalogue.tools.size());
  CHECK(tools[0] == h.catalogue.tools[0].definition);
}

TEST_CASE("prompt: arguments are admitted and the text is scrubbed") {
  Harness h;
  const Json result = h.ask(modern(
      "1", "prompts/get", {{"name", "greet"}, {"arguments", {{"who", "safe-name"}}}}))["result"];
  CHECK(result["messages"][0]["content"]["text"] == "Hello safe-name");
}

TEST_CASE("catalogue: what could not be served is named before serving") {
  FakeClock clock;
  Catalogue good = make_catalogue(clock);
  CHECK(check_catalogue(good).ok());
  Catalogue twice = make_catalogue(clock);
  twice.tools.push_back(twice.tools.front());
  CHECK_FALSE(check_catalogue(twice).ok());
  Catalogue loose = make_catalogue(clock);
  loose.tools.front().definition["inputSchema"]["oneOf"] = Json::array();
  CHECK_FALSE(check_catalogue(loose).ok());
  Catalogue broken = make_catalogue(clock);
  broken.templates.front().definition["uriTemplate"] = "x:{+a}";
  CHECK_FALSE(check_catalogue(broken).ok());
  Catalogue nameless = make_catalogue(clock);
  nameless.prompts.front().get = nullptr;
  CHECK_FALSE(check_catalogue(nameless).ok());
}
