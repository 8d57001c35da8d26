#include "mcp/server/uri_template.h"

#include <doctest/doctest.h>

#include "base/json.h"

using namespace pmx;
using namespace pmx::mcp;

TEST_CASE("uri template: matches and decodes one segment per variable") {
  struct Row {
    const char* pattern;
    const char* uri;
    const char* variables;  ///< JSON, or empty when it does not fit
  };
  const Row rows[] = {
      {"pve://{c}/guests/{id}", "pve://a/guests/100", R"({"c":"a","id":"100"})"},
      {"pve://{c}/guests/{id}", "pve://a/guests/", ""},
      {"pve://{c}/guests/{id}", "pve:///guests/100", ""},
      {"pve://{c}/guests/{id}", "pve://a/b/guests/100", ""},
      {"pve://{c}/guests/{id}", "pve://a/guests/100?x=1", ""},
      {"pve://{c}/guests/{id}", "pve://a/guests/100/x", R"({"c":"a","id":"100/x"})"},
      {"pve://{c}/guests/{id}", "PVE://a/guests/100", ""},
      {"pve://{c}/tasks/{u}/log", "pve://a/tasks/UPID%3An1%3A00/log",
       R"({"c":"a","u":"UPID:n1:00"})"},
      {"pve://{c}/tasks/{u}/log", "pve://a/tasks/x/logs", ""},
      {"pve://{c}/tasks/{u}/log", "pve://a/tasks/x/y/log", ""},
      {"x:{a}-{b}", "x:1-2", R"({"a":"1","b":"2"})"},
      {"x:{a}", "x:%ff", ""},
      {"x:{a}", "x:%00", ""},
      {"x:{a}", "x:%4", ""},
      {"x:{a}", "x:%22%5C", R"({"a":"\"\\"})"},
      {"x:plain", "x:plain", "{}"},
      {"x:plain", "x:plainer", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.uri);
    const auto pattern = UriTemplate::parse(row.pattern);
    REQUIRE(pattern.ok());
    const auto variables = pattern->match(row.uri);
    CHECK((variables ? dump_json(Json(*variables)) : "") == row.variables);
  }
}

TEST_CASE("uri template: anything beyond level 1 is refused") {
  for (const char* text : {"x:{+a}", "x:{a", "x:a}", "x:{}", "x:{a}{b}", "x:{a}/{a}", "x:{a,b}"}) {
    CAPTURE(text);
    CHECK_FALSE(UriTemplate::parse(text).ok());
  }
}
