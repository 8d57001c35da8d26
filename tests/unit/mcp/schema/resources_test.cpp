#include "mcp/schema/resources.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::schema;

namespace {

/// One schema and the documents beside it. `lead` resolves from the root: the target as JSON text,
/// or the message of the error.
struct Bench {
  explicit Bench(const char* text) : schema(*parse_json(text)) {}

  std::string add() {
    auto added = resources.add_root(schema);
    if (!added.ok()) return added.error().message;
    root = *added;
    return "added";
  }
  std::string lead(std::string_view reference) { return lead_from(*root, reference); }
  std::string lead_from(const Location& from, std::string_view reference) {
    const auto found = resources.resolve(from, reference);
    if (found.ok()) return dump_json(*(*found)->schema);
    CHECK(found.error().code == Code::kInvalidArgument);
    return found.error().message;
  }

  Json schema;
  SchemaOptions options;
  Resources resources{options};
  const Location* root = nullptr;
};

constexpr const char* kNothing = "schema / refers to nothing";
constexpr const char* kElsewhere =
    "schema / refers to a document that is not at hand; none is fetched";

}  // namespace

TEST_CASE("resources: steps of a pointer are escaped, errors name the place") {
  CHECK(pointer_step("a/b~c~1") == "a~1b~0c~01");
  CHECK(pointer_step("") == "");
  CHECK(schema_error("", "is odd").message == "schema / is odd");
  CHECK(schema_error("/a", "is odd").message == "schema /a is odd");
  CHECK(schema_error("/a", "is odd").code == Code::kInvalidArgument);
}

TEST_CASE("resources: a pointer leads to any part, escaped and percent-encoded as it may be") {
  Bench bench(R"({"$defs": {"a/b": {"title": "1"}, "m~n": {"title": "2"}, "~1": {"title": "3"},
                            "%": {"title": "4"}, "": {"title": "5"}, "é": {"title": "6"}},
                  "allOf": [{"title": "7"}, {"title": "8"}], "other": {"deep": [{"title": "9"}]}})");
  REQUIRE(bench.add() == "added");
  const std::pair<const char*, const char*> rows[] = {
      {"#/$defs/a~1b", "1"}, {"#/%24defs/m~0n", "2"}, {"#/$defs/~01", "3"},
      {"#/$defs/%25", "4"},  {"#/$defs/", "5"},       {"#/$defs/%C3%A9", "6"},
      {"#/allOf/0", "7"},    {"#/allOf/1", "8"},      {"#/other/deep/0", "9"}};
  for (const auto& [reference, title] : rows) {
    CAPTURE(std::string(reference));
    CHECK(bench.lead(reference) == R"({"title":")" + std::string(title) + "\"}");
  }
  CHECK(bench.lead("#") == dump_json(bench.schema));
  CHECK(bench.lead("") == dump_json(bench.schema));
}

TEST_CASE("resources: a reference to nowhere is refused where it stands") {
  Bench bench(R"({"allOf": [true], "title": "t"})");
  REQUIRE(bench.add() == "added");
  for (const char* reference :
       {"#/allOf/1", "#/allOf/-", "#/allOf/00", "#/allOf/+0", "#/allOf/ 0", "#/allOf/0/x", "#/none",
        "#none", "#/title/0", "#/allOf/18446744073709551616"}) {
    CAPTURE(std::string(reference));
    CHECK(bench.lead(reference) == kNothing);
  }
  for (const char* reference : {"other", "https://x.test/y", "urn:x", "//x"}) {
    CAPTURE(std::string(reference));
    CHECK(bench.lead(reference) == kElsewhere);
  }
  CHECK(bench.lead("#/title") == "schema /title must be a schema: an object, true or false");
  CHECK(bench.lead("#/allOf") == "schema /allOf must be a schema: an object, true or false");
}

