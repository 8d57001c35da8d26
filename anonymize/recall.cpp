// Words between blanks that were read before in this payload: the walk does again what it did
// there. What a recognizer looks at beyond the blanks, it tells (see Reach); the memo compares it.
#include <algorithm>

#include "anonymize/rewrite.h"

namespace pmx::anonymize {

namespace {

/// Whether the word stands where it can be kept and known again.
bool is_kept_word(std::string_view text, const Word& word) {
  const char after = text[word.end];
  if (after != ' ' && after != '\n' && after != '\r') return false;
  // "[   12.345678] usb 1-1": whether it is a section, what stands behind the blanks tells.
  return !word.begins_line || text[word.begin] != '[' || text[word.end - 1] == ']';
}

/// Whether a run of the word may be base64 or hex of a text when it has other digits.
bool may_hold_blob(std::string_view text, const Word& word) {
  for (std::size_t at = word.begin; at < word.end; ++at) {
    if (!is_word_char(text[at])) continue;
    if (may_be_blob_of_digits(text.substr(at))) return true;
    while (is_run_char(text[at + 1])) ++at;
  }
  return false;
}

}  // namespace

/// The memo of words that holds for what was announced so far.
WordMemo& Rewriter::words() {
  // A name that was announced since may stand in any of them.
  if (const std::size_t names = announced(); names != words_names_) {
    words_names_ = names;
    words_ = nullptr;
    own_words_.clear();
  }
  return words_ != nullptr ? *words_ : own_words_;
}

/// Does at the words from `at` on what the memo says and returns where the first one begins that it
/// does not know, which is noted, or where something else does.
std::size_t Rewriter::recall(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  if (scan.note.open && at < scan.note.word.end) return at;
  if (scan.note.open) close_note(scan, at);
  if (at < scan.aliases_end) return at;
  if (scan.angle < at) scan.find_angle();
  WordMemo& known = words();
  const std::size_t limit = std::min({scan.place_begin(), scan.escape_token, scan.angle_name});
  // The last word of a text may go on in another.
  const std::size_t last = std::min(limit, text.size() - 1);
  for (; at < limit; ++at) {
    if (is_blank(text[at])) continue;
    const char before = at > 0 ? text[at - 1] : '\n';
    if (before != ' ' && before != '\n') return at;
    // "10.1.2.3.443 > 10.1.2.4.55123:"
    if (at > 1 && text[at - 2] == '>') return at;
    if (const std::size_t end = known.pass_plain(text, at, last); end > at) {
      at = end - 1;
      continue;
    }
    Word word = WordMemo::read(text, at);
    word.begins_line = before == '\n';
    if (word.end > last) return at;
    const WordMemo::Entry* entry = known.find(text, word);
    if (entry == nullptr) return note_word(scan, word), at;
    if (!entry->is_plain() && !redo(scan, *entry, at)) return at;
    at = word.end;
  }
  return at;
}

/// Notes a word that the memo does not know: it is read run by run.
void Rewriter::note_word(Scan& scan, Word& word) {
  if (word.end - word.begin > WordMemo::kMaxWord || !is_kept_word(scan.text, word)) return;
  word.reach = word.end + 1;
  scan.note = {word,        !open_ended_,      false,
               word.digits, scan.edits.size(), resolver_.wanted().size(),
               announced()};
  scan.waking_end = std::max(scan.waking_end, word.end);
}

/// Does what was done at a word that begins at `at` now; false when it may be something else here.
bool Rewriter::redo(Scan& scan, const WordMemo::Entry& entry, std::size_t at) {
  if (entry.alone && follows_mac(scan.text, at)) return false;
  const Edit* const edits = words().edits_of(entry);
  for (std::size_t i = 0; i < entry.count; ++i) scan.edits.push_back(moved(edits[i], at));
  if (entry.cue)
    scan.waking_end = std::max(scan.waking_end, scan.line_end.from(scan.text, at, "\n"));
  return true;
}

/// Keeps what was found in the word that was noted, when the walk ended where it does and nothing
/// else came of it.
void Rewriter::close_note(Scan& scan, std::size_t at) {
  const Note& note = scan.note;
  scan.note.open = false;
  if (at != note.word.end || open_ended_ || note.wanted != resolver_.wanted().size() ||
      note.announced != announced())
    return;
  const std::size_t count = scan.edits.size() - note.edits;
  const bool any_digits = note.any_digits && count == 0 && !may_hold_blob(scan.text, note.word);
  const Edit* const edits = scan.edits.data() + note.edits;
  if (words_ != nullptr && hides_secret(edits, count)) return;
  words().keep(scan.text, note.word, {note.cue, any_digits, edits, count});
}

/// Notes what the clues of a run at the end of a word tell of what follows it.
void Rewriter::note_behind(Scan& scan, const Run& run) {
  if (byte_at(scan.text, run.end) != ' ') return;
  const char next = byte_at(scan.text, run.end + 1);
  // "VM 105 (web)"
  if (is_digit(next) && (run.last & clue::kGuest) != 0) {
    if (opens_behind_number(scan.text, run.end + 1)) return scan.looks_beyond();
    scan.note.word.counts = true;
  }
  // "web (105)", "10.1.2.3.443 > ", "Meier und Soehne"
  const bool joins = run.capital && (next == 'u' || next == 'a');
  scan.looks_to(run.end + (next == '(' || next == '>' || joins ? 3 : 2));
}

template <class Make>
std::vector<Edit> Rewriter::repeated(std::string_view value, std::uint32_t tag, const Make& make) {
  if (announced() != parts_names_) parts_ = ValueMemo();
  parts_names_ = announced();
  if (resolver_.teaches()) tag |= 1U << 31;
  if (const std::vector<Edit>* known = parts_.find(value, tag)) return *known;
  std::vector<Edit> edits = make();
  if (!open_ended_ && resolver_.wanted().empty() && announced() == parts_names_)
    parts_.keep(value, tag, edits);
  return edits;
}

/// field() of a value that stands where the form of its line says so.
std::vector<Edit> Rewriter::placed_field(std::string_view value, const FieldRule& rule) {
  const auto read = [&] { return field(value, rule, Kind::kVm); };
  if (rule.treatment == Treatment::kSecret) return read();  // its word counts, too
  const auto bits = [](auto part, unsigned shift) {
    return static_cast<std::uint32_t>(part) << shift;
  };
  return repeated(value, bits(rule.treatment, 0) | bits(rule.kind, 8) | bits(rule.teaches, 24),
                  read);
}

std::string Rewriter::user_text(std::string_view user_id) {
  constexpr std::uint32_t kUserTag = 1U << 30;
  const auto read = [&]() -> std::vector<Edit> {
    return {{0, user_id.size(), fresh_user_text(user_id)}};
  };
  return std::move(repeated(user_id, kUserTag, read).front().text);
}

}  // namespace pmx::anonymize
