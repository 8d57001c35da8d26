// The two dialects of JSON Schema that we speak, and what each keyword of theirs holds.
#pragma once

#include <optional>
#include <string_view>

namespace pmx::mcp::schema {

/// Bits, so that a keyword can belong to both.
enum Dialect : unsigned { kDraft7 = 1, k2020 = 2 };

/// Where subschemas sit in a keyword's value.
enum class Shape {
  kValue,      ///< none
  kSchema,     ///< it is one
  kList,       ///< an array of them
  kMap,        ///< an object of them
  kListOrOne,  ///< draft-07 `items`
  kMixedMap,   ///< `dependencies`: an object of schemas and arrays of names
};

struct Keyword {
  std::string_view name;
  unsigned dialects;
  Shape shape;
};

/// Nothing for a keyword that the dialect does not have.
const Keyword* find_keyword(Dialect dialect, std::string_view name);

/// The dialect that "$schema" names, with or without its empty fragment.
std::optional<Dialect> find_dialect(std::string_view uri);

}  // namespace pmx::mcp::schema
