// People that no list knows, where a sentence says that somebody is meant: "Herr X", "ask X", "Dr.
// X from Y". Only what stands right behind such a word is taken.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/keep.h"
#include "anonymize/people.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/cues.h"
#include "anonymize/rules/people.h"
#include "anonymize/word_set.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

namespace cues = rules::cues;
namespace people = rules::people;

bool is_nobody(std::string_view word) {
  const std::string folded = lower(word);
  return is_common_word(folded) || is_kept_name(folded) || is_one_of(word, people::kNobody) ||
         is_one_of(word, cues::kMakers);
}

/// The end of a capitalised word that may be somebody's name, or `at`.
std::size_t name_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kShortest = 3;
  if (!has_class(byte_at(text, at), chars::kCapital)) return at;
  std::size_t end = at;
  while (end < text.size() && (is_letter(text[end]) || text[end] == '-')) ++end;
  while (end > at && text[end - 1] == '-') --end;
  const std::string_view word = text.substr(at, end - at);
  const bool loud = word == upper(word);
  const char after = byte_at(text, end);
  if (word.size() < kShortest || loud || is_digit(after) || after == '_' || after == '(' ||
      after == ':' || after == '/' || (after == '.' && is_word_char(byte_at(text, end + 1))))
    return at;
  return is_nobody(word) ? at : end;
}

/// The end of the surname at `at`, perhaps with particles before it, or `at`.
std::size_t surname_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kShortest = 3;
  std::size_t begin = at;
  for (int particles = 0; particles < 2; ++particles) {
    std::size_t end = begin;
    while (is_lower(byte_at(text, end))) ++end;
    if (byte_at(text, end) != ' ' ||
        !is_one_of(text.substr(begin, end - begin), people::kParticles))
      break;
    begin = end + 1;
  }
  if (!is_capital(byte_at(text, begin))) return at;
  std::size_t end = begin;
  while (end < text.size() && (is_letter(text[end]) || text[end] == '-' || text[end] == '\''))
    ++end;
  while (end > begin && !is_letter(text[end - 1])) --end;
  if (text.substr(end - std::min<std::size_t>(end, 2), 2) == "'s") end -= 2;
  const std::string_view word = text.substr(begin, end - begin);
  const char after = byte_at(text, end);
  const bool joined = is_word_char(after) || after == '_' || after == '/' || after == '@' ||
                      (after == '.' && is_word_char(byte_at(text, end + 1)));
  if (word.size() < kShortest || joined || word == upper(word)) return at;
  return is_nobody(word) ? at : end;
}

/// Whether a word stands by itself at [begin, end): no part of a path, an address or a name.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::string_view kJoining = "/_@.-=\\";
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const char after = byte_at(text, end);
  const bool dotted = after == '.' && is_word_char(byte_at(text, end + 1));
  return !is_word_char(before) && kJoining.find(before) == kJoining.npos && !is_word_char(after) &&
         (after == '.' || after == '\0' || kJoining.find(after) == kJoining.npos) && !dotted;
}

}  // namespace

bool is_title(std::string_view word) { return is_one_of(word, people::kTitles); }

void add_hint_words(Triggers& triggers) {
  for (const std::string_view word : people::kTitles) triggers.add_word(word, clue::kCue);
  for (const std::string_view word : people::kVerbs) triggers.add_word(word, clue::kCue);
  for (const std::string_view word : cues::kSites) triggers.add_word(word, clue::kCue);
  for (const std::string_view word : cues::kCalled) triggers.add_word(word, clue::kCue);
  for (const std::string_view name : people::kGivenNames) triggers.add_word(name, clue::kCue);
  for (const std::string_view town : people::kTowns) triggers.add_word(town, clue::kCue);
}

bool Rewriter::hinted_name(Scan& scan, std::size_t at, Kind kind) {
  std::size_t end = name_end(scan.text, at);
  if (end == at || scheme_.read_name(scan.text, at)) return false;
  // First and last name.
  const std::size_t next = name_end(scan.text, end + 1);
  if (kind == Kind::kPerson && byte_at(scan.text, end) == ' ' && next > end + 1) end = next;
  // Of a known person the dictionary knows the whole name.
  if (dictionary_.longest_at(scan.text, at).end > end) return false;
  const std::string_view name = scan.text.substr(at, end - at);
  if (holds_own(name)) return false;
  const Ledger::Entry* known = resolver_.ledger().by_name(lower(name));
  return scan.replace(
      at, end, known != nullptr ? resolver_.known(*known, name) : resolver_.name(kind, name));
}

