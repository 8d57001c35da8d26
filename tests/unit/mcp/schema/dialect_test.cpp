#include "mcp/schema/dialect.h"

#include <doctest/doctest.h>

#include <string>

using namespace pmx::mcp::schema;

TEST_CASE("dialect: a keyword is known where its dialect has it") {
  struct Row {
    const char* name;
    bool draft7;
    bool newest;
  };
  const Row rows[] = {{"$ref", true, true},
                      {"type", true, true},
                      {"writeOnly", true, true},
                      {"$anchor", false, true},
                      {"$dynamicRef", false, true},
                      {"$defs", false, true},
                      {"definitions", true, true},
                      {"prefixItems", false, true},
                      {"additionalItems", true, false},
                      {"dependencies", true, true},
                      {"dependentSchemas", false, true},
                      {"unevaluatedProperties", false, true},
                      {"minContains", false, true},
                      {"nullable", false, false},
                      {"id", false, false},
                      {"$recursiveRef", false, false},
                      {"", false, false},
                      {"Type", false, false},
                      {"typ", false, false},
                      {"types", false, false},
                      {"zzz", false, false},
                      {"\x01", false, false}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK((find_keyword(kDraft7, row.name) != nullptr) == row.draft7);
    CHECK((find_keyword(k2020, row.name) != nullptr) == row.newest);
  }
}

TEST_CASE("dialect: every keyword that holds schemas says where they are") {
  const std::pair<const char*, Shape> rows[] = {{"$defs", Shape::kMap},
                                                {"additionalProperties", Shape::kSchema},
                                                {"allOf", Shape::kList},
                                                {"anyOf", Shape::kList},
                                                {"const", Shape::kValue},
                                                {"contains", Shape::kSchema},
                                                {"contentSchema", Shape::kSchema},
                                                {"default", Shape::kValue},
                                                {"dependencies", Shape::kMixedMap},
                                                {"dependentRequired", Shape::kValue},
                                                {"dependentSchemas", Shape::kMap},
                                                {"else", Shape::kSchema},
                                                {"enum", Shape::kValue},
                                                {"examples", Shape::kValue},
                                                {"if", Shape::kSchema},
                                                {"items", Shape::kListOrOne},
                                                {"not", Shape::kSchema},
                                                {"oneOf", Shape::kList},
                                                {"patternProperties", Shape::kMap},
                                                {"prefixItems", Shape::kList},
                                                {"properties", Shape::kMap},
                                                {"propertyNames", Shape::kSchema},
                                                {"then", Shape::kSchema},
                                                {"unevaluatedItems", Shape::kSchema},
                                                {"unevaluatedProperties", Shape::kSchema}};
  for (const auto& [name, shape] : rows) {
    CAPTURE(std::string(name));
    const Keyword* keyword = find_keyword(k2020, name);
    REQUIRE(keyword != nullptr);
    CHECK(keyword->shape == shape);
    CHECK(keyword->name == name);
  }
}

TEST_CASE("dialect: two are spoken, with or without the empty fragment, and no other") {
  CHECK(find_dialect("https://json-schema.org/draft/2020-12/schema") == k2020);
  CHECK(find_dialect("https://json-schema.org/draft/2020-12/schema#") == k2020);
  CHECK(find_dialect("http://json-schema.org/draft-07/schema#") == kDraft7);
  CHECK(find_dialect("http://json-schema.org/draft-07/schema") == kDraft7);
  for (const char* uri :
       {"", "#", "http://json-schema.org/schema#", "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#", "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema/", "json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-07/schema##", "HTTP://json-schema.org/draft-07/schema#"}) {
    CAPTURE(std::string(uri));
    CHECK_FALSE(find_dialect(uri).has_value());
  }
}
