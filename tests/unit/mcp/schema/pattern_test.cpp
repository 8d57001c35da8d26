#include "mcp/schema/pattern.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp::schema;

TEST_CASE("pattern: ECMA 262 spellings mean the same to RE2") {
  struct Row {
    const char* pattern;
    const char* matching;
    const char* other;
  };
  const Row rows[] = {
      {R"(^\d+$)", "42", "4x"},
      {R"(^\w$)", "_", "é"},
      {R"(^\s$)", "\xC2\xA0", "x"},
      {R"(^\S$)", "x", "\xE2\x80\xA8"},
      {R"(^[\s-]+$)", " -\xEF\xBB\xBF", "_"},
      {R"(^[^\S]$)", " ", "x"},
      {R"(^\u00e9$)", "é", "e"},
      {R"(^\uD83D\uDC32$)", "🐲", "x"},
      {R"(^\u{1F432}$)", "🐲", "x"},
      {R"(^\x41$)", "A", "B"},
      {R"(^\cA$)", "\x01", "A"},
      {R"(^a\/b$)", "a/b", "a\\/b"},
      {R"(^\_\-\.$)", "_-.", "_-x"},
      {R"(^(?<year>\d{4})$)", "2026", "26"},
      {R"(^(?:a|b)$)", "b", "c"},
      {R"(^[[a]$)", "[", "b"},
      {R"(^[]$)", "\x01", ""},
      {R"(^[^]$)", "\n", ""},
      {R"(^.$)", "🐲", "\n"},
      {R"(^[\b]$)", "\b", "b"},
      {R"(^\p{Letter}$)", "é", "1"},
      {R"(^\P{gc=Lu}$)", "a", "A"},
      {R"(^\p{Script=Greek}$)", "α", "a"},
      {R"(\bend$)", "the end", "weekend"},
      {R"(^a{2,3}?$)", "aa", "a"},
      {"^$", "", "\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    auto pattern = Pattern::compile(row.pattern);
    REQUIRE(pattern.ok());
    CHECK(pattern->text() == row.pattern);
    if (std::string_view(row.pattern) != "^[]$") CHECK(pattern->matches(row.matching));
    CHECK_FALSE(pattern->matches(row.other));
  }
}

TEST_CASE("pattern: what cannot run in linear time, or means nothing, is refused by name") {
  const std::pair<const char*, const char*> rows[] = {
      {"(?=a)", "uses lookaround, which cannot run in linear time"},
      {"(?!a)", "uses lookaround, which cannot run in linear time"},
      {"(?<=a)", "uses lookaround, which cannot run in linear time"},
      {"(?<!a)", "uses lookaround, which cannot run in linear time"},
      {R"((a)\1)", "uses a backreference"},
      {R"((?<n>a)\k<n>)", "uses a backreference"},
      {"(?i)a", "has a group of no known kind"},
      {"(?P<n>a)", "has a group of no known kind"},
      {R"(\Z)", R"(has the unknown escape \Z)"},
      {R"(\uD83D)", R"(has a broken escape \u)"},
      {R"(\x4)", R"(has a broken escape \x)"},
      {R"(\01)", R"(has a broken escape \0)"},
      {R"(\pL)", R"(has a \p without its {name})"},
      {"[a", "has a [ without its ]"},
      {"a\\", "ends in a backslash"},
  };
  for (const auto& [pattern, message] : rows) {
    CAPTURE(pattern);
    const auto translated = translate_pattern(pattern);
    REQUIRE_FALSE(translated.ok());
    CHECK(translated.error().message == message);
  }
  CHECK_FALSE(Pattern::compile("(").ok());
  CHECK_FALSE(Pattern::compile("a**").ok());
  CHECK_FALSE(Pattern::compile("(((a{1,500}){1,500}){1,500})").ok());
}

TEST_CASE("pattern: a pattern made to backtrack takes no time") {
  auto pattern = Pattern::compile("^(a+)+$");
  REQUIRE(pattern.ok());
  CHECK_FALSE(pattern->matches(std::string(100'000, 'a') + "b"));
  CHECK(pattern->work(100'000) < 10'000);
  const auto large = Pattern::compile("(a|b|c|d){1,500}x{1,500}");
  REQUIRE(large.ok());
  CHECK(large->work(1'000'000) > 10 * pattern->work(1'000'000));
}
