#include "anonymize/word_memo.h"

#include <algorithm>
#include <cstring>
#include <utility>

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
  if (entries_.size() == kMaxEntries || pool_.size() > kMaxBytes) make_room();
  Entry entry;
  entry.size = static_cast<std::uint16_t>(word.end - word.begin);
  entry.behind = static_cast<std::uint16_t>(word.reach - word.end);
  entry.count = static_cast<std::uint16_t>(finding.count);
  entry.place = place_of(text, word);
  entry.alone = word.alone;
  entry.counts = word.counts;
  entry.cue = finding.cue;
  entry.any_digits = finding.any_digits || !word.digits;
  std::string bytes;
  for (std::size_t at = word.begin; at < word.end; at += Chunk::kSize) {
    const Bytes chunk = kept_bytes(text, word, at, entry.any_digits);
    bytes.append(std::bit_cast<std::array<char, Chunk::kSize>>(chunk).data(), Chunk::kSize);
  }
  bytes.append(text.substr(word.end, entry.behind));
  const std::uint64_t print = entry.any_digits ? word.print : exact_print(text, word);
  add(entry, print_of(print, entry.place), bytes, finding.edits);
  for (std::size_t i = edits_.size() - finding.count; i < edits_.size(); ++i)
    edits_[i] = moved(std::move(edits_[i]), 0 - word.begin);
}

/// Adds an entry whose bytes and edits are elsewhere.
void WordMemo::add(const Entry& entry, std::uint32_t print, std::string_view bytes,
                   const Edit* edits) {
  if ((entries_.size() + 1) * 2 > slots_.size()) grow();
  entries_.push_back(entry);
  entries_.back().bytes = static_cast<std::uint32_t>(pool_.size());
  entries_.back().edits = static_cast<std::uint32_t>(edits_.size());
  pool_.append(bytes);
  edits_.insert(edits_.end(), edits, edits + entry.count);
  insert({print, static_cast<std::uint32_t>(entries_.size())});
  insert_plain(static_cast<std::uint32_t>(entries_.size() - 1));
}

/// Keeps the entries that were asked for since it did so last, unless they are most: addresses and
/// ids that never come again would drive out the words that do.
void WordMemo::make_room() {
  for (const Plain& plain : plain_)
    if (plain.used) entries_[plain.entry].used = true;
  WordMemo kept;
  for (const Slot& slot : slots_) {
    if (slot.number == 0) continue;
    Entry entry = entries_[slot.number - 1];
    if (!std::exchange(entry.used, false)) continue;
    const std::size_t size = padded(entry.size) + entry.behind;
    kept.add(entry, slot.print, std::string_view(pool_).substr(entry.bytes, size),
             edits_.data() + entry.edits);
  }
  const bool room = kept.entries_.size() * 2 < kMaxEntries && kept.pool_.size() * 2 < kMaxBytes;
  *this = room ? std::move(kept) : WordMemo();
}

void WordMemo::insert(Slot slot) {
  std::size_t place = slot.print & (slots_.size() - 1);
  // Nobody looks farther; then it takes the place of another one.
  for (int probes = 1; slots_[place].number != 0 && probes < kMaxProbes; ++probes)
    place = (place + 1) & (slots_.size() - 1);
  slots_[place] = slot;
}

void WordMemo::insert_plain(std::uint32_t number) {
  const Entry& entry = entries_[number];
  const bool is_short = entry.size < Chunk::kSize && entry.behind <= kUsualReach;
  if (!is_short || !entry.is_plain()) return;
  plain_.resize(slots_.size());
  const Bytes word = load_vector(pool_.data() + entry.bytes);
  const std::uint32_t place = entry.place | (entry.any_digits ? 0 : kExact);
  std::size_t i = print_of(mixed(0, word), place) & (plain_.size() - 1);
  while (plain_[i].place != 0) i = (i + 1) & (plain_.size() - 1);
  plain_[i] = {word, place, number, entry.counts};
}

void WordMemo::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.number != 0) insert(slot);
  for (const Plain& plain : plain_)
    if (plain.used) entries_[plain.entry].used = true;
  plain_.clear();
  for (std::uint32_t i = 0; i < entries_.size(); ++i) insert_plain(i);
}

}  // namespace pmx::anonymize
