// Customers and companies in text: after a word that announces one, or with a legal form behind the
// name; numbers of contracts after such a word. Names nothing announces are not guessed.
#include <algorithm>
#include <iterator>

#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

namespace cues = rules::cues;

constexpr int kMaxWords = 5;
constexpr std::size_t kMinNumberDigits = 4;
/// What is longer is no word of a name and no number.
constexpr std::size_t kMaxWord = 64;

bool is_maker(std::string_view text) {
  return begins_with_one_of(text, cues::kMakers) ||
         begins_with_one_of(text, cues::kMakersAndPeople);
}

bool is_legal_form(std::string_view word) { return is_listed<cues::kLegalForms>(word); }

/// A capitalised word, or what joins two of them; ends before punctuation.
std::size_t name_word_end(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) == "& ") return at + 1;
  if (text.substr(at, 4) == "und " || text.substr(at, 4) == "and ") return at + 3;
  if (at >= text.size() || !is_capital(text[at])) return at;
  std::size_t end = at;
  while (end < text.size() && (is_word_char(text[end]) || text[end] == '-' || text[end] == '\'' ||
                               (text[end] == '.' && is_word_char(byte_at(text, end + 1)))))
    if (++end - at > kMaxWord) return at;
  while (end > at && !is_word_char(text[end - 1])) --end;
  return end;
}

/// Where what name_word_end(text, at) looked at ends, when it gave `end`.
std::size_t looked_to(std::string_view text, std::size_t at, std::size_t end) {
  const char first = byte_at(text, at);
  if (end == at && is_capital(first)) return at + kMaxWord + 2;
  if (end == at) return at + (first == '&' ? 2 : first == 'u' || first == 'a' ? 4 : 1);
  while (end < text.size() && !is_word_char(text[end]) && text[end] != ' ') ++end;
  return end + 2;
}

bool tells_nothing(std::string_view word) {
  return word.size() <= 3 || Dictionary::is_weak(lower(word)) || is_legal_form(word);
}

struct Words {
  std::size_t end = 0;        ///< behind the last word
  std::size_t legal_end = 0;  ///< behind the last legal form; 0 without
  int count = 0;
  bool telling = false;   ///< some word is no plain word
  std::size_t reach = 0;  ///< bytes before this place were looked at
};

Words name_words(std::string_view text, std::size_t at) {
  Words words;
  while (words.count < kMaxWords) {
    const std::size_t end = name_word_end(text, at);
    words.reach = looked_to(text, at, end);
    if (end == at) return words;
    const std::string_view word = text.substr(at, end - at);
    ++words.count;
    if (is_capital(word.front())) words.end = end;
    if (is_legal_form(word) && words.count > 1) words.legal_end = end;
    words.telling = words.telling || !tells_nothing(word);
    if (byte_at(text, end) != ' ') return words;
    at = end + 1;
  }
  return words;
}

/// Moves behind ":", "=", blanks, quotes and Markdown; whether more than a blank was there.
bool skip_to_value(std::string_view text, std::size_t& at) {
  constexpr std::string_view kBetween = " \t:=*_\"'`#\\";
  const std::size_t from = at;
  while (at < text.size() && at - from < 8 && kBetween.find(text[at]) != std::string_view::npos)
    ++at;
  return at - from > 1;
}

}  // namespace

void add_organisation_words(Triggers& triggers) {
  for (const std::string_view word : cues::kOrganisations)
    triggers.add_word(word, clue::kOrganisation);
  for (const std::string_view word : cues::kContracts) triggers.add_word(word, clue::kOrganisation);
  for (const std::string_view word : cues::kOwned) triggers.add_word(word, clue::kOrganisation);
}

std::size_t Rewriter::owner_end(std::string_view text, std::size_t at) const {
  if (!dictionary_.knows_owners()) return 0;
  std::string joined;
  for (int count = 1; count <= 3; ++count) {
    const std::size_t end = name_word_end(text, at);
    if (end == at) return 0;
    joined += lower(text.substr(at, end - at));
    if (count > 1 && dictionary_.owns_domain(joined)) return end;
    if (byte_at(text, end) != ' ') return 0;
    at = end + 1;
  }
  return 0;
}

