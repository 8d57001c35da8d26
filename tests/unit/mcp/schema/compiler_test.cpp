// What the compiler makes of a schema's shape; what the programs then say of values is in
// validator_test and in the official suite.
#include "mcp/schema/compiler.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::schema;

namespace {

std::unique_ptr<const Program> compiled(const char* text, const SchemaOptions& options = {}) {
  const auto schema = parse_json(text);
  REQUIRE(schema.ok());
  auto program = compile_program(*schema, options);
  if (!program.ok()) FAIL(program.error().message);
  return *std::move(program);
}

std::string refusal(const char* text, const SchemaOptions& options = {}) {
  const auto schema = parse_json(text);
  REQUIRE(schema.ok());
  const auto program = compile_program(*schema, options);
  REQUIRE_FALSE(program.ok());
  CHECK(program.error().code == Code::kInvalidArgument);
  return program.error().message;
}

}  // namespace

TEST_CASE("compiler: a schema that many refer to becomes one node") {
  const auto program = compiled(
      R"({"$defs": {"n": {"type": "integer"}}, "properties":
          {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}}})");
  CHECK(program->nodes.size() == 4);  // the root, two references and what they name
  const auto& members = program->root->object->members;
  REQUIRE(members.size() == 2);
  CHECK(members[0].node->alias == members[1].node->alias);
  CHECK(members[0].node->alias->types == kTypeInteger);
}

TEST_CASE("compiler: circles of references end") {
  const auto self = compiled(R"({"$ref": "#"})");
  CHECK(self->root->alias == self->root);
  const auto circle = compiled(
      R"({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}})");
  CHECK(circle->nodes.size() == 3);
  const auto tree = compiled(R"({"properties": {"next": {"$ref": "#"}}, "required": ["next"]})");
  const Member& next = tree->root->object->members[0];
  CHECK(next.node->alias == tree->root);
}

TEST_CASE("compiler: a reference stands for its target only when nothing beside it asserts") {
  const std::pair<const char*, bool> rows[] = {
      {R"({"$ref": "#/$defs/a", "title": "t", "description": "d", "default": 1})", true},
      {R"({"$ref": "#/$defs/a", "$comment": "c", "x-any": 1})", true},
      {R"({"$ref": "#/$defs/a", "minimum": 1})", false},
      {R"({"$ref": "#/$defs/a", "allOf": [true]})", false}};
  for (const auto& [inner, alias] : rows) {
    CAPTURE(std::string(inner));
    const auto program = compiled(
        (R"({"$defs": {"a": {"type": "integer"}}, "items": )" + std::string(inner) + "}").c_str());
    CHECK((program->root->array->items->alias != nullptr) == alias);
  }
}

TEST_CASE("compiler: in draft-07 nothing beside a reference counts") {
  const auto program = compiled(
      R"({"$schema": "http://json-schema.org/draft-07/schema#", "items":
          {"$ref": "#/definitions/a", "minimum": 7}, "definitions": {"a": {"type": "integer"}}})");
  const Node& items = *program->root->array->items;
  CHECK(items.alias != nullptr);
  CHECK(items.number == nullptr);
}

TEST_CASE("compiler: what is never referred to is scanned and not compiled") {
  CHECK(compiled(R"({"$defs": {"a": {"type": "integer"}, "b": {}}})")->nodes.size() == 1);
  CHECK(refusal(R"({"$defs": {"a": 7}})") ==
        "schema /$defs/a must be a schema: an object, true or false");
}

TEST_CASE("compiler: true and false are nodes that always and never fit") {
  CHECK_FALSE(compiled("true")->root->never);
  CHECK(compiled("false")->root->never);
  CHECK_FALSE(compiled("{}")->root->has_parts);
}

TEST_CASE("compiler: a name that is both known and required is one member, counted once") {
  const auto program =
      compiled(R"({"required": ["b", "a", "b"], "properties": {"a": {}, "c": {}}})");
  const ObjectRules& object = *program->root->object;
  REQUIRE(object.members.size() == 3);
  CHECK(object.required == 2);
  CHECK(object.members[0].name == "a");
  CHECK(object.members[0].required);
  CHECK(object.members[0].node != nullptr);
  CHECK(object.members[1].name == "b");
  CHECK(object.members[1].node == nullptr);
  CHECK_FALSE(object.members[2].required);
}

TEST_CASE("compiler: the program carries the limits it was compiled with") {
  SchemaOptions options;
  options.max_depth = 7;
  options.max_work = 77;
  const auto program = compiled("{}", options);
  CHECK(program->max_depth == 7);
  CHECK(program->max_work == 77);
}

TEST_CASE("compiler: only real dynamic references make a program dynamic") {
  CHECK(compiled(R"({"$dynamicAnchor": "a", "items": {"$dynamicRef": "#a"}})")->dynamic);
  CHECK_FALSE(compiled(R"({"$anchor": "a", "items": {"$dynamicRef": "#a"}})")->dynamic);
  CHECK_FALSE(compiled(R"({"$dynamicAnchor": "a", "items": {"$ref": "#a"}})")->dynamic);
}

TEST_CASE("compiler: parts that count for the same value are known without looking") {
  for (const char* text :
       {R"({"allOf": [true]})", R"({"anyOf": [true]})", R"({"oneOf": [true]})", R"({"not": true})",
        R"({"if": true})", R"({"dependentSchemas": {"a": true}})"}) {
    CAPTURE(std::string(text));
    CHECK(compiled(text)->root->has_parts);
  }
  for (const char* text :
       {R"({"then": true})", R"({"dependentRequired": {"a": ["b"]}})", R"({"items": true})"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(compiled(text)->root->has_parts);
  }
}

TEST_CASE("compiler: the place of a fault is a pointer with its steps escaped") {
  CHECK(refusal(R"({"properties": {"a/b": {"properties": {"c~d": {"type": "text"}}}}})") ==
        "schema /properties/a~1b/properties/c~0d/type must name a JSON Schema type");
  CHECK(refusal(R"({"$defs": {"a": {"type": 1}}, "$ref": "#/$defs/a"})")
            .starts_with("schema /$defs/a/type "));
}

TEST_CASE("compiler: a strict schema is strict below references too") {
  SchemaOptions strict;
  strict.strict = true;
  CHECK(refusal(R"({"$ref": "#/$defs/a", "$defs": {"a": {"nullable": true}}})", strict) ==
        "schema /$defs/a/nullable is not supported");
  CHECK(refusal(R"({"X-any": 1})", strict) == "schema /X-any is not supported");
  compiled(R"({"$ref": "#/$defs/a", "$defs": {"a": {"x-nullable": true}}})", strict);
}
