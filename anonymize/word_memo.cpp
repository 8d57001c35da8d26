#include "anonymize/word_memo.h"

#include "anonymize/chars.h"

namespace pmx::anonymize {
namespace {

/// What stands behind a blank, as far as the clues of the run before it tell it apart: see
/// Triggers::read_run.
char kind_of(char c) {
  if (is_digit(c)) return '0';
  return c >= 'b' && c <= 'z' && c != 'u' ? 'b' : c;
}

}  // namespace

bool WordMemo::is_meant(const Entry& entry, std::string_view text, const Word& word) const {
  const std::size_t size = word.end - word.begin;
  if (entry.size != size || entry.begins_line != word.begins_line) return false;
  const char* const known = pool_.data() + entry.bytes;
  if (std::memcmp(known, text.data() + word.begin, size) != 0) return false;
  const std::string_view behind = text.substr(word.end, entry.behind);
  if (entry.behind != kUsualReach) return behind == std::string_view(known + size, entry.behind);
  return behind.size() == kUsualReach && behind[0] == known[size] &&
         kind_of(behind[1]) == kind_of(known[size + 1]);
}

void WordMemo::keep(std::string_view text, const Word& word, bool cue, const Edit* edits,
                    std::size_t count) {
  // At the end of a text other bytes could follow.
  if (word.reach > text.size()) return;
  if (entries_.size() == kMaxEntries || pool_.size() > kMaxBytes) clear();
  if ((entries_.size() + 1) * 2 > slots_.size()) grow();
  const std::size_t end = word.reach;
  Entry entry;
  entry.bytes = static_cast<std::uint32_t>(pool_.size());
  entry.edits = static_cast<std::uint32_t>(edits_.size());
  entry.size = static_cast<std::uint16_t>(word.end - word.begin);
  entry.behind = static_cast<std::uint16_t>(end - word.end);
  entry.count = static_cast<std::uint16_t>(count);
  entry.begins_line = word.begins_line;
  entry.alone = word.alone;
  entry.cue = cue;
  pool_.append(text.substr(word.begin, end - word.begin));
  for (std::size_t i = 0; i < count; ++i) edits_.push_back(moved(edits[i], 0 - word.begin));
  entries_.push_back(entry);
  prints_.push_back(print(text, word));
  insert(prints_.back(), static_cast<std::uint32_t>(entries_.size()));
}

void WordMemo::insert(std::uint32_t print, std::uint32_t number) {
  std::size_t place = place_of(print);
  while (slots_[place] != 0) place = (place + 1) & (slots_.size() - 1);
  slots_[place] = number;
}

void WordMemo::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (std::size_t i = 0; i < prints_.size(); ++i)
    insert(prints_[i], static_cast<std::uint32_t>(i + 1));
}

}  // namespace pmx::anonymize
