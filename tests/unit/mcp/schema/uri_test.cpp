#include "mcp/schema/uri.h"

#include <doctest/doctest.h>

using namespace pmx::mcp::schema;

TEST_CASE("uri: references resolve as the examples of RFC 3986 section 5.4 do") {
  const std::pair<const char*, const char*> rows[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
  };
  for (const auto& [reference, expected] : rows) {
    CAPTURE(reference);
    CHECK(resolve_uri("http://a/b/c/d;p?q", reference) == expected);
  }
  CHECK(resolve_uri("urn:uuid:1", "#x") == "urn:uuid:1#x");
  CHECK(resolve_uri("http://a", "b") == "http://a/b");
}

TEST_CASE("uri: fragments are cut off and percent escapes decoded") {
  CHECK(split_fragment("a#b#c") == std::pair<std::string_view, std::string_view>{"a", "b#c"});
  CHECK(split_fragment("a").second.empty());
  CHECK(percent_decode("a%2Fb%25") == "a/b%");
  CHECK(percent_decode("%2") == "%2");
  CHECK(percent_decode("%zz%") == "%zz%");
}
