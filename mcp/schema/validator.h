// JSON Schema 2020-12 and draft-07, complete: what checks tool arguments, tool results and, in the
// tests, our own messages.
//
// A schema without "$schema" is 2020-12; "$schema" chooses between the two, another dialect is
// refused. References reach the schema itself and the documents given beside it: nothing is ever
// fetched. Patterns are ECMA 262, run by RE2 in linear time; what RE2 cannot do (lookaround,
// backreferences) is refused when the schema is compiled. `format` is an annotation unless asserted
// by an option. Work, depth and size are bounded, so that neither a schema nor a value can hang us
// or exhaust the stack.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace pmx::mcp {

namespace schema {
struct Program;
}

/// Another schema that "$ref" may name, under its absolute URI and under its "$id". Without a
/// "$schema" it is of the dialect of the schema that is compiled. Needed only while compiling.
struct SchemaDocument {
  std::string uri;
  const Json* schema = nullptr;
};

struct SchemaOptions {
  /// Refuses keywords that nobody checks, so that a schema never promises more than it keeps.
  /// Names that begin with "x-" are annotations all the same.
  bool strict = false;
  /// Values of `format` that are checked: see assertable_formats() for what can be.
  std::set<std::string, std::less<>> formats;
  std::vector<SchemaDocument> documents;

  std::size_t max_schema_depth = 128;   ///< subschemas within subschemas
  std::size_t max_subschemas = 20'000;  ///< all documents together
  std::size_t max_depth = 1'000;        ///< schemas under evaluation at once
  std::size_t max_work = 5'000'000;     ///< steps of one validate(); some 10 ns each
};

/// The formats that SchemaOptions::formats may name.
std::vector<std::string> assertable_formats();

/// A compiled schema. Immutable and thread-safe; needs neither the schema nor the documents later.
class Validator {
 public:
  /// kInvalidArgument with a pointer into the schema: wrong keyword value, bad pattern, reference
  /// to nowhere, unknown dialect, a limit exceeded, in strict mode an unknown keyword.
  static Result<Validator> compile(const Json& schema, const SchemaOptions& options = {});

  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;
  ~Validator();

  /// Every violation in plain words, "/limit must be at most 500, is 900"; empty = valid. At most
  /// 20. Values are never repeated unless they are numbers; member names that the schema does not
  /// name appear as "*". Of alternatives only the nearest one speaks. A value that takes more work
  /// or depth than the options allow is "too complex", which is a violation.
  [[nodiscard]] std::vector<std::string> validate(const Json& value) const;

 private:
  explicit Validator(std::unique_ptr<const schema::Program> program);
  std::unique_ptr<const schema::Program> program_;
};

}  // namespace pmx::mcp
