#include "mcp/server/error_map.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;

TEST_CASE("error map: message and advice are sentences, whatever the message ends with") {
  struct Row {
    const char* message;
    const char* advice;
    const char* text;
  };
  const Row rows[] = {
      {"it failed", "", "it failed"},
      {"it failed.", "", "it failed."},
      {"it failed", "try again", "it failed. try again"},
      {"it failed.", "try again", "it failed. try again"},
      {"did it fail?", "look", "did it fail? look"},
      {"it failed!", "look", "it failed! look"},
  };
  for (const Row& row : rows) {
    CHECK(error_text({Code::kInternal, row.message, row.advice}) == row.text);
  }
}

TEST_CASE(
    "error map: only wrong arguments are the client's fault, and the reason says which kind") {
  for (int number = 0; number <= static_cast<int>(Code::kInternal); ++number) {
    const auto code = static_cast<Code>(number);
    const RpcError error = to_rpc_error({code, "it failed", "try again"});
    CHECK(error.code == (code == Code::kInvalidArgument ? -32602 : -32603));
    CHECK(error.message == "it failed. try again");
    CHECK(error.echo == Json{{"reason", code_name(code)}});
    CHECK_FALSE(error.refused);
  }
}

TEST_CASE("error map: invalid params carry a reason of ours and no data") {
  const RpcError error = invalid_params("cursor");
  CHECK(error.code == -32602);
  CHECK(error.message == "Invalid params: cursor");
  CHECK(error.echo.is_null());
}

TEST_CASE(
    "error map: a resource that is not there has the code of its version and the URI as asked") {
  for (const Version version : kAllVersions) {
    const RpcError error = resource_not_found("demo://a%2Fb", "gone", version);
    CHECK(error.code == (version == kModern ? -32602 : -32002));
    CHECK(error.message == "Resource not found: gone");
    CHECK(error.echo == Json{{"uri", "demo://a%2Fb"}});
  }
  CHECK(resource_not_found("x", "", kModern).message == "Resource not found");
}
