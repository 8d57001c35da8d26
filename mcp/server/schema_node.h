// One compiled schema object: what schema_validator.cpp checks and schema_compiler.cpp fills. For
// these two files only.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mcp/server/schema_validator.h"

namespace pmx::mcp {

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

struct Validator::Node {
  unsigned types = 0;  ///< 0 = any
  std::optional<std::vector<Json>> choices;
  std::optional<Json> constant;
  std::optional<Json> minimum, maximum, above, below;
  std::optional<std::uint64_t> min_length, max_length, min_items, max_items;
  bool unique = false;
  std::string pattern_text;
  std::unique_ptr<const RE2> pattern;
  std::map<std::string, std::unique_ptr<const Node>, std::less<>> properties;
  std::vector<std::string> required;
  bool closed = false;                ///< additionalProperties: false
  std::unique_ptr<const Node> other;  ///< additionalProperties: {...}
  std::unique_ptr<const Node> items;
};

/// Compiles `schema`, found at `path`, with `depth` levels above it.
Result<std::unique_ptr<const Validator::Node>> compile_node(const Json& schema,
                                                            const std::string& path,
                                                            std::size_t depth);

}  // namespace pmx::mcp
