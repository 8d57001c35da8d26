#include <doctest/doctest.h>

#include "base/executor.h"
#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

constexpr const char* kInfo = "io.modelcontextprotocol/serverInfo";

}  // namespace

TEST_CASE("modern: discovery names the version, the capabilities and the server") {
  Harness h;
  const Json result = h.ask(modern("1", "server/discover"))["result"];
  CHECK(result["supportedVersions"] == Json::array({"2026-07-28"}));
  CHECK(result["capabilities"] == *parse_json(R"({"tools":{},"resources":{},"prompts":{}})"));
  CHECK(result["instructions"] == "Use it.");
  CHECK(result["resultType"] == "complete");
  CHECK(result["ttlMs"] == 60000);
  CHECK(result["cacheScope"] == "private");
  CHECK(result["_meta"][kInfo]["name"] == "fixture");
  CHECK_FALSE(result.contains("serverInfo"));
}

TEST_CASE("modern: each result carries exactly the members its method demands") {
  Harness h;
  struct Row {
    const char* method;
    Json params;
    bool cacheable;
  };
  const Row rows[] = {
      {"tools/list", Json::object(), true},
      {"resources/list", Json::object(), true},
      {"resources/templates/list", Json::object(), true},
      {"prompts/list", Json::object(), true},
      {"resources/read", {{"uri", "demo://safe-name/guests/1"}}, true},
      {"tools/call", {{"name", "plain"}}, false},
      {"prompts/get", {{"name", "greet"}, {"arguments", {{"who", "x"}}}}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method);
    const Json answer = h.ask(modern("\"a\"", row.method, row.params));
    CHECK(answer["id"] == "a");
    REQUIRE(answer.contains("result"));
    const Json& result = answer["result"];
    CHECK(result["resultType"] == "complete");
    CHECK(result["_meta"].contains(kInfo));
    CHECK(result.contains("ttlMs") == row.cacheable);
    CHECK(result.contains("cacheScope") == row.cacheable);
  }
}

TEST_CASE("modern: every protocol error has its code") {
  Harness h;
  const Json no_caps = {{"_meta", {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}}}};
  const Json old = {{"_meta", {{"io.modelcontextprotocol/protocolVersion", "2025-11-25"}}}};
  const Json odd = {{"_meta", {{"io.modelcontextprotocol/protocolVersion", 7}}}};
  struct Row {
    std::string line;
    int code;
  };
  const Row rows[] = {
      {modern("1", "no/such"), -32601},
      {modern("1", "initialize", {{"protocolVersion", "2026-07-28"}}), -32601},
      {modern("1", "ping"), -32601},
      {modern("1", "logging/setLevel", {{"level", "info"}}), -32601},
      {modern("1", "tasks/get", {{"taskId", "x"}}), -32601},
      {legacy("1", "tools/list"), -32602},
      {legacy("1", "server/discover"), -32602},
      {legacy("1", "tools/list", {{"_meta", 5}}), -32602},
      {legacy("1", "tools/list", no_caps), -32602},
      {legacy("1", "tools/list", odd), -32602},
      {legacy("1", "tools/list", old), -32022},
      {modern("1", "tools/list", Json::object(), {{"progressToken", 1.5}}), -32602},
      {modern("1", "tools/list", Json::object(), {{"io.modelcontextprotocol/logLevel", "loud"}}),
       -32602},
      {modern("1", "tools/list", {{"cursor", "x"}}), -32602},
      {modern("1", "tools/list", {{"cursor", ""}}), -32602},
      {modern("1", "resources/list", {{"cursor", 3}}), -32602},
      {modern("1", "tools/call"), -32602},
      {modern("1", "tools/call", {{"name", 3}}), -32602},
      {modern("1", "tools/call", {{"name", "nope"}}), -32602},
      {modern("1", "tools/call", {{"name", "echo"}, {"arguments", "x"}}), -32602},
      {modern("1", "resources/read"), -32602},
      {modern("1", "resources/read", {{"uri", "other://x"}}), -32602},
      {modern("1", "resources/read", {{"uri", "demo://c/guests/404"}}), -32602},
      {modern("1", "resources/read", {{"uri", "demo://forged/guests/1"}}), -32602},
      {modern("1", "resources/read", {{"uri", "demo://c/guests/500"}}), -32603},
      {modern("1", "prompts/get"), -32602},
      {modern("1", "prompts/get", {{"name", "nope"}}), -32602},
      {modern("1", "prompts/get", {{"name", "greet"}}), -32602},
      {modern("1", "prompts/get", {{"name", "greet"}, {"arguments", {{"who", 1}}}}), -32602},
      {modern("1", "prompts/get", {{"name", "greet"}, {"arguments", {{"who", "forged"}}}}), -32602},
      {modern("1", "prompts/get", {{"name", "greet"}, {"arguments", {{"who", "x"}, {"y", "z"}}}}),
       -32602},
      {modern("1", "tools/call", {{"name", "poison"}}), -32603},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const Json answer = h.ask(row.line);
    CHECK(answer["id"] == 1);
    REQUIRE(answer.contains("error"));
    CHECK(answer["error"]["code"] == row.code);
  }
  CHECK(h.transcript().find("SECRET") == std::string::npos);
}

TEST_CASE("modern: an unsupported version is told what is supported") {
  Harness h;
  const Json meta{{"io.modelcontextprotocol/protocolVersion", "2099-01-01"}};
  const Json answer = h.ask(modern("1", "server/discover", Json::object(), meta));
  CHECK(answer["error"]["code"] == -32022);
  CHECK(answer["error"]["data"] ==
        *parse_json(R"({"supported":["2026-07-28"],"requested":"2099-01-01"})"));
}

TEST_CASE("modern: a resource that is not there is named as it was asked for") {
  Harness h;
  // SECRET is a real name that the client guessed: it must come back as guessed, because its
  // pseudonym would confirm the guess.
  const Json answer = h.ask(modern("1", "resources/read", {{"uri", "demo://SECRET/guests/404"}}));
  CHECK(answer["error"]["data"] == Json{{"uri", "demo://SECRET/guests/404"}});
}

TEST_CASE("modern: needs no handshake and follows none") {
  Harness h;
  h.handshake("2024-11-05");
  const Json tools = h.ask(modern("1", "tools/list"))["result"]["tools"];
  CHECK(tools[0].contains("outputSchema"));
  CHECK_FALSE(h.ask(legacy("2", "tools/list"))["result"]["tools"][0].contains("outputSchema"));
}

TEST_CASE("modern: undeclared capabilities have no methods") {
  FakeClock clock;
  FakeGate gate;
  FakeObserver observer;
  Executor executor(1, 4);
  Catalogue empty;
  Server server(Harness::default_options(), empty, gate, observer, executor, clock);
  MemoryTransport transport;
  transport.push(modern("1", "server/discover"));
  transport.push(modern("2", "resources/list"));
  transport.push(modern("3", "prompts/get", {{"name", "x"}}));
  transport.push(modern("4", "tools/list"));
  transport.end();
  OfficialCheck official(transport);
  CHECK(server.serve(official));
  expect_official(official);
  const auto written = transport.written();
  REQUIRE(written.size() == 4);
  CHECK((*parse_json(written[0]))["result"]["capabilities"] == *parse_json(R"({"tools":{}})"));
  CHECK((*parse_json(written[1]))["error"]["code"] == -32601);
  CHECK((*parse_json(written[2]))["error"]["code"] == -32601);
  CHECK((*parse_json(written[3]))["result"]["tools"] == Json::array());
}
