// URI templates of RFC 6570 level 1 ({name} only), turned around: does a URI fit, and what are its
// variables? Immutable, thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pmx::mcp {

class UriTemplate {
 public:
  /// kInvalidArgument for operators, unclosed braces, adjacent or repeated variables.
  static Result<UriTemplate> parse(std::string_view text);

  /// The percent-decoded variables when `uri` fits. A variable takes one path segment; one that
  /// ends the template takes the rest of the path. Never empty, always UTF-8 without control
  /// characters.
  [[nodiscard]] std::optional<std::map<std::string, std::string>> match(std::string_view uri) const;

  /// Characters outside variables: of two templates that fit, the one with more is the right one.
  [[nodiscard]] std::size_t literal_size() const;

  [[nodiscard]] const std::vector<std::string>& variables() const { return variables_; }

 private:
  std::vector<std::string> literals_;  // one more than variables_
  std::vector<std::string> variables_;
};

}  // namespace pmx::mcp
