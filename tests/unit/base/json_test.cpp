#include "base/json.h"

#include <doctest/doctest.h>

using pmx::Code;
using pmx::Json;
using pmx::parse_json;

TEST_CASE("json: reads what RFC 8259 allows and keeps integers exact") {
  const auto value = parse_json(R"({"a":[1,-2,9007199254740993,1.5,true,null,"x\u00e4"]})");
  REQUIRE(value.ok());
  CHECK(value->dump() == "{\"a\":[1,-2,9007199254740993,1.5,true,null,\"xä\"]}");
}

TEST_CASE("json: refuses broken text and names the byte") {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,}", "nul", "\"\\x\"", "1 2", "\"\xff\"", "{'a':1}"}) {
    CAPTURE(text);
    const auto value = parse_json(text);
    REQUIRE_FALSE(value.ok());
    CHECK(value.error().code == Code::kInvalidArgument);
    CHECK(value.error().message.find("byte") != std::string::npos);
  }
}

TEST_CASE("json: bounds depth before it recurses") {
  const std::string deep(100'000, '[');
  const auto value = parse_json(deep);
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().code == Code::kResourceExhausted);
  CHECK(
      parse_json("[\"[[[[\\\"[[[\"]", {.max_depth = 2}).ok());  // brackets in strings do not count
}

TEST_CASE("json: bounds size") {
  CHECK(parse_json("[1,2,3]", {.max_bytes = 3}).error().code == Code::kResourceExhausted);
}

TEST_CASE("json: dumps invalid UTF-8 as replacement characters instead of throwing") {
  CHECK(pmx::dump_json(Json("a\xff")) == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("json: members are found safely on any value") {
  const Json object{{"name", "x"}, {"n", 1}};
  CHECK(pmx::string_member(object, "name") == "x");
  CHECK(pmx::string_member(object, "n").empty());
  CHECK(pmx::string_member(Json(3), "name").empty());
  CHECK(pmx::find_member(Json::array(), "name") == nullptr);
}
