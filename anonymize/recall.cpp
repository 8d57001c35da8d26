// Words between blanks that were read before in this payload: the walk does again what it did
// there. What a recognizer looks at beyond the blanks, it tells (see Reach); the memo compares it.
#include <algorithm>

#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

/// Longer words do not come again.
constexpr std::size_t kMaxWord = 160;

}  // namespace

/// The word between blanks that begins at `at`; empty when none does that can be kept.
Word Rewriter::word_at(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  Word word{at, at, at, at == 0 || text[at - 1] == '\n'};
  if (!word.begins_line && text[at - 1] != ' ') return word;
  // "10.1.2.3.443 > 10.1.2.4.55123:"
  if (at > 1 && text[at - 2] == '>') return word;
  std::size_t end = at;
  while (end < text.size() && end - at < kMaxWord && !is_blank(text[end])) ++end;
  const char after = byte_at(text, end);
  const bool closed = after == ' ' || after == '\n' || after == '\r';
  const bool open = end > scan.place_begin() || end > scan.escape_token || end > scan.angle_name ||
                    at < scan.aliases_end;
  if (!closed || open) return word;
  word.end = end;
  word.reach = end + 1;
  return word;
}

bool Rewriter::recall(Scan& scan, std::size_t& at) {
  if (scan.note.open && at < scan.note.word.end) return false;
  if (scan.note.open) close_note(scan, at);
  if (scan.angle < at) scan.find_angle();
  const Word word = word_at(scan, at);
  if (word.end == at) return false;
  const std::size_t names = announced();
  // A name that was announced since may stand in any of them.
  if (names != memo_names_) memo_.clear();
  memo_names_ = names;
  const WordMemo::Entry* entry = memo_.find(scan.text, word);
  if (entry != nullptr && entry->alone && follows_mac(scan.text, at)) return false;
  if (entry == nullptr) {
    scan.note = {word, !open_ended_, false, scan.edits.size(), resolver_.wanted().size(), names};
    return false;
  }
  const Edit* const edits = memo_.edits_of(*entry);
  for (std::size_t i = 0; i < entry->count; ++i) scan.edits.push_back(moved(edits[i], at));
  if (entry->cue)
    scan.waking_end = std::max(scan.waking_end, scan.line_end.from(scan.text, at, "\n"));
  at = word.end;
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
  memo_.keep(scan.text, note.word, note.cue, scan.edits.data() + note.edits,
             scan.edits.size() - note.edits);
}

/// Notes what the clues of a run at the end of a word tell of what follows it.
void Rewriter::note_behind(Scan& scan, const Run& run) {
  if (byte_at(scan.text, run.end) != ' ') return;
  const char next = byte_at(scan.text, run.end + 1);
  // "VM 105 (web)"
  if (is_digit(next) && (run.last & clue::kGuest) != 0) return scan.looks_beyond();
  // "web (105)", "10.1.2.3.443 > ", "Meier und Soehne"
  const bool joins = run.capital && (next == 'u' || next == 'a');
  scan.looks_to(run.end + (next == '(' || next == '>' || joins ? 3 : 2));
}

}  // namespace pmx::anonymize
