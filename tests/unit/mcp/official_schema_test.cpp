#include "tests/unit/mcp/official_schema.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

std::string result(const std::string& body) {
  return R"({"jsonrpc":"2.0","id":1,"result":)" + body + "}";
}

}  // namespace

TEST_CASE("official schema: right messages of every kind pass in their version") {
  struct Row {
    Version version;
    std::string message;
    const char* method;
  };
  const Row rows[] = {
      {Version::k2024_11_05, result("{}"), "ping"},
      {Version::k2024_11_05, result(R"({"tools":[{"name":"a","inputSchema":{"type":"object"}}]})"),
       "tools/list"},
      {Version::k2025_03_26, "[" + result("{}") + "]", "logging/setLevel"},
      {Version::k2025_06_18,
       R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})", ""},
      {Version::k2025_11_25, R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}})", ""},
      {Version::k2025_11_25,
       result(R"({"task":{"taskId":"t","status":"working","createdAt":"2026-01-01T00:00:00Z",
                          "lastUpdatedAt":"2026-01-01T00:00:00Z","ttl":null}})"),
       "tools/call"},
      {Version::k2025_11_25,
       R"({"jsonrpc":"2.0","id":"s1","method":"elicitation/create","params":{"message":"sure?",
           "requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}})",
       ""},
      {Version::k2025_11_25,
       R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,
           "progress":0.5}})",
       ""},
      {Version::k2026_07_28, result(R"({"resultType":"complete","content":[]})"), "tools/call"},
      {Version::k2026_07_28,
       result(R"({"resultType":"input_required","requestState":"x","inputRequests":{"a":
                  {"method":"elicitation/create","params":{"message":"sure?",
                   "requestedSchema":{"type":"object","properties":{}}}}}})"),
       "tools/call"},
      {Version::k2026_07_28,
       result(R"({"resultType":"task","taskId":"t","status":"working","ttlMs":null,
                  "createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z"})"),
       "tools/call"},
      {Version::k2026_07_28,
       R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no","data":
           {"requested":"x","supported":["2026-07-28"]}}})",
       ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    CHECK(check_message(row.version, row.message, row.method) == std::vector<std::string>{});
  }
}

TEST_CASE("official schema: what is wrong is found") {
  struct Row {
    Version version;
    std::string message;
    const char* method;
    const char* first;
  };
  const Row rows[] = {
      {kModern, "{", "ping", "not valid JSON at byte 2"},
      {kModern, "7", "ping", "a message is an object"},
      {kModern, R"({"jsonrpc":"2.0","id":1})", "ping",
       "neither a request, a notification, a result nor an error"},
      {kModern, "[]", "ping", "the version has no batches"},
      {kModern, result(R"({"tools":[],"ttlMs":1,"cacheScope":"private"})"), "tools/list",
       "/JSONRPCResultResponse/result/resultType is required"},
      {kModern, result(R"({"resultType":"complete","tools":[],"cacheScope":"private"})"),
       "tools/list", "/ListToolsResult/ttlMs is required"},
      {kModern, result(R"({"resultType":"odd","content":[]})"), "tools/call",
       "/result/resultType is not known"},
      {kModern, result(R"({"resultType":"complete"})"), "ping", "the version has no request ping"},
      {kModern, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}})", "",
       "/JSONRPCErrorResponse/id must be an integer or a string"},
      {kModern, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no"}})", "",
       "/UnsupportedProtocolVersionError/error/data is required"},
      {kModern, R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}})", "",
       "a server of this version does not send elicitation/create"},
      {Version::k2025_11_25, R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", "",
       "a server of this version does not send tools/list"},
      {Version::k2025_11_25, R"({"jsonrpc":"2.0","method":"notifications/odd"})", "",
       "the version has no notifications/odd"},
      {Version::k2025_06_18, result(R"({"resources":[{"name":"a","uri":"no uri"}]})"),
       "resources/list", "/ListResourcesResult/resources/0/uri must be a valid uri"},
      {Version::k2024_11_05,
       result(R"({"content":[{"type":"audio","data":"","mimeType":"audio/wav"}]})"), "tools/call",
       "/CallToolResult/content/0/type must be one of image, resource, text"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const auto errors = check_message(row.version, row.message, row.method);
    REQUIRE_FALSE(errors.empty());
    CHECK(errors.front() == row.first);
  }
}

TEST_CASE("official schema: a server's answers are judged as what was asked, in its version") {
  Harness h;
  h.handshake("2025-06-18");
  h.ask(legacy("1", "tools/list"));
  h.ask(modern("1", "tools/list"));
  CHECK(h.finish());
  CHECK(h.official.judged() == 3);
}
