#include "anonymize/versions.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "anonymize/address.h"
#include "anonymize/chars.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

/// The word before `at`, in lower case; blanks and an opening between are passed over. Moves before
/// it.
std::string word_before(std::string_view text, std::size_t& at) {
  while (at > 0 && std::string_view(" :=(\"").find(text[at - 1]) != std::string_view::npos) --at;
  const std::size_t end = at;
  while (at > 0 && is_word_char(text[at - 1])) --at;
  return lower(text.substr(at, end - at));
}

/// Four small numbers, as versions have them and addresses seldom.
bool is_small(std::string_view text, std::size_t at) {
  constexpr std::uint32_t kLarge = 0xE0E0E0E0;
  const auto number = read_ipv4(text, at);
  return number && (number->value & kLarge) == 0;
}

/// "release 8.2.4.1" and "upgraded from 8.2.4.1 to 8.3.0.2", but not "updated from 91.12.3.4".
bool is_announced_version(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t at = begin;
  std::string word = word_before(text, at);
  if (is_one_of(word, rules::cues::kVersions)) return true;
  if (!is_small(text, begin)) return false;
  if (word == "from") {
    if (text.substr(end, 4) != " to " || !is_small(text, end + 4)) return false;
    word = word_before(text, at);
  } else if (word == "to") {
    word = word_before(text, at);
    if (!word.empty() && is_digit(word.front())) {
      while (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '.')) --at;
      if (!is_small(text, at) || word_before(text, at) != "from") return false;
      word = word_before(text, at);
    }
  }
  return is_one_of(word, rules::cues::kVersions) || is_one_of(word, rules::cues::kUpgrades);
}

}  // namespace

bool is_version(std::string_view text, std::size_t begin, std::size_t end) {
  const char after = byte_at(text, end);
  if (after == '~' || after == '+') return true;
  if (after == '-' && is_digit(byte_at(text, end + 1)) && !read_ipv4(text, end + 1)) return true;
  if (begin > 1 && text[begin - 1] == '/' && is_letter(text[begin - 2])) {
    std::size_t word = begin - 1;
    while (word > 0 && is_run_char(text[word - 1])) --word;
    return word == 0 || (text[word - 1] != '/' && text[word - 1] != '@');
  }
  return is_announced_version(text, begin, end);
}

bool is_small_version(std::string_view text, std::size_t begin, std::size_t end) {
  return is_small(text, begin) && is_version(text, begin, end);
}

}  // namespace pmx::anonymize
