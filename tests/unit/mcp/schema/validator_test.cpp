#include "mcp/schema/validator.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;

namespace {

struct Row {
  const char* schema;
  const char* value;
  const char* errors;  ///< joined by " | "; empty = valid
};

std::string validate(const char* schema, const char* value, const SchemaOptions& options = {}) {
  auto compiled = Validator::compile(*parse_json(schema), options);
  REQUIRE(compiled.ok());
  std::string text;
  for (const std::string& error : compiled->validate(*parse_json(value))) {
    text += (text.empty() ? "" : " | ") + error;
  }
  return text;
}

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    CAPTURE(row.value);
    CHECK(validate(row.schema, row.value) == row.errors);
  }
}

/// The message that refuses the schema.
std::string refusal(const char* schema, const SchemaOptions& options = {}) {
  const auto compiled = Validator::compile(*parse_json(schema), options);
  return compiled.ok() ? "compiled" : compiled.error().message;
}

/// `open` repeated, `inner`, `close` repeated.
std::string nested(std::size_t times, const std::string& open, const std::string& inner,
                   const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += open;
  text += inner;
  for (std::size_t i = 0; i < times; ++i) text += close;
  return text;
}

}  // namespace

TEST_CASE("validator: types, values and bounds") {
  check({
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
      {R"({"$comment":"c","$vocabulary":{"https://x.test/v":true}})", "1", ""},
  });
}

TEST_CASE("validator: true and false are schemas") {
  check({
      {"true", "7", ""},
      {"false", "7", "/ is not allowed here"},
      {R"({"properties":{"a":false}})", R"({"a":1})", "/a is not allowed here"},
      {R"({"items":false})", "[]", ""},
      {R"({"items":false})", "[1]", "/0 is not allowed here"},
  });
}

TEST_CASE("validator: numbers are compared by their decimal value") {
  check({
      {R"({"multipleOf":0.0001})", "0.0075", ""},
      {R"({"multipleOf":0.0001})", "0.00751", "/ must be a multiple of 0.0001, is 0.00751"},
      {R"({"multipleOf":0.1})", "-4.3", ""},
      {R"({"multipleOf":1e-300})", "1e300", ""},
      {R"({"multipleOf":3e300})", "1", "/ must be a multiple of 3e+300, is 1"},
      {R"({"multipleOf":7})", "18446744073709551615",
       "/ must be a multiple of 7, is 18446744073709551615"},
      {R"({"multipleOf":2})", "-9223372036854775808", ""},
      {R"({"multipleOf":5})", "0", ""},
      {R"({"const":9007199254740993})", "9007199254740992.0", "/ must be 9007199254740993"},
      {R"({"const":[{"a":1}]})", R"([{"a":1.0}])", ""},
      {R"({"const":0})", "false", "/ must be 0"},
      {R"({"enum":[[1]]})", "[true]", "/ must be [1]"},
  });
}

TEST_CASE("validator: arrays") {
  check({
      {R"({"prefixItems":[{"type":"string"},true],"items":{"type":"integer"}})", R"(["a",{},3])",
       ""},
      {R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"([1,"b"])",
       "/0 must be a string | /1 must be an integer"},
      {R"({"contains":{"type":"string"}})", "[1]",
       "/ must have at least 1 items of the form that is asked for, has 0"},
      {R"({"contains":{"type":"string"},"minContains":0})", "[1]", ""},
      {R"({"contains":{"type":"string"},"maxContains":1})", R"(["a","b"])",
       "/ must have at most 1 items of the form that is asked for, has 2"},
      {R"({"prefixItems":[true],"unevaluatedItems":false})", "[1,2]", "/1 is not allowed here"},
      {R"({"allOf":[{"prefixItems":[true]}],"unevaluatedItems":{"type":"null"}})", "[1,null]", ""},
      {R"({"contains":{"const":1},"unevaluatedItems":{"const":2}})", "[2,1,3]", "/2 must be 2"},
      {R"({"uniqueItems":true})", R"([{"a":[1,2]},{"a":[1,2.0]}])",
       "/ must not hold the same item twice"},
  });
}

TEST_CASE("validator: objects") {
  check({
      {R"({"minProperties":1})", "{}", "/ must have at least 1 members, has 0"},
      {R"({"maxProperties":1})", R"({"a":1,"b":2})", "/ must have at most 1 members, has 2"},
      {R"({"patternProperties":{"^x":{"type":"integer"}}})", R"({"x1":"secret","y":"fine"})",
       "/* must be an integer"},
      {R"({"properties":{"x":true},"patternProperties":{"^x":{"type":"integer"}}})",
       R"({"x":"secret"})", "/x must be an integer"},
      {R"({"patternProperties":{"^x":true},"additionalProperties":false})", R"({"y":1})",
       "/ has a member that is not allowed here"},
      {R"({"propertyNames":{"maxLength":2}})", R"({"secret":1})",
       "/ has a member whose name must have at most 2 characters, has 6"},
      {R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"a":{},"B1":1})",
       "/ has a member whose name must match the pattern ^[a-z]+$"},
      {R"({"dependentRequired":{"a":["b","c"]}})", R"({"a":1,"b":2})",
       "/c is required where a is given"},
      {R"({"dependentSchemas":{"a":{"required":["b"]}}})", R"({"a":1})", "/b is required"},
      {R"({"dependentSchemas":{"a":{"required":["b"]}}})", "{}", ""},
      {R"({"properties":{"a/b":{"properties":{"c~d":{"type":"null"}}}}})", R"({"a/b":{"c~d":1}})",
       "/a~1b/c~0d must be null"},
      {R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})", R"({"a":1})", ""},
      {R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})", R"({"secret":1})",
       "/ has a member that is not allowed here"},
      {R"({"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":true}}],
           "unevaluatedProperties":false})",
       R"({"a":1,"b":2})", ""},
      {R"({"if":{"properties":{"a":{"const":1}}},"then":{"properties":{"b":true}},
           "unevaluatedProperties":{"type":"string"}})",
       R"({"a":1,"b":2,"secret":3})", "/* must be a string"},
  });
}

