#include "anonymize/word_memo.h"

#include <algorithm>
#include <cstring>

#include "anonymize/chars.h"

namespace pmx::anonymize {
namespace {

/// What an entry keeps of 16 bytes of its word.
Bytes kept_bytes(std::string_view text, const Word& word, std::size_t at, bool folded) {
  Chunk chunk(text, at);
  chunk.cut(std::min(Chunk::kSize, word.end - at));
  if (folded) chunk.fold();
  return chunk.bytes;
}

}  // namespace

void Chunk::load_edge(std::string_view text, std::size_t at) {
  std::array<char, kSize + 1> buffer{};
  if (at > 0) buffer[0] = text[at - 1];
  std::memcpy(buffer.data() + 1, text.data() + at, std::min(kSize, text.size() - at));
  bytes = load_vector(buffer.data() + 1);
  before = load_vector(buffer.data());
}

void WordMemo::read_on(std::string_view text, Word& word) {
  for (std::size_t count = Chunk::kSize;
       count == Chunk::kSize && word.end - word.begin <= kMaxWord && word.end < text.size();) {
    Chunk chunk(text, word.end);
    count = chunk.word_size();
    chunk.cut(count);
    word.digits |= chunk.fold();
    if (count > 0) word.print = mixed(word.print, chunk.bytes);
    word.end += count;
  }
}

std::uint64_t WordMemo::exact_print(std::string_view text, const Word& word) {
  std::uint64_t print = 1;
  for (std::size_t at = word.begin; at < word.end; at += Chunk::kSize)
    print = mixed(print, kept_bytes(text, word, at, false));
  return print;
}

bool WordMemo::same_bytes(const char* known, std::string_view text, const Word& word, bool folded) {
  for (std::size_t at = word.begin; at < word.end; at += Chunk::kSize, known += Chunk::kSize) {
    const Bytes bytes = kept_bytes(text, word, at, folded);
    if (!same(bytes, known)) return false;
  }
  return true;
}

bool WordMemo::same_behind(const Entry& entry, std::string_view text, std::size_t at) const {
  const char* const known = pool_.data() + entry.bytes + padded(entry.size);
  return text.size() - at >= entry.behind &&
         std::memcmp(known, text.data() + at, entry.behind) == 0 &&
         !(entry.counts && opens_behind_number(text, at + 1));
}

void WordMemo::keep(std::string_view text, const Word& word, const Finding& finding) {
  // At the end of a text other bytes could follow.
  if (word.reach > text.size()) return;
  if (entries_.size() == kMaxEntries || pool_.size() > kMaxBytes) clear();
  if ((entries_.size() + 1) * 2 > slots_.size()) grow();
  Entry entry;
  entry.bytes = static_cast<std::uint32_t>(pool_.size());
  entry.edits = static_cast<std::uint32_t>(edits_.size());
  entry.size = static_cast<std::uint16_t>(word.end - word.begin);
  entry.behind = static_cast<std::uint16_t>(word.reach - word.end);
  entry.count = static_cast<std::uint16_t>(finding.count);
  entry.place = place_of(text, word);
  entry.alone = word.alone;
  entry.counts = word.counts;
  entry.cue = finding.cue;
  entry.any_digits = finding.any_digits || !word.digits;
  for (std::size_t at = word.begin; at < word.end; at += Chunk::kSize) {
    const Bytes bytes = kept_bytes(text, word, at, entry.any_digits);
    pool_.append(std::bit_cast<std::array<char, Chunk::kSize>>(bytes).data(), Chunk::kSize);
  }
  pool_.append(text.substr(word.end, entry.behind));
  for (std::size_t i = 0; i < finding.count; ++i)
    edits_.push_back(moved(finding.edits[i], 0 - word.begin));
  entries_.push_back(entry);
  const std::uint64_t print = entry.any_digits ? word.print : exact_print(text, word);
  insert({print_of(print, place_of(text, word)), static_cast<std::uint32_t>(entries_.size())});
  insert_plain(entry);
}

void WordMemo::insert(Slot slot) {
  std::size_t place = slot.print & (slots_.size() - 1);
  while (slots_[place].number != 0) place = (place + 1) & (slots_.size() - 1);
  slots_[place] = slot;
}

void WordMemo::insert_plain(const Entry& entry) {
  const bool is_short = entry.size < Chunk::kSize && entry.behind <= kUsualReach;
  if (!is_short || !entry.is_plain()) return;
  plain_.resize(slots_.size());
  const Bytes word = load_vector(pool_.data() + entry.bytes);
  const std::uint32_t place = entry.place | (entry.any_digits ? 0 : kExact);
  std::size_t i = print_of(mixed(0, word), place) & (plain_.size() - 1);
  while (plain_[i].place != 0) i = (i + 1) & (plain_.size() - 1);
  plain_[i] = {word, place, entry.counts};
}

void WordMemo::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.number != 0) insert(slot);
  plain_.clear();
  for (const Entry& entry : entries_) insert_plain(entry);
}

}  // namespace pmx::anonymize
