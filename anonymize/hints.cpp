// People that no list knows, where a sentence says that somebody is meant: "Herr X", "ask X", "Dr.
// X from Y". Only what stands right behind such a word is taken.
#include <algorithm>
#include <iterator>

#include "anonymize/clues.h"
#include "anonymize/keep.h"
#include "anonymize/rewrite.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kTitles[] = {
    "Herr",        "Herrn",      "Frau",     "Mr",       "Mrs",        "Ms",
    "Dr",          "Prof",       "Kollege",  "Kollegen", "Kollegin",   "Techniker",
    "Technikerin", "Technician", "Engineer", "Signor",   "Signora",    "Señor",
    "Señora",      "Monsieur",   "Madame",   "Mme",      "Vertretung", "Bereitschaft"};
constexpr std::string_view kVerbs[] = {"ask", "call", "contact", "tell", "inform", "thank"};
/// Who is asked most often is no person.
constexpr std::string_view kNobody[] = {
    "Proxmox", "Debian", "Ubuntu",     "Microsoft", "Dell",    "Lenovo",  "Intel",    "Supermicro",
    "Support", "Linux",  "Enterprise", "Monday",    "Tuesday", "Hetzner", "Broadcom", "Cisco",
    "Admin",   "Friday", "Wednesday",  "Thursday",  "Trace",   "Center",  "GitHub",   "Google"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
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
  const std::string folded = lower(word);
  if (is_common_word(folded) || is_kept_name(folded) || is_one_of(word, kNobody)) return at;
  return end;
}

}  // namespace

void add_hint_words(Triggers& triggers) {
  for (const std::string_view word : kTitles) triggers.add_word(word, clue::kCue);
  for (const std::string_view word : kVerbs) triggers.add_word(word, clue::kCue);
}

bool Rewriter::hinted_name(Scan& scan, std::size_t at, Kind kind) {
  std::size_t end = name_end(scan.text, at);
  if (end == at || scheme_.read_name(scan.text, at)) return false;
  // First and last name.
  const std::size_t next = name_end(scan.text, end + 1);
  if (kind == Kind::kPerson && byte_at(scan.text, end) == ' ' && next > end + 1) end = next;
  const std::string_view name = scan.text.substr(at, end - at);
  if (holds_own(name)) return false;
  const Ledger::Entry* known = resolver_.ledger().by_name(lower(name));
  return scan.replace(
      at, end, known != nullptr ? resolver_.known(*known, name) : resolver_.name(kind, name));
}

bool Rewriter::hinted_person(Scan& scan) {
  const std::string_view text = scan.text;
  std::string_view run = text.substr(scan.at, scan.run_end - scan.at);
  if (run.ends_with('.')) run.remove_suffix(1);
  const bool title = is_one_of(run, kTitles);
  if (!title && !is_one_of(run, kVerbs)) return false;
  scan.looks_beyond();
  std::size_t at = scan.run_end;
  if (byte_at(text, at) != ' ') return false;
  ++at;
  // "ask Herr X"
  if (!title)
    for (const std::string_view word : kTitles)
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
