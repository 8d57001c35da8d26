#include "sim/pattern.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("pattern: the whole text must match, not a part of it") {
  struct Row {
    const char* pattern;
    std::string text;
    bool fits;
  };
  const Row rows[] = {
      {"a|b", "a", true},
      {"a|b", "ab", false},
      {"", "", true},
      {"", "a", false},
      {"\\d+", "12", true},
      {"\\d+", "12\n", false},
      {"\\d+", std::string("1\0", 2), false},
      {"(?^:[a-z]+)", "abc", true},  // as Perl prints a compiled pattern
      {"(?^:[a-z]+)", "ABC", false},
      {"(?^i:[a-z]+)", "ABC", true},
      {"(?^:a(?^i:b))", "aB", true},
      {"(?^:a(?^i:b))", "AB", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(matches_pattern(row.pattern, row.text) == row.fits);
    CHECK(matches_pattern(row.pattern, row.text) == row.fits);  // now from the cache
  }
}

TEST_CASE("pattern: one that cannot be expressed refuses nobody") {
  for (const char* pattern : {"(?!x)y", "(?<=a)b", "(", "a{1,9999}"}) {
    CAPTURE(pattern);
    CHECK(matches_pattern(pattern, "anything"));
  }
}

}  // namespace pmx::sim
