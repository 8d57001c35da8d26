// What programs always say in the same words around a name: "Hostname set to <x>.", "[x] FAIL
// LOGIN". The phrases stand in rules/phrases.yml; the first word of one wakes the walk.
#include <algorithm>
#include <array>
#include <vector>

#include "anonymize/clues.h"
#include "anonymize/rewrite.h"
#include "anonymize/rules/phrases.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kLineBegin = "{^}";
/// What a name, a word and a stretch of a line between words have at most.
constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestWord = 128;
constexpr std::size_t kLongestGap = 160;

bool is_gap(char c) { return c == ' ' || c == '\t'; }

bool ends_line(std::string_view text, std::size_t at) {
  while (is_gap(byte_at(text, at))) ++at;
  return at >= text.size() || text[at] == '\n' || text[at] == '\r';
}

/// A phrase, and where its first word stands in it.
struct Form {
  std::string_view text;   ///< without {^}
  std::string_view cue;    ///< the first word with what stands before it since the last blank or {}
  std::string_view word;   ///< the letters that wake
  std::size_t before = 0;  ///< so many bytes stand before the first word
  bool line = false;       ///< it begins its line
  FieldRule rule;
};

Form form_of(const rules::Phrase& row) {
  std::string_view phrase = row.text;
  Form form;
  form.rule = row.rule;
  form.line = phrase.starts_with(kLineBegin);
  if (form.line) phrase.remove_prefix(kLineBegin.size());
  form.text = phrase;
  std::size_t at = 0;
  while (at < phrase.size() && !is_letter(phrase[at])) ++at;
  std::size_t end = at;
  while (end < phrase.size() && is_letter(phrase[end])) ++end;
  form.before = at;
  form.word = phrase.substr(at, end - at);
  while (end < phrase.size() && is_run_char(phrase[end])) ++end;
  // With the byte behind its run most others are told apart.
  const bool behind = end < phrase.size() && phrase[end] != '{';
  form.cue = phrase.substr(at, end + (behind ? 1U : 0U) - at);
  return form;
}

/// The phrases whose first word begins with a letter, by its lowest five bits.
using FormsByLetter = std::array<std::vector<Form>, 32>;

const std::vector<Form>& forms_of(char letter) {
  static const FormsByLetter kForms = [] {
    FormsByLetter forms;
    for (const rules::Phrase& phrase : rules::phrases::kPhrases) {
      const Form form = form_of(phrase);
      forms[static_cast<unsigned char>(form.word.front()) & 31U].push_back(form);
    }
    return forms;
  }();
  return kForms[static_cast<unsigned char>(letter) & 31U];
}

/// Reads a text by a phrase.
class Reader {
 public:
  struct Name {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  explicit Reader(std::string_view text) : text_(text) {}

  /// Whether the text at `at` goes on as the phrase does; its names are noted.
  bool reads(std::string_view phrase, std::size_t at) {
    for (; !phrase.empty() && !opens_token(phrase); phrase.remove_prefix(1)) {
      if (phrase[0] != ' ') {
        if (byte_at(text_, at++) != phrase[0] || at > text_.size()) return false;
        continue;
      }
      if (!is_gap(byte_at(text_, at))) return false;
      while (is_gap(byte_at(text_, at))) ++at;
    }
    if (phrase.empty()) return true;
    if (phrase.starts_with("{}")) return name(phrase.substr(2), at);
    const std::string_view rest = phrase.substr(3);
    switch (phrase[1]) {
      case '#': return number(rest, at);
      case '*': return stretch(rest, at, 1, kLongestWord, true);
      case '~': return stretch(rest, at, 0, kLongestGap, false);
      default: return ends_line(text_, at) && rest.empty();
    }
  }

  [[nodiscard]] const std::vector<Name>& names() const { return names_; }

 private:
  static bool opens_token(std::string_view phrase) {
    return phrase.starts_with("{}") || phrase.starts_with("{#}") || phrase.starts_with("{*}") ||
           phrase.starts_with("{~}") || phrase.starts_with("{$}");
  }

  bool number(std::string_view rest, std::size_t at) {
    std::size_t end = at;
    while (is_digit(byte_at(text_, end))) ++end;
    return end > at && reads(rest, end);
  }

