#include "anonymize/word_set.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"

namespace pmx::anonymize {

TEST_CASE("word heads: no word of a list is told apart, in any letter case") {
  static constexpr WordHeads kHeads(rules::cues::kPrograms, rules::cues::kMethods);
  for (const std::string_view word : rules::cues::kPrograms) {
    CHECK(kHeads.may_have(word));
    CHECK(kHeads.may_have(upper(word)));
    CHECK(kHeads.may_begin(word.front()));
  }
  for (const std::string_view word : rules::cues::kMethods) CHECK(kHeads.may_have(word));
  CHECK_FALSE(kHeads.may_have(""));
  CHECK_FALSE(kHeads.may_have("zebrafish"));
  CHECK_FALSE(kHeads.may_begin('z'));
}

TEST_CASE("word heads: long words, and a word of each row") {
  struct Row {
    int number;
    std::string_view word;
  };
  static constexpr Row kRows[] = {{1, "a"}, {2, "kubernetes-control-plane-certificates-renewal"}};
  static constexpr auto kHeads = WordHeads::of(kRows, &Row::word);
  CHECK(kHeads.may_have("a"));
  CHECK(kHeads.may_have(kRows[1].word));
  CHECK_FALSE(kHeads.may_have("ab"));
}

TEST_CASE("base64: what is no long one holds neither a key nor random bytes") {
  std::mt19937 random(5);
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  int found = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = std::string(random() % 3, ' ') + std::string(random() % 5, '+');
    const std::size_t at = text.size();
    for (std::size_t size = 30 + random() % 20; size > 0; --size)
      text += kDigits[random() % kDigits.size()];
    if (random() % 8 == 0) text[at + random() % (text.size() - at)] = ' ';
    text += random() % 2 == 0 ? "= " : " ";
    if (!may_be_machine_key(text, at) && random_end(text, at) == 0) continue;
    ++found;
    REQUIRE(may_be_long_base64(text, at));
  }
  CHECK(found > 1000);
}

}  // namespace pmx::anonymize
