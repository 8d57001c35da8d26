#include "mcp/server/header_rules.h"

#include <doctest/doctest.h>

#include <map>

#include "tests/unit/mcp/fixture.h"

namespace pmx::mcp::test {
namespace {

class FakeHeaders final : public RequestHeaders {
 public:
  FakeHeaders(std::initializer_list<std::pair<const std::string, std::string>> values)
      : values_(values) {}
  [[nodiscard]] std::optional<std::string_view> find(std::string_view lower_name) const override {
    const auto slot = values_.find(lower_name);
    if (slot == values_.end()) return std::nullopt;
    return slot->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

Request request(const char* method, const char* params) { return {1, method, *parse_json(params)}; }

/// The code of the error, 0 for none.
int code(const std::optional<RpcError>& error) { return error ? error->code : 0; }

Result<std::vector<ParamHeader>> headers_of(const char* schema) {
  return param_headers(*parse_json(schema));
}

}  // namespace

TEST_CASE("headers: the version header must say what the body claims") {
  const Request claims = request(
      "tools/list", R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})");
  CHECK(code(check_version_header(FakeHeaders{{"mcp-protocol-version", "2026-07-28"}}, claims)) ==
        0);
  CHECK(code(check_version_header(FakeHeaders{{"mcp-protocol-version", "2025-11-25"}}, claims)) ==
        kHeaderMismatch);
  CHECK(code(check_version_header(FakeHeaders{}, claims)) == kHeaderMismatch);
  CHECK(code(check_version_header(FakeHeaders{}, request("tools/list", "{}"))) == 0);
}

TEST_CASE("headers: Mcp-Method and Mcp-Name repeat the body, case included") {
  const Request call = request("tools/call", R"({"name":"echo"})");
  struct Row {
    FakeHeaders headers;
    int code;
  };
  const Row kRows[] = {
      {{{"mcp-method", "tools/call"}, {"mcp-name", "echo"}}, 0},
      {{{"mcp-method", "tools/call"}, {"mcp-name", "=?base64?ZWNobw==?="}}, 0},
      {{{"mcp-method", "TOOLS/CALL"}, {"mcp-name", "echo"}}, kHeaderMismatch},
      {{{"mcp-name", "echo"}}, kHeaderMismatch},
      {{{"mcp-method", "tools/call"}, {"mcp-name", "\xc3\xa9"}}, kHeaderMismatch},
      {{{"mcp-method", "tools/call"}}, kHeaderMismatch},
      {{{"mcp-method", "tools/call"}, {"mcp-name", "other"}}, kHeaderMismatch},
      {{{"mcp-method", "tools/call"}, {"mcp-name", "=?base64?ZWNobw?="}}, kHeaderMismatch},
  };
  for (const Row& row : kRows) CHECK(code(check_standard_headers(row.headers, call)) == row.code);
  const FakeHeaders list{{"mcp-method", "tools/list"}};
  CHECK(code(check_standard_headers(list, request("tools/list", "{}"))) == 0);
  const FakeHeaders task{{"mcp-method", "tasks/get"}, {"mcp-name", "task-1"}};
  CHECK(code(check_standard_headers(task, request("tasks/get", R"({"taskId":"task-1"})"))) == 0);
  CHECK(code(check_standard_headers(task, request("tasks/get", R"({"taskId":"task-2"})"))) ==
        kHeaderMismatch);
}

TEST_CASE("headers: an annotation must be a unique token on a plain property") {
  const auto good = headers_of(
      R"({"properties":{"place":{"properties":{"region":{"type":"string","x-mcp-header":"Region"}}},
          "level":{"type":"integer","x-mcp-header":"Level"}}})");
  REQUIRE(good.ok());
  REQUIRE(good->size() == 2);
  CHECK((*good)[0].header == "mcp-param-level");
  CHECK((*good)[1].path == std::vector<std::string>{"place", "region"});
  for (const char* bad :
       {R"({"properties":{"a":{"type":"number","x-mcp-header":"A"}}})",
        R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})",
        R"({"properties":{"a":{"type":"string","x-mcp-header":"A B"}}})",
        R"({"properties":{"a":{"type":"string","x-mcp-header":7}}})",
        R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},
               "b":{"type":"string","x-mcp-header":"a"}}})",
        R"({"properties":{"a":{"items":{"type":"string","x-mcp-header":"A"}}}})",
        R"({"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})"}) {
    CAPTURE(bad);
    CHECK_FALSE(headers_of(bad).ok());
  }
}

TEST_CASE("headers: annotated arguments must be repeated, as text, number or word") {
  const auto add = [](Catalogue& catalogue) {
    catalogue.tools.push_back(
        {*parse_json(R"({"name":"where","inputSchema":{"type":"object","properties":{
           "region":{"type":"string","x-mcp-header":"Region"},
           "level":{"type":"integer","x-mcp-header":"Level"},
           "dry":{"type":"boolean","x-mcp-header":"Dry"}}}})"),
         [](const Context&, const Json&, Interaction&) -> Result<ToolOutput> {
           return ToolOutput{nullptr, "here"};
         }});
  };
  const Harness h(Harness::default_options(), 1, 8, add);
  const auto check = [&h](const FakeHeaders& headers, const char* arguments) {
    return code(check_param_headers(headers, *h.server.core(), "tools/call",
                                    {{"name", "where"}, {"arguments", *parse_json(arguments)}}));
  };
  CHECK(check({{"mcp-param-region", "eu"}}, R"({"region":"eu"})") == 0);
  CHECK(check({{"mcp-param-region", "=?base64?ZXU=?="}}, R"({"region":"eu"})") == 0);
  CHECK(check({{"mcp-param-region", "ZXU="}}, R"({"region":"ZXU="})") == 0);
  CHECK(check({{"mcp-param-region", "=?base64?ZXU="}}, R"({"region":"=?base64?ZXU="})") == 0);
  CHECK(check({{"mcp-param-region", "us"}}, R"({"region":"eu"})") == kHeaderMismatch);
  CHECK(check({{"mcp-param-region", "=?base64?Z!U=?="}}, R"({"region":"eu"})") == kHeaderMismatch);
  CHECK(check({{"mcp-param-region", "=?base64?w7w=?="}}, R"({"region":"ü"})") == 0);
  CHECK(check({{"mcp-param-region", "ü"}}, R"({"region":"ü"})") == kHeaderMismatch);
  CHECK(check({}, R"({"region":"eu"})") == kHeaderMismatch);
  CHECK(check({}, R"({"region":null})") == 0);
  CHECK(check({}, "{}") == 0);
  CHECK(check({{"mcp-param-level", "42.0"}}, R"({"level":42})") == 0);
  CHECK(check({{"mcp-param-level", "43"}}, R"({"level":42})") == kHeaderMismatch);
  CHECK(check({{"mcp-param-level", "42x"}}, R"({"level":42})") == kHeaderMismatch);
  CHECK(check({{"mcp-param-dry", "true"}}, R"({"dry":true})") == 0);
  CHECK(check({{"mcp-param-dry", "True"}}, R"({"dry":true})") == kHeaderMismatch);
}

}  // namespace pmx::mcp::test