TEST_CASE("validator: combinations") {
  check({
      {R"({"allOf":[{"minimum":1},{"maximum":3}]})", "9", "/ must be at most 3, is 9"},
      {R"({"not":{"type":"string"}})", "\"secret\"", "/ must not be a string"},
      {R"({"not":{"const":"x"}})", "\"x\"", "/ must not be x"},
      {R"({"not":{"required":["a"]}})", R"({"a":1})", "/ has a form that is not allowed here"},
      {R"({"oneOf":[{"minimum":1},{"maximum":3}]})", "2",
       "/ must fit exactly one of the forms allowed here, fits 2"},
      {R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":2}})", "\"a\"",
       "/ must have at least 2 characters, has 1"},
      {R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":2}})", "1",
       "/ must be at least 2, is 1"},
      {R"({"then":false,"else":false})", "1", ""},
  });
}

TEST_CASE("validator: of several alternatives the nearest one speaks") {
  constexpr const char* kShapes =
      R"({"anyOf":[{"properties":{"kind":{"const":"disk"},"size":{"type":"integer"}},
                    "required":["kind","size"]},
                   {"properties":{"kind":{"const":"net"},"bridge":{"type":"string"}},
                    "required":["kind","bridge"]}]})";
  check({
      {R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]})", "1",
       "/ must be a string or an array"},
      {R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]})", "[\"a\",1]",
       "/1 must be a string"},
      {kShapes, R"({"kind":"disk","size":"big"})", "/size must be an integer"},
      {kShapes, R"({"kind":"net"})", "/bridge is required"},
      {kShapes, R"({"kind":"secret","size":1,"bridge":"b"})", "/kind must be one of disk, net"},
      {R"({"oneOf":[{"const":"a"},{"const":"b"},{"enum":["c","a"]}]})", "\"secret\"",
       "/ must be one of a, b, c"},
      {R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", "{}",
       "/ /a is required, or /b is required"},
      {R"({"anyOf":[{"required":["a","b"]},{"required":["c","d","e"]}]})", "{}",
       "/ fits none of the forms allowed here; the nearest one asks: | /a is required | "
       "/b is required"},
  });
}

TEST_CASE("validator: references") {
  check({
      {R"({"$defs":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/n"}}})",
       R"({"a":"x"})", "/a must be an integer"},
      {R"({"definitions":{"n":{"type":"integer"}},"items":{"$ref":"#/definitions/n"}})", "[true]",
       "/0 must be an integer"},
      {R"({"items":{"$ref":"#"},"type":["array","null"]})", "[[null,[1]]]",
       "/0/1/0 must be null or an array"},
      {R"({"$ref":"#n","$defs":{"x":{"$anchor":"n","type":"integer"}}})", "true",
       "/ must be an integer"},
      {R"({"$ref":"item","$defs":{"x":{"$id":"item","type":"integer"}}})", "true",
       "/ must be an integer"},
      {R"({"$ref":"#/$defs/a~1b%25","$defs":{"a/b%":{"type":"integer"}}})", "true",
       "/ must be an integer"},
      {R"({"$id":"https://x.test/strict","$dynamicAnchor":"node","$ref":"tree",
           "unevaluatedProperties":false,
           "$defs":{"tree":{"$id":"tree","$dynamicAnchor":"node","properties":{
             "data":true,"children":{"items":{"$dynamicRef":"#node"}}}}}})",
       R"({"children":[{"daat":1}]})", "/children/0 has a member that is not allowed here"},
  });
}