/// "Lena Maasdorf", "J. Maasdorf" is no more than a guess: a first name that people know, and a
/// surname. The surname alone is looked for in the rest of the payload.
bool Rewriter::given_person(Scan& scan, std::size_t given) {
  const std::string_view text = scan.text;
  if (byte_at(text, given) != ' ' || scan.at < scan.done) return false;
  const char before = scan.at > 0 ? text[scan.at - 1] : ' ';
  if (is_word_char(before) || before == '/' || before == '-' || before == '.') return false;
  std::size_t at = given + 1;
  if (is_upper(byte_at(text, at)) && byte_at(text, at + 1) == '.' && byte_at(text, at + 2) == ' ')
    at += 3;  // a middle initial
  const std::size_t end = surname_end(text, at);
  const std::string_view name = text.substr(scan.at, end - scan.at);
  // A person that is known is found by the dictionary.
  if (end == at || holds_own(name) || dictionary_.longest_at(text, scan.at).entry != nullptr ||
      dictionary_.longest_at(text, at).entry != nullptr)
    return false;
  announce_parts(text.substr(at, end - at));
  return scan.replace(scan.at, end, resolver_.name(Kind::kPerson, name));
}

/// "heißt esx-druck7": letters with digits or dashes, what no word of a sentence is.
bool Rewriter::called_machine(Scan& scan) {
  const std::string_view text = scan.text;
  std::size_t at = scan.run_end;
  if (byte_at(text, at) != ' ') return false;
  ++at;
  const Quote quote = take_quote(text, at);
  std::size_t end = at;
  while (end < text.size() && is_run_char(text[end]) && text[end] != '.') ++end;
  while (end > at && !is_word_char(text[end - 1])) --end;
  const std::string_view name = text.substr(at, end - at);
  const bool told = quote.mark != '\0' && byte_at(text, end) == quote.mark;
  const bool made =
      std::any_of(name.begin(), name.end(), is_digit) || name.find('-') != std::string_view::npos;
  if (name.size() < 3 || !is_letter(name.front()) || (!told && !made)) return false;
  if (is_run_char(byte_at(text, end)) && is_word_char(byte_at(text, end + 1))) return false;
  return placed_name(scan, at, end, Kind::kHost);
}

bool Rewriter::hinted_person(Scan& scan) {
  const std::string_view text = scan.text;
  std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (run.ends_with('.')) run.remove_suffix(1);
  if (is_one_of(run, cues::kCalled)) return scan.looks_beyond(), called_machine(scan);
  if (is_capital(run.front())) {
    const std::string folded = lower(run);
    if (is_listed<people::kGivenNames>(folded))
      return scan.looks_beyond(), given_person(scan, scan.at + run.size());
    if (is_listed<people::kTowns>(folded) && stands_alone(text, scan.at, scan.at + run.size()))
      return scan.replace(scan.at, scan.at + run.size(), resolver_.name(Kind::kName, run));
    if (is_one_of(run, cues::kSites)) {
      scan.looks_beyond();
      std::size_t place = scan.run_end;
      if (byte_at(text, place) == ':') ++place;
      return byte_at(text, place) == ' ' && hinted_name(scan, place + 1, Kind::kName);
    }
  }
  const bool title = is_one_of(run, people::kTitles);
  if (!title && !is_one_of(run, people::kVerbs)) return false;
  scan.looks_beyond();
  std::size_t at = scan.run_end;
  if (byte_at(text, at) != ' ') return false;
  ++at;
  if (!title)
    for (const std::string_view link : people::kLinks)
      if (text.substr(at).starts_with(link) && byte_at(text, at + link.size()) == ' ')
        return hinted_name(scan, at + link.size() + 1, Kind::kPerson);
  // "ask Herr X"
  if (!title)
    for (const std::string_view word : people::kTitles)
      if (text.substr(at).starts_with(word) && byte_at(text, at + word.size()) == ' ')
        return scan.skip(at);
  if (!hinted_name(scan, at, Kind::kPerson)) return false;
  for (const std::string_view link : {" from ", " of ", " in ", " aus ", " von "})
    if (text.substr(scan.at).starts_with(link)) {
      hinted_name(scan, scan.at + link.size(), Kind::kName);
      break;
    }
  return true;
}

}  // namespace pmx::anonymize