TEST_CASE("resources: a part with an id of its own is found by it, and anchors belong to it") {
  Bench bench(R"({"$id": "https://x.test/root", "$anchor": "top", "$defs": {
      "a": {"$id": "item", "$anchor": "here", "$defs": {"b": {"$anchor": "inner"}}}}})");
  REQUIRE(bench.add() == "added");
  const std::string inner = R"({"$anchor":"inner"})";
  CHECK(bench.lead("https://x.test/item#inner") == inner);
  CHECK(bench.lead("item#inner") == inner);
  CHECK(bench.lead("item#/$defs/b") == inner);
  CHECK(bench.lead("#inner") == kNothing);  // not the root's
  CHECK(bench.lead("#top") == dump_json(bench.schema));
  const Location& item = bench.resources.at(bench.schema["$defs"]["a"]);
  CHECK(item.where == "/$defs/a");
  CHECK(bench.lead_from(item, "#inner") == inner);
  CHECK(bench.lead_from(item, "root#top") == dump_json(bench.schema));
}

TEST_CASE("resources: a document beside the schema is found by both its names, when it is needed") {
  const Json named =
      *parse_json(R"({"$id": "https://x.test/named", "$defs": {"n": {"title": "1"}}})");
  const Json broken = *parse_json(R"({"allOf": 7})");
  Bench bench(R"({"$id": "https://x.test/root"})");
  bench.options.documents = {{"https://x.test/broken", &broken}, {"https://x.test/file", &named}};
  REQUIRE(bench.add() == "added");
  CHECK(bench.lead("file#/$defs/n") == R"({"title":"1"})");
  CHECK(bench.lead("named#/$defs/n") == R"({"title":"1"})");
  CHECK(bench.lead("broken") ==
        "schema https://x.test/broken#/allOf must be a non-empty array of schemas");
}

TEST_CASE("resources: a document is of the root's dialect unless it names its own") {
  const Json plain = *parse_json(R"({"definitions": {"n": {"$id": "#n"}}})");
  const Json newer = *parse_json(R"({"$schema": "https://json-schema.org/draft/2020-12/schema",
                                     "$defs": {"n": {"$anchor": "n"}}})");
  Bench bench(R"({"$schema": "http://json-schema.org/draft-07/schema#"})");
  bench.options.documents = {{"https://x.test/plain", &plain}, {"https://x.test/newer", &newer}};
  REQUIRE(bench.add() == "added");
  CHECK(bench.lead("https://x.test/plain#n") == R"({"$id":"#n"})");
  CHECK(bench.lead("https://x.test/newer#n") == R"({"$anchor":"n"})");
}

TEST_CASE("resources: names that would mean two things are refused") {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$dynamicAnchor": "x"}}})",
       "schema /$defs/b has the same anchor as another schema"},
      {R"({"$id": "https://x.test/a", "$defs": {"b": {"$id": "https://x.test/b"},
          "c": {"$id": "b"}}})",
       "schema /$defs/c/$id is the same as that of another schema"},
      {R"({"$anchor": 1})", "schema /$anchor must be a string"},
      {R"({"$id": 1})", "schema /$id must be a string"}};
  for (const auto& [schema, message] : rows) {
    CAPTURE(std::string(schema));
    CHECK(Bench(schema).add() == message);
  }
  CHECK(Bench(R"({"$anchor": "x", "$dynamicAnchor": "x"})").add() == "added");
  CHECK(Bench(R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$id": "b", "$anchor": "x"}}})").add() ==
        "added");
}

TEST_CASE("resources: the limits count every subschema, also those of references") {
  Bench bench(R"({"allOf": [{}, {}], "other": {"a": {}}})");
  bench.options.max_subschemas = 3;
  CHECK(bench.add() == "added");
  CHECK(bench.lead("#/other/a") == "schema /other/a is one subschema too many");
  Bench deep(R"({"not": {"not": {"not": {}}}})");
  deep.options.max_schema_depth = 2;
  CHECK(deep.add() == "schema /not/not/not nests too deep");
  Bench just(R"({"not": {"not": {}}})");
  just.options.max_schema_depth = 2;
  CHECK(just.add() == "added");
}

TEST_CASE("resources: values that only look like schemas are left alone") {
  CHECK(Bench(R"({"const": {"$id": 7}, "enum": [{"$ref": 1}], "default": {"allOf": 1},
                  "examples": [{"$anchor": 1}], "unknown": {"$id": 7}})")
            .add() == "added");
}
