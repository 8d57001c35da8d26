#include <doctest/doctest.h>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

TEST_CASE("legacy: initialize agrees on a known version and counter-offers otherwise") {
  struct Row {
    const char* asked;
    const char* agreed;
  };
  const Row rows[] = {{"2024-11-05", "2024-11-05"},
                      {"2025-03-26", "2025-03-26"},
                      {"2025-06-18", "2025-06-18"},
                      {"2025-11-25", "2025-11-25"},
                      {"2026-07-28", "2025-11-25"},
                      {"1999-01-01", "2025-11-25"},
                      {"", "2025-11-25"}};
  for (const Row& row : rows) {
    CAPTURE(row.asked);
    Harness h;
    const Json result = h.handshake(row.asked)["result"];
    CHECK(result["protocolVersion"] == row.agreed);
    CHECK(result["serverInfo"]["name"] == "fixture");
    CHECK(result["instructions"] == "Use it.");
    CHECK(result["capabilities"].contains("tools"));
    CHECK_FALSE(result["capabilities"].contains("logging"));
    CHECK_FALSE(result.contains("resultType"));
  }
}

TEST_CASE("legacy: results look as their version knows them") {
  Harness h;
  h.handshake("2025-03-26");
  const Json list = h.ask(legacy("1", "tools/list"))["result"];
  CHECK_FALSE(list.contains("ttlMs"));
  CHECK_FALSE(list.contains("_meta"));
  CHECK_FALSE(list["tools"][0].contains("title"));
  const Json params{{"name", "echo"}, {"arguments", {{"text", "safe-name"}}}};
  const Json result = h.ask(legacy("2", "tools/call", params))["result"];
  CHECK_FALSE(result.contains("structuredContent"));
  CHECK(result["content"][1]["text"] == R"({"text":"safe-name"})");
  const Json prompts = h.ask(legacy("3", "prompts/list"))["result"]["prompts"];
  CHECK_FALSE(prompts[0]["arguments"][0].contains("title"));
}

TEST_CASE("legacy: every protocol error has its code") {
  Harness h;
  CHECK(h.ask(legacy("1", "initialize"))["error"]["code"] == -32602);
  CHECK(h.ask(legacy("1", "initialize", {{"protocolVersion", 3}}))["error"]["code"] == -32602);
  h.handshake();
  struct Row {
    std::string line;
    int code;
  };
  const Row rows[] = {
      {legacy("1", "no/such"), -32601},
      {legacy("1", "server/discover"), -32601},
      {legacy("1", "logging/setLevel", {{"level", "info"}}), -32601},
      {legacy("1", "resources/subscribe", {{"uri", "demo://c/guests/1"}}), -32601},
      {legacy("1", "tools/list", {{"cursor", "x"}}), -32602},
      {legacy("1", "tools/call", {{"name", "nope"}}), -32602},
      {legacy("1", "resources/read", {{"uri", "other://x"}}), -32002},
      {legacy("1", "resources/read", {{"uri", "demo://c/guests/404"}}), -32002},
      {legacy("1", "resources/read", {{"uri", "demo://forged/guests/1"}}), -32002},
      {legacy("1", "resources/read", {{"uri", "demo://c/guests/500"}}), -32603},
      {legacy("1", "prompts/get", {{"name", "nope"}}), -32602},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CHECK(h.ask(row.line)["error"]["code"] == row.code);
  }
  const Json missing = h.ask(legacy("2", "resources/read", {{"uri", "demo://c/guests/404"}}));
  CHECK(missing["error"]["data"] == Json{{"uri", "demo://c/guests/404"}});
}

TEST_CASE("legacy: before the handshake only ping is answered, and the rest told what is missing") {
  Harness h;
  CHECK(h.ask(legacy("1", "ping"))["result"] == Json::object());
  const Json answer = h.ask(legacy("2", "tools/list"));
  CHECK(answer["error"]["code"] == -32602);
  const std::string message(string_member(answer["error"], "message"));
  CHECK(message.find("io.modelcontextprotocol/protocolVersion") != std::string::npos);
  CHECK(message.find("not been initialized") != std::string::npos);
}

TEST_CASE("legacy: a batch is answered as one array, in 2025-03-26 only") {
  Harness h;
  h.handshake("2025-03-26");
  const Json params{{"name", "echo"}, {"arguments", {{"text", "safe-name"}}}};
  const Json answers =
      h.ask("[" + legacy("1", "ping") + "," + legacy("2", "tools/call", params) +
            R"(,{"jsonrpc":"2.0","method":"notifications/x"},)" + legacy("\"3\"", "no/such") + "]");
  REQUIRE(answers.is_array());
  REQUIRE(answers.size() == 3);
  CHECK(dump_json(answers).find("SECRET") == std::string::npos);
  h.tell(R"([{"jsonrpc":"2.0","method":"notifications/x"}])");  // nothing to answer
  CHECK(h.ask(legacy("9", "ping"))["id"] == 9);
}

TEST_CASE("legacy: batches that no version allows are refused as a whole") {
  Harness old;
  old.handshake("2025-03-26");
  const std::string ping = legacy("1", "ping");
  CHECK(old.ask("[]")["error"]["code"] == -32600);
  CHECK(old.ask("[" + ping + ",7]")["error"]["code"] == -32600);
  CHECK(old.ask("[" + ping + "," + modern("2", "tools/list") + "]")["error"]["code"] == -32600);
  CHECK(old.ask("[" + legacy("2", "initialize") + "]")["error"]["code"] == -32600);
  std::string many = "[" + ping;
  for (int i = 0; i < 300; ++i) many += "," + ping;
  CHECK(old.ask(many + "]")["error"]["code"] == -32600);
  Harness current;
  current.handshake("2025-06-18");
  const Json answer = current.ask("[" + ping + "]");
  CHECK(answer["error"]["code"] == -32600);
  CHECK(answer["id"].is_null());
}

TEST_CASE(
    "legacy: an error that belongs to no request has an id only where the schema has no other "
    "way") {
  for (const char* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    CAPTURE(version);
    Harness h;
    h.handshake(version);
    const Json answer = h.ask("not json");
    CHECK(answer["error"]["code"] == -32700);
    CHECK(answer.contains("id") == (std::string_view(version) < "2025-11-25"));
  }
}
