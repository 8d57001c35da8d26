// What does not fit, in plain words, and which of several alternatives to complain about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/schema/node.h"

namespace pmx::mcp::schema {

/// One violation. What comes after `what` helps to judge alternatives.
struct Finding {
  enum class Kind { kOther, kType, kConstant };

  std::string path;  ///< JSON pointer, "" = the whole value
  std::string what;
  Kind kind = Kind::kOther;
  std::size_t depth = 0;             ///< steps of the path
  unsigned types = 0;                ///< kType: the types that would fit
  std::vector<std::string> allowed;  ///< kConstant: the values that would fit, as text
};

using Findings = std::vector<Finding>;

/// The most that one validation reports.
inline constexpr std::size_t kMaxFindings = 20;

/// "a string or an array", for TypeBits.
std::string type_words(unsigned types);

/// A value of the schema as text: strings bare, everything else as JSON.
std::string value_words(const Json& value);

/// "must be one of a, 2"; long lists are cut.
std::string choice_words(const std::vector<std::string>& allowed);

/// "must have at least 2 items, has 1", for a size outside of its limits.
std::string size_words(std::uint64_t size, const Size& least, const Size& most, const char* unit);

/// For a member that the schema does not allow; `object` may be nullptr.
std::string unknown_words(const ObjectRules* object);

/// What to say of a value at `path`, `depth` steps deep, that fits none of the alternatives:
/// the findings of the one that it comes closest to, or what they have in common.
Findings nearest(const std::vector<Findings>& alternatives, const std::string& path,
                 std::size_t depth);

}  // namespace pmx::mcp::schema
