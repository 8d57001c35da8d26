#include "mcp/http/cors.h"

#include <doctest/doctest.h>

using namespace pmx::mcp;

namespace {

std::string value_of(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

}  // namespace

TEST_CASE("cors: a preflight may send what MCP has, and headers of arguments by the name it asks") {
  HttpRequest request;
  CHECK(preflight_headers(request).empty());
  request.headers = {{"origin", "http://localhost:3000"},
                     {"access-control-request-headers",
                      "content-type, Mcp-Param-Region,mcp-param-b, mcp-param-\r\nx, x-evil,"}};
  const auto headers = preflight_headers(request);
  CHECK(value_of(headers, "Access-Control-Allow-Methods") == "POST, GET, DELETE");
  const std::string allowed = value_of(headers, "Access-Control-Allow-Headers");
  CHECK(allowed.find("mcp-session-id") != std::string::npos);
  CHECK(allowed.ends_with("last-event-id, mcp-param-region, mcp-param-b"));
}
