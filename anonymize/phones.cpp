// Telephone numbers: with a plus, with an area code in parentheses, or after a word that announces
// one. Long counters, sizes and dates are none.
#include <algorithm>
#include <iterator>

#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kMaxDigits = 15;
constexpr std::size_t kUsualDigits = 13;

struct Number {
  std::size_t end = 0;
  std::size_t digits = 0;
  bool grouped = false;
};

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (is_digit(byte_at(text, end))) ++end;
  return end - at;
}

bool joins_groups(std::string_view gap) {
  constexpr std::string_view kGaps[] = {" ", "-", "/", ".", " (", "(", ")", ") ", " / ", " - "};
  return is_one_of(gap, kGaps);
}

/// The groups of digits that begin at `at`, as far as they can be one number.
Number read_groups(std::string_view text, std::size_t at) {
  Number number;
  std::size_t i = at;
  while (true) {
    const std::size_t group = digits_at(text, i);
    if (group == 0 || number.digits + group > kMaxDigits) return number;
    // "+41 44 231 4600 105": another number follows.
    const bool blank = number.end > 0 && text.substr(number.end, i - number.end) == " ";
    if (blank && number.digits >= 11 && number.digits + group > kUsualDigits) return number;
    number.grouped = number.grouped || number.end > 0;
    number.digits += group;
    number.end = i + group;
    i = number.end;
    while (i < text.size() && i - number.end < 3 && !is_word_char(text[i])) ++i;
    if (!joins_groups(text.substr(number.end, i - number.end))) return number;
  }
}

/// "+1234567890 bytes", "+1234567890%".
bool counts_something(std::string_view text, std::size_t end) {
  if (byte_at(text, end) == '%') return true;
  if (byte_at(text, end) == ' ') ++end;
  std::size_t word = end;
  while (word < text.size() && is_letter(text[word])) ++word;
  return is_one_of(lower(text.substr(end, word - end)), rules::cues::kCounted);
}

bool is_date(std::string_view text, std::size_t at) {
  return digits_at(text, at) == 4 && byte_at(text, at + 4) == '-' && digits_at(text, at + 5) == 2 &&
         byte_at(text, at + 7) == '-' && digits_at(text, at + 8) == 2;
}

/// Area codes and 00 begin with zeros, but no more than two.
bool has_area_code(std::string_view text, std::size_t at) {
  if (byte_at(text, at) == '(') ++at;
  if (byte_at(text, at) != '0') return false;
  if (byte_at(text, at + 1) == '0') ++at;
  return is_digit(byte_at(text, at + 1)) && text[at + 1] != '0';
}

bool ends_well(std::string_view text, std::size_t end) {
  return end >= text.size() || !is_word_char(text[end]);
}

bool announces_number(std::string_view word) {
  return is_one_of(lower(word), rules::cues::kPhones);
}

}  // namespace

void add_phone_words(Triggers& triggers) {
  for (const std::string_view word : rules::cues::kPhones) triggers.add_word(word, clue::kPhone);
}

bool Rewriter::phone_number(Scan& scan, std::size_t begin, std::size_t end) {
  if (holds_own(scan.text.substr(begin, end - begin))) return false;
  return scan.replace(begin, end, resolver_.phone(scan.text.substr(begin, end - begin)));
}

bool Rewriter::phone(Scan& scan) {
  const std::string_view text = scan.text;
  const std::size_t at = scan.at;
  if (at > 0 && is_word_char(text[at - 1])) return false;
  if (text[at] == '(') {
    if (byte_at(text, at + 1) != '0' || !has_area_code(text, at)) return false;
    const Number number = read_groups(text, at + 1);
    const bool area = text.substr(at, std::min<std::size_t>(8, text.size() - at)).find(')') !=
                      std::string_view::npos;
    if (!area || number.digits < 8 || !number.grouped || !ends_well(text, number.end)) return false;
    return phone_number(scan, at, number.end);
  }
  if (resolver_.is_phone_pseudonym(text.substr(at, kPhoneLength)))
    return scan.skip(at + kPhoneLength);
  if (!is_digit(byte_at(text, at + 1)) || text[at + 1] == '0') return false;
  const Number number = read_groups(text, at + 1);
  if (number.digits < 9 || !ends_well(text, number.end)) return false;
  if (!number.grouped && counts_something(text, number.end)) return false;
  return phone_number(scan, at, number.end);
}

bool Rewriter::announced_phone(Scan& scan) {
  const std::string_view text = scan.text;
  constexpr std::string_view kFirst = "ptmcfhPTMCFH";
  if (kFirst.find(text[scan.at]) == std::string_view::npos) return false;
  std::size_t at = scan.at;
  while (at < scan.run_end && is_letter(text[at])) ++at;
  if (at - scan.at > 9 || !announces_number(text.substr(scan.at, at - scan.at))) return false;
  if (byte_at(text, at) == '.') ++at;
  if (text.substr(at, 7) == " number") at += 7;
  take_quote(text, at);
  const std::size_t word_end = at;
  while (byte_at(text, at) == ' ') ++at;
  const bool assigned = byte_at(text, at) == ':' || byte_at(text, at) == '=';
  if (assigned) ++at;
  if (!assigned && at == word_end) return false;
  while (byte_at(text, at) == ' ') ++at;
  if (assigned) take_quote(text, at);
  const std::size_t end = announced_end(text, at, assigned);
  return end > at && phone_number(scan, at, end);
}

std::size_t Rewriter::announced_end(std::string_view text, std::size_t at, bool assigned) {
  const bool open = byte_at(text, at) == '(';
  const std::size_t first = open ? at + 1 : at;
  if (!is_digit(byte_at(text, first)) || is_date(text, first)) return at;
  const Number number = read_groups(text, first);
  if (number.digits < 6 || !ends_well(text, number.end)) return at;
  const bool zeros = text[first] == '0' && !has_area_code(text, first);
  const bool likely = assigned || has_area_code(text, first);
  return likely && !zeros && !counts_something(text, number.end) ? number.end : at;
}

std::vector<Edit> Rewriter::phone_field(std::string_view value) {
  const std::size_t end = announced_end(value, 0, true);
  if (end == 0 || holds_own(value.substr(0, end))) return text(value);
  return {{0, end, resolver_.phone(value.substr(0, end))}};
}

}  // namespace pmx::anonymize