TEST_CASE("validator: documents given beside the schema can be referred to") {
  const Json other =
      *parse_json(R"({"$id":"https://x.test/named","$defs":{"n":{"type":"integer"}}})");
  SchemaOptions options;
  options.documents.push_back({"https://x.test/file.json", &other});
  CHECK(validate(R"({"$ref":"https://x.test/file.json#/$defs/n"})", "1.5", options) ==
        "/ must be an integer");
  CHECK(validate(R"({"$ref":"https://x.test/named#/$defs/n"})", "1.5", options) ==
        "/ must be an integer");
  CHECK(refusal(R"({"$ref":"https://x.test/elsewhere"})", options) ==
        "schema /$ref refers to a document that is not at hand; none is fetched");
}

TEST_CASE("validator: draft-07 follows its own rules") {
  const auto draft7 = [](const std::string& rest) {
    return R"({"$schema":"http://json-schema.org/draft-07/schema#",)" + rest + "}";
  };
  struct Case {
    const char* schema;
    const char* value;
    const char* errors;
  };
  const Case cases[] = {
      {R"("items":[{"type":"string"}],"additionalItems":{"type":"null"})", R"(["a",1])",
       "/1 must be null"},
      {R"("additionalItems":false)", "[1]", ""},
      {R"("dependencies":{"a":["b"],"c":{"required":["d"]}})", R"({"a":1,"c":1})",
       "/b is required where a is given | /d is required"},
      {R"("properties":{"a":{"$ref":"#/definitions/n","maximum":1}},
          "definitions":{"n":{"type":"integer"}})",
       R"({"a":5})", ""},
      {R"("properties":{"a":{"$ref":"#n"}},"definitions":{"x":{"$id":"#n","type":"integer"}})",
       R"({"a":"x"})", "/a must be an integer"},
      {R"("unevaluatedProperties":false,"dependentRequired":{"a":["b"]})", R"({"a":1})", ""},
  };
  for (const Case& row : cases) {
    CAPTURE(row.schema);
    CHECK(validate(draft7(row.schema).c_str(), row.value) == row.errors);
  }
}

TEST_CASE("validator: formats are annotations until they are asked for") {
  SchemaOptions options;
  options.formats = {"date-time", "uri"};
  CHECK(validate(R"({"format":"uri"})", "\"no uri\"").empty());
  CHECK(validate(R"({"format":"uri"})", "\"no uri\"", options) == "/ must be a valid uri");
  CHECK(validate(R"({"format":"date"})", "\"no date\"", options).empty());
  CHECK(validate(R"({"format":"pve-node"})", "\"anything\"", options).empty());
  options.formats = {"idn-email"};
  CHECK(refusal("{}", options) == "format idn-email cannot be asserted");
}

TEST_CASE("validator: schemas that cannot be checked are refused with their place") {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"type":"text"})", "schema /type must name a JSON Schema type"},
      {R"({"type":[]})", "schema /type must not be empty"},
      {R"({"enum":[]})", "schema /enum must be a non-empty array"},
      {R"({"minLength":-1})", "schema /minLength must be a non-negative integer"},
      {R"({"minLength":1.5})", "schema /minLength must be a non-negative integer"},
      {R"({"minimum":"1"})", "schema /minimum must be a number"},
      {R"({"multipleOf":0})", "schema /multipleOf must be a number greater than 0"},
      {R"({"required":"a"})", "schema /required must be an array of names"},
      {R"({"dependentRequired":{"a":[1]}})",
       "schema /dependentRequired/a must be an array of names"},
      {R"({"items":1})", "schema /items must be a schema: an object, true or false"},
      {R"({"items":[{}]})", "schema /items must be a schema: an object, true or false"},
      {R"({"anyOf":[]})", "schema /anyOf must be a non-empty array of schemas"},
      {R"({"properties":[]})", "schema /properties must be an object"},
      {R"({"uniqueItems":1})", "schema /uniqueItems must be true or false"},
      {R"({"properties":{"a":{"$ref":"#/$defs/b"}}})",
       "schema /properties/a/$ref refers to nothing"},
      {R"({"$ref":1})", "schema /$ref must be a string"},
      {R"({"$id":"a#b"})", "schema /$id must not have a fragment"},
      {R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})",
       "schema /$defs/b has the same anchor as another schema"},
      {R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}})",
       "schema /$defs/b/$id is the same as that of another schema"},
      {R"({"$schema":"http://json-schema.org/draft-04/schema#"})",
       "schema /$schema names a dialect other than 2020-12 and draft-07"},
      {R"j({"pattern":"(?=a)"})j",
       "schema /pattern uses lookaround, which cannot run in linear time"},
      {R"({"patternProperties":{"(a)\\1":true}})",
       "schema /patternProperties/(a)\\1 uses a backreference"},
      {"7", "schema / must be a schema: an object, true or false"},
  };
  for (const auto& [schema, message] : rows) {
    CAPTURE(schema);
    CHECK(refusal(schema) == message);
  }
}