  bool name(std::string_view rest, std::size_t begin) {
    std::size_t end = begin;
    while (end < text_.size() && is_run_char(text_[end]) && end - begin < kLongestName) ++end;
    for (; end > begin; --end) {
      if (!is_word_char(text_[end - 1])) continue;
      const std::size_t count = names_.size();
      names_.push_back({begin, end});
      if (reads(rest, end)) return true;
      names_.resize(count);
    }
    return false;
  }

  /// What ends where the phrase goes on first.
  bool stretch(std::string_view rest, std::size_t at, std::size_t shortest, std::size_t longest,
               bool word) {
    for (std::size_t length = 0; length <= longest; ++length) {
      if (length >= shortest && reads(rest, at + length)) return true;
      const char c = byte_at(text_, at + length);
      if (c == '\0' || c == '\n' || (word && is_gap(c))) return false;
    }
    return false;
  }

  std::string_view text_;
  std::vector<Name> names_;
};

/// Where the line of `at` begins, when it is near.
std::size_t near_line_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 96;
  std::size_t begin = at;
  while (begin > 0 && at - begin < kReach && text[begin - 1] != '\n') --begin;
  return begin;
}

}  // namespace

void add_phrase_words(Triggers& triggers) {
  for (const rules::Phrase& phrase : rules::phrases::kPhrases) {
    const Form form = form_of(phrase);
    const char next = byte_at(form.text, form.before + form.word.size());
    const std::uint32_t clues = next == ' '   ? clue::kPhrase
                                : next == '{' ? clue::kPhrase | clue::kMarkedPhrase
                                              : clue::kMarkedPhrase;
    triggers.add_word(form.word, clues);
  }
}

/// Notes a value that stands farther on; nothing else is known of what the two share.
void Rewriter::tell(Scan& scan, const Place& place) {
  const auto at = std::find_if(scan.told.begin(), scan.told.end(),
                               [&](const Place& other) { return other.begin >= place.begin; });
  const bool taken = (at != scan.told.end() && at->begin < place.end) ||
                     (at != scan.told.begin() && (at - 1)->end > place.begin);
  if (!taken) scan.told.insert(at, place);
}

/// The names of a phrase that begins at a run, or whose first word does.
bool Rewriter::phrase(Scan& scan) {
  const std::string_view text = scan.text;
  if (scan.at != scan.run_begin || scan.keys_only) return false;
  scan.looks_to(scan.run_end + 1);
  for (const Form& form : forms_of(text[scan.at])) {
    if (text.substr(scan.at, form.cue.size()) != form.cue) continue;
    scan.looks_beyond();
    const std::size_t line = form.line ? near_line_begin(text, scan.at) : scan.at;
    if (form.line ? line > 0 && text[line - 1] != '\n' : scan.at < form.before) continue;
    Reader reader(text);
    if (!reader.reads(form.text, form.line ? line : scan.at - form.before)) continue;
    for (const Reader::Name& name : reader.names())
      phrase_name(scan, {name.begin, name.end, form.rule});
  }
  return false;
}

/// A name that a phrase announces: no plain word, no host with its domain, which is read as such.
void Rewriter::phrase_name(Scan& scan, const Place& place) {
  const std::string_view value = scan.text.substr(place.begin, place.end - place.begin);
  const bool user = place.rule.treatment == Treatment::kUserId;
  const bool known = resolver_.ledger().by_name(lower(value)) != nullptr;
  if (!is_name(value, place.rule.kind) || holds_own(value) || sensitive_suffix(value) > 0) return;
  if (!known && (user ? Dictionary::is_weak(lower(value)) : is_plain_path_word(value))) return;
  resolver_.announce(value);
  if (place.begin >= scan.at) return tell(scan, place);
  // What stands before the first word was read already. (What the memo does again leaves `done`.)
  const std::size_t read = scan.edits.empty() ? 0 : scan.edits.back().end;
  if (place.begin < std::max(scan.done, read)) return;
  const std::size_t at = scan.at;
  scan.replace(place.begin, place.end, name_text(place.rule.kind, value), {Finder::kLineForm});
  scan.skip(at);
}

}  // namespace pmx::anonymize
