// A compiled schema: what compiler.cpp fills and check.cpp runs. Both dialects compile to the same
// nodes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/schema/format.h"
#include "mcp/schema/pattern.h"

namespace pmx::mcp::schema {

/// Bits of Node::types.
enum TypeBit : unsigned {
  kTypeNull = 1,
  kTypeBoolean = 2,
  kTypeInteger = 4,
  kTypeNumber = 8,
  kTypeString = 16,
  kTypeArray = 32,
  kTypeObject = 64,
};

struct Node;

/// A schema resource (a document, or a part with an "$id") as "$dynamicRef" sees it.
struct Scope {
  std::map<std::string, const Node*, std::less<>> dynamic_anchors;
};

using Size = std::optional<std::uint64_t>;

struct NumberRules {
  std::optional<Json> minimum, maximum, above, below, multiple_of;
};

struct StringRules {
  Size min_length, max_length;
  std::optional<Pattern> pattern;
  const Format* format = nullptr;
};

struct ArrayRules {
  std::vector<const Node*> prefix;
  const Node* items = nullptr;
  const Node* contains = nullptr;
  std::uint64_t min_contains = 1;
  Size max_contains;
  Size min_items, max_items;
  bool unique = false;
  const Node* unevaluated = nullptr;
};

/// A name that the schema knows, from `properties` (then with a node) or `required`.
struct Member {
  std::string name;
  const Node* node = nullptr;
  bool required = false;
};

struct PatternMember {
  Pattern pattern;
  const Node* node = nullptr;
};

/// What the presence of a member asks for.
struct Dependent {
  std::string name;
  std::vector<std::string> required;
  const Node* node = nullptr;
};

struct ObjectRules {
  std::vector<Member> members;  ///< by name
  std::size_t required = 0;     ///< how many of them
  std::vector<PatternMember> patterns;
  const Node* other = nullptr;  ///< additionalProperties
  const Node* names = nullptr;  ///< propertyNames
  std::vector<Dependent> dependents;
  Size min_members, max_members;
  const Node* unevaluated = nullptr;
};

/// One schema.
struct Node {
  const Scope* scope = nullptr;
  const Node* alias = nullptr;  ///< set when the schema is nothing but a "$ref"
  bool never = false;           ///< the schema `false`
  unsigned types = 0;           ///< 0 = any
  std::optional<Json> constant;
  std::optional<std::vector<Json>> choices;
  std::unique_ptr<NumberRules> number;
  std::unique_ptr<StringRules> string;
  std::unique_ptr<ArrayRules> array;
  std::unique_ptr<ObjectRules> object;

  // Schemas that apply to the same value.
  bool has_parts = false;           ///< any of these
  std::vector<const Node*> all;     ///< "$ref" and allOf
  std::vector<const Node*> any;     ///< anyOf
  std::vector<const Node*> one;     ///< oneOf
  const Node* negated = nullptr;    ///< not
  const Node* condition = nullptr;  ///< if
  const Node* then = nullptr;
  const Node* otherwise = nullptr;  ///< else
  const Node* dynamic = nullptr;    ///< "$dynamicRef" when no outer scope has `dynamic_name`
  std::string dynamic_name;
};

struct Program {
  std::deque<Node> nodes;
  std::deque<Scope> scopes;
  const Node* root = nullptr;
  bool dynamic = false;  ///< some node has a dynamic_name
  std::size_t max_depth = 0;
  std::size_t max_work = 0;
};

}  // namespace pmx::mcp::schema