TEST_CASE("validator: only a strict schema may have nothing that nobody checks") {
  SchemaOptions strict;
  strict.strict = true;
  CHECK(refusal(R"({"properties":{"a":{"maxLenght":1}}})") == "compiled");
  CHECK(refusal(R"({"properties":{"a":{"maxLenght":1}}})", strict) ==
        "schema /properties/a/maxLenght is not supported");
  CHECK(refusal(R"({"properties":{"a":{"x-mcp-header":"A","title":"t","examples":[1]}}})",
                strict) == "compiled");
}

TEST_CASE("validator: a schema that nests too deep or is too large is refused") {
  const std::string deep = nested(200, R"({"items":)", "{}", "}");
  CHECK_FALSE(Validator::compile(*parse_json(deep)).ok());
  SchemaOptions options;
  options.max_subschemas = 3;
  CHECK(refusal(R"({"anyOf":[{},{}]})", options) == "compiled");
  CHECK(refusal(R"({"anyOf":[{},{},{}]})", options) == "schema /anyOf/2 is one subschema too many");
}

TEST_CASE("validator: a value that nests 10,000 deep is refused, not followed") {
  const JsonLimits unlimited{std::size_t{1} << 20, 20'000};
  const Json value = *parse_json(nested(10'000, "[", "", "]"), unlimited);
  CHECK(validate(R"({"type":"array","items":{"$ref":"#"}})", "[[[]]]").empty());
  const auto compiled = Validator::compile(*parse_json(R"({"type":"array","items":{"$ref":"#"}})"));
  CHECK(compiled->validate(value) == std::vector<std::string>{"/ is too complex to check"});
  const auto unique = Validator::compile(*parse_json(R"({"uniqueItems":true})"));
  const std::string deep = nested(10'000, "[", "", "]");
  const Json twice = *parse_json("[" + deep + "," + deep + "]", unlimited);
  CHECK(unique->validate(twice) == std::vector<std::string>{"/ is too complex to check"});
}

TEST_CASE("validator: work is bounded, whatever the schema multiplies") {
  SchemaOptions options;
  options.max_work = 100'000;
  const char* endless[] = {
      R"({"$ref":"#"})",
      R"({"allOf":[{"$ref":"#"},{"$ref":"#"}]})",
      R"({"anyOf":[{"not":{"$ref":"#"}},{"$ref":"#"}]})",
      R"({"$dynamicAnchor":"a","$dynamicRef":"#a"})",
  };
  for (const char* schema : endless) {
    CAPTURE(schema);
    CHECK(validate(schema, "1", options) == "/ is too complex to check");
  }
  // 2^30 ways to fail.
  std::string doubling = R"({"$defs":{"d0":{"type":"string"})";
  for (int i = 1; i <= 30; ++i) {
    const std::string inner = R"({"$ref":"#/$defs/d)" + std::to_string(i - 1) + "\"}";
    doubling += ",\"d" + std::to_string(i) + R"(":{"oneOf":[)" + inner + "," + inner + "]}";
  }
  doubling += R"(},"$ref":"#/$defs/d30"})";
  CHECK(validate(doubling.c_str(), "1", options) == "/ is too complex to check");
}

TEST_CASE("validator: errors are cut off before they flood the client") {
  Json values = Json::array();
  for (int i = 0; i < 1000; ++i) values.push_back("x");
  const auto compiled = Validator::compile(*parse_json(R"({"items":{"type":"integer"}})"));
  CHECK(compiled->validate(values).size() == 20);
}