/// Whether known names say where organisations begin and end in the words at [at, end): one ends
/// with them, or two are joined.
bool Rewriter::known_within(std::string_view text, std::size_t at, std::size_t end) const {
  for (std::size_t word = at; word < end; word = text.find(' ', word) + 1) {
    const NameHit hit = dictionary_.longest_at(text, word);
    if (hit.entry != nullptr && (hit.end >= end || text.substr(hit.end, 3) == " & ")) return true;
    if (text.find(' ', word) >= end) break;
  }
  return false;
}

bool Rewriter::organisation(Scan& scan) {
  const std::string_view text = scan.text;
  std::size_t at = scan.at;
  while (at < text.size() && is_letter(text[at])) ++at;
  const std::string_view first = text.substr(scan.at, at - scan.at);
  if (first.size() < 2 || first.size() > 24) return false;
  if (is_capital(first.front())) {
    const Words words = name_words(text, scan.at);
    if (words.reach > scan.note.word.end) scan.looks_to(words.reach);
    if (const std::size_t end = owner_end(text, scan.at); end > 0)
      return scan.replace(scan.at, end,
                          resolver_.name(Kind::kName, text.substr(scan.at, end - scan.at)));
    if (words.legal_end > 0) scan.looks_beyond();
    if (words.legal_end > 0 && is_maker(text.substr(scan.at)) &&
        !known_within(text, scan.at, words.legal_end))
      return scan.skip(words.legal_end);
    if (words.legal_end > 0 && words.telling && !is_one_of(lower(first), cues::kOrganisations) &&
        !known_within(text, scan.at, words.legal_end))
      return scan.replace(
          scan.at, words.legal_end,
          resolver_.name(Kind::kName, text.substr(scan.at, words.legal_end - scan.at)));
  }
  const std::string folded = lower(first);
  if (is_one_of(folded, cues::kContracts)) return scan.looks_beyond(), contract_number(scan, at);
  const bool owner = is_one_of(folded, cues::kOwned) && text.substr(at, 4) == " of ";
  if (is_one_of(folded, cues::kOwned)) scan.looks_beyond();
  if (!owner && !is_one_of(folded, cues::kOrganisations)) return false;
  scan.looks_beyond();
  if (owner) at += 3;
  const bool marked = skip_to_value(text, at);
  if (at == scan.at + first.size()) return false;
  const Words words = name_words(text, at);
  // A known name is taken as it is known, to its last dot.
  if (dictionary_.longest_at(text, at).end >= std::max(words.end, at + 1)) return scan.skip(at);
  if (words.end == 0 || !words.telling || (!marked && words.legal_end == 0 && words.count < 2))
    return false;
  if (scheme_.read_name(text, at)) return false;
  if (is_maker(text.substr(at))) return scan.skip(words.end);
  const std::size_t end = words.legal_end > 0 ? words.legal_end : words.end;
  return scan.replace(at, end, resolver_.name(Kind::kName, text.substr(at, end - at)));
}

bool Rewriter::contract_number(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  skip_to_value(text, at);
  for (const std::string_view word : {"number ", "no. ", "no ", "nr. ", "nr "})
    if (equals_folded(text.substr(at, word.size()), word)) {
      at += word.size();
      break;
    }
  std::size_t end = at;
  while (end < text.size() && (is_run_char(text[end]) || text[end] == '/'))
    if (++end - at > kMaxWord) return false;
  while (end > at && !is_word_char(text[end - 1])) --end;
  const std::string_view value = text.substr(at, end - at);
  const auto digits = std::count_if(value.begin(), value.end(), is_digit);
  if (static_cast<std::size_t>(digits) < kMinNumberDigits || holds_own(value)) return false;
  return scan.replace(at, end, resolver_.name(Kind::kName, value));
}

}  // namespace pmx::anonymize
