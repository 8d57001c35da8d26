// Regular expressions of JSON Schema: written in ECMA 262, run by RE2 in time linear in the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace pmx::mcp::schema {

/// The RE2 spelling of an ECMA 262 pattern (with its Unicode rules). kInvalidArgument, saying what
/// and without repeating the pattern: lookaround, backreferences, escapes that neither knows.
Result<std::string> translate_pattern(std::string_view ecma);

/// A compiled pattern. Immutable and thread-safe.
class Pattern {
 public:
  /// Like translate_pattern; also when RE2 refuses the pattern, or it needs more than 1 MiB.
  static Result<Pattern> compile(std::string_view ecma);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// True when the pattern matches anywhere in `text` (UTF-8).
  [[nodiscard]] bool matches(std::string_view text) const;

  /// How much work matching a text of `bytes` can be, in the steps of a validation: the worst case
  /// is the product of both lengths.
  [[nodiscard]] std::size_t work(std::size_t bytes) const;

  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Pattern(std::string text, std::unique_ptr<const re2::RE2> compiled);
  std::string text_;
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace pmx::mcp::schema
