// JSON Schema 2020-12, the declared subset that our own schemas are written in.
//
// Knows type, properties, required, additionalProperties, enum, const, minimum, maximum,
// exclusiveMinimum, exclusiveMaximum, minLength, maxLength (code points), pattern (RE2), items,
// minItems, maxItems and uniqueItems; default, format, title, description and $schema are
// annotations. Any other keyword is refused at compile time, so that a schema never promises what
// nobody checks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace pmx::mcp {

/// A compiled schema. Immutable and thread-safe.
class Validator {
 public:
  /// kInvalidArgument with a pointer into the schema: unknown keyword, wrong keyword value, bad
  /// pattern, or nesting deeper than 32.
  static Result<Validator> compile(const Json& schema);

  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;
  ~Validator();

  /// Every violation in plain words, "/limit must be at most 500, is 900"; empty = valid. At most
  /// 20. Values are never repeated unless they are numbers; member names that the schema does not
  /// name appear as "*".
  [[nodiscard]] std::vector<std::string> validate(const Json& value) const;

  struct Node;

 private:
  explicit Validator(std::unique_ptr<const Node> root);
  std::unique_ptr<const Node> root_;
};

}  // namespace pmx::mcp
