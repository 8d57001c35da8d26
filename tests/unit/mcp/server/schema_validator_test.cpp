#include "mcp/server/schema_validator.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;

namespace {

struct Row {
  const char* schema;
  const char* value;
  const char* errors;  ///< joined by " | "; empty = valid
};

std::string validate(const char* schema, const char* value) {
  auto compiled = Validator::compile(*parse_json(schema));
  REQUIRE(compiled.ok());
  std::string text;
  for (const std::string& error : compiled->validate(*parse_json(value))) {
    text += (text.empty() ? "" : " | ") + error;
  }
  return text;
}

}  // namespace

TEST_CASE("validator: every keyword, both sides") {
  const Row rows[] = {
      {R"({})", "7", ""},
      {R"({"type":"string"})", "\"a\"", ""},
      {R"({"type":"string"})", "1", "/ must be a string"},
      {R"({"type":["string","null"]})", "null", ""},
      {R"({"type":["string","null"]})", "true", "/ must be null or a string"},
      {R"({"type":"integer"})", "5.0", ""},
      {R"({"type":"integer"})", "5.5", "/ must be an integer"},
      {R"({"type":"integer"})", "true", "/ must be an integer"},
      {R"({"type":"number"})", "5", ""},
      {R"({"type":"boolean"})", "0", "/ must be true or false"},
      {R"({"type":"array"})", "{}", "/ must be an array"},
      {R"({"type":"object"})", "[]", "/ must be an object"},
      {R"({"enum":["a","b"]})", "\"b\"", ""},
      {R"({"enum":["a",2]})", "\"secret\"", "/ must be one of a, 2"},
      {R"({"const":1})", "1.0", ""},
      {R"({"const":"x"})", "\"secret\"", "/ must be x"},
      {R"({"minimum":3})", "3", ""},
      {R"({"minimum":3})", "2", "/ must be at least 3, is 2"},
      {R"({"maximum":500})", "900", "/ must be at most 500, is 900"},
      {R"({"exclusiveMinimum":3})", "3", "/ must be greater than 3, is 3"},
      {R"({"exclusiveMaximum":3})", "3", "/ must be less than 3, is 3"},
      {R"({"maximum":9007199254740992})", "9007199254740993",
       "/ must be at most 9007199254740992, is 9007199254740993"},
      {R"({"maximum":1})", "\"text\"", ""},
      {R"({"minLength":2})", "\"a\"", "/ must have at least 2 characters, has 1"},
      {R"({"maxLength":2})", "\"äöü\"", "/ must have at most 2 characters, has 3"},
      {R"({"maxLength":3})", "\"äöü\"", ""},
      {R"({"pattern":"^a+$"})", "\"aaa\"", ""},
      {R"({"pattern":"^a+$"})", "\"aab\"", "/ must match the pattern ^a+$"},
      {R"({"pattern":"b"})", "\"abc\"", ""},
      {R"({"items":{"type":"integer"}})", "[1,\"x\"]", "/1 must be an integer"},
      {R"({"minItems":1})", "[]", "/ must have at least 1 items, has 0"},
      {R"({"maxItems":1})", "[1,2]", "/ must have at most 1 items, has 2"},
      {R"({"uniqueItems":true})", "[1,2,1.0]", "/ must not hold the same item twice"},
      {R"({"uniqueItems":true})", "[{\"a\":1},{\"a\":2}]", ""},
      {R"({"required":["a"]})", "{}", "/a is required"},
      {R"({"properties":{"a":{"type":"string"}}})", "{\"a\":1,\"b\":2}", "/a must be a string"},
      {R"({"properties":{"a":{},"c":{}},"additionalProperties":false})", "{\"secret\":2}",
       "/ has a member that is not known here; known are a, c"},
      {R"({"additionalProperties":false})", "{\"secret\":2}", "/ takes no members"},
      {R"({"additionalProperties":{"type":"integer"}})", "{\"secret\":\"x\"}",
       "/* must be an integer"},
      {R"({"type":"object","properties":{"l":{"maximum":5}},"required":["n"]})", "{\"l\":9}",
       "/n is required | /l must be at most 5, is 9"},
      {R"({"title":"t","description":"d","format":"f","default":3})", "\"x\"", ""},
      {R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})", "1", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    CAPTURE(row.value);
    CHECK(validate(row.schema, row.value) == row.errors);
  }
}

TEST_CASE("validator: schemas that nobody could check are refused with their place") {
  const Row rows[] = {
      {R"({"anyOf":[{}]})", "", "schema /anyOf is not supported"},
      {R"({"properties":{"a":{"$ref":"#"}}})", "", "schema /properties/a/$ref is not supported"},
      {R"({"type":"text"})", "", "schema /type must name a JSON Schema type"},
      {R"({"type":[]})", "", "schema /type must not be empty"},
      {R"({"enum":[]})", "", "schema /enum must be a non-empty array"},
      {R"({"minLength":-1})", "", "schema /minLength must be a non-negative integer"},
      {R"({"minimum":"1"})", "", "schema /minimum must be a number"},
      {R"({"required":"a"})", "", "schema /required must be an array of names"},
      {R"({"items":true})", "", "schema /items must be an object"},
      {R"({"uniqueItems":1})", "", "schema /uniqueItems must be true or false"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#"})", "",
       "schema /$schema names another dialect than 2020-12"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    const auto compiled = Validator::compile(*parse_json(row.schema));
    REQUIRE_FALSE(compiled.ok());
    CHECK(compiled.error().message == row.errors);
  }
  CHECK_FALSE(Validator::compile(*parse_json(R"({"pattern":"("})")).ok());
  CHECK_FALSE(Validator::compile(Json(true)).ok());
}

TEST_CASE("validator: a schema that nests too deep is refused") {
  Json schema = Json::object();
  for (int i = 0; i < 40; ++i) schema = Json{{"items", schema}};
  CHECK_FALSE(Validator::compile(schema).ok());
}

TEST_CASE("validator: errors are cut off before they flood the client") {
  Json values = Json::array();
  for (int i = 0; i < 1000; ++i) values.push_back("x");
  const auto compiled = Validator::compile(*parse_json(R"({"items":{"type":"integer"}})"));
  CHECK(compiled->validate(values).size() == 20);
}
