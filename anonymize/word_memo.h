// What the walk found in words between blanks that it met before: logs say the same thousands of
// times. An entry holds for the bytes of the word and those behind it that were looked at; where
// nothing was found and other digits would show nothing either, for any digits in their places, for
// times and process ids never come again. Thread-confined to the call.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/bytes.h"
#include "anonymize/clues.h"
#include "anonymize/finder.h"

namespace pmx::anonymize {

/// Replace text[begin, end) by `text`.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
  Reason reason = {};
};

/// The edit of a part as one of the text in which the part begins at `offset`.
inline Edit moved(Edit edit, std::size_t offset) {
  edit.begin += offset;
  edit.end += offset;
  return edit;
}

/// 16 bytes of a text, and the byte before each.
struct Chunk {
  static constexpr std::size_t kSize = sizeof(Bytes);

  /// From `from` on, where as many are, and one before.
  explicit Chunk(const char* from) : bytes(load_vector(from)), before(load_vector(from - 1)) {}
  /// From `at` on, NUL behind the text's end and before its beginning.
  Chunk(std::string_view text, std::size_t at) {
    if (at > 0 && at + kSize <= text.size()) {
      bytes = load_vector(text.data() + at);
      before = load_vector(text.data() + at - 1);
    } else {
      load_edge(text, at);
    }
  }

  /// Where the first blank stands, or its end.
  [[nodiscard]] std::size_t word_size() const {
    const std::uint32_t blanks = bits_of(std::bit_cast<Bytes>(bytes <= ' '));
    return static_cast<std::size_t>(std::countr_zero(blanks | 1U << kSize));
  }
  /// Keeps the first `count` bytes, 16 at most; NUL behind them.
  void cut(std::size_t count) {
    static constexpr auto kOnes = [] {
      std::array<char, 2 * kSize> ones{};
      for (std::size_t i = 0; i < kSize; ++i) ones[i] = '\xFF';
      return ones;
    }();
    bytes &= load_vector(kOnes.data() + kSize - count);
  }

  /// Where digits may be others: an opening or a plus before one makes it mean something.
  [[nodiscard]] Bytes digits() const {
    return std::bit_cast<Bytes>((bytes - '0') < 10) & ~(equal(before, '(') | equal(before, '+'));
  }
  /// 0 for each of them. True when there was one.
  bool fold() {
    const Bytes digit = digits();
    bytes = (bytes & ~digit) | (digit & '0');
    return bits_of(digit) != 0;
  }

  Bytes bytes;
  Bytes before;

 private:
  void load_edge(std::string_view text, std::size_t at);
};

/// A word with the neighbourhood that what is found in it depends on.
struct Word {
  Bytes head{};  ///< its first 16 bytes, folded
  std::size_t begin = 0;
  std::size_t end = 0;      ///< a blank or the end of the text
  std::size_t reach = 0;    ///< bytes before this place were looked at
  std::uint64_t print = 0;  ///< of its bytes, folded
  bool begins_line = false;
  bool digits = false;  ///< it has some that may be others
  bool alone = false;   ///< behind a MAC something else would be found
  bool counts = false;  ///< before a number that is followed by an opening, too
};

class WordMemo {
 public:
  /// Longer words do not come again.
  static constexpr std::size_t kMaxWord = 160;

  struct Entry {
    std::uint32_t bytes = 0;  ///< where the word and the bytes behind it begin in the pool
    std::uint32_t edits = 0;  ///< where its edits begin, relative to the word
    std::uint16_t size = 0;
    std::uint16_t behind = 0;
    std::uint16_t count = 0;  ///< of edits
    std::uint32_t place = 0;  ///< see place_of()
    bool alone = false;
    bool counts = false;      ///< not before "105 ("
    bool cue = false;         ///< the rest of its line is read run by run
    bool any_digits = false;  ///< it holds for every word that differs in its digits alone
    bool used = false;        ///< since room was made last

    /// Nothing is to be done at the word.
    [[nodiscard]] bool is_plain() const { return count == 0 && !alone && !cue; }
  };

  /// The word that begins at `at`, where one does: up to a blank, the end of the text or behind
  /// kMaxWord bytes.
  static Word read(std::string_view text, std::size_t at) {
    Word word;
    word.begin = at;
    Chunk chunk(text, at);
    std::size_t count = chunk.word_size();
    chunk.cut(count);
    word.digits = chunk.fold();
    word.head = chunk.bytes;
    word.print = mixed(0, chunk.bytes);
    word.end = at + count;
    if (count == Chunk::kSize) read_on(text, word);
    return word;
  }

  /// Moves over short words from `at` on at which nothing is to be done and which end at `last` or
  /// before. Returns where something else begins.
  std::size_t pass_plain(std::string_view text, std::size_t at, std::size_t last) {
    if (plain_.empty() || at < 2) return at;
    const char* const data = text.data();
    while (at + Chunk::kSize < text.size()) {
      const char before = data[at - 1];
      if ((before != ' ' && before != '\n') || data[at - 2] == '>') break;
      Chunk chunk(data + at);
      const std::size_t size = chunk.word_size();
      if (size == Chunk::kSize || at + size > last) break;
      if (size > 0) {
        chunk.cut(size);
        const Bytes exact = chunk.bytes;
        const bool digits = chunk.fold();
        const std::uint32_t place = place_of(before == '\n', data[at + size], data[at + size + 1]);
        Plain* known = find_plain(chunk.bytes, place);
        if (known == nullptr && digits) known = find_plain(exact, place | kExact);
        if (known == nullptr || (known->counts && opens_behind_number(text, at + size + 1))) break;
        known->used = true;
      }
      at += size + 1;
    }
    return at;
  }

  /// What is known of the word; nullptr when nothing is.
  const Entry* find(std::string_view text, const Word& word) {
    const std::uint32_t place = place_of(text, word);
    Entry* entry = find(text, word, print_of(word.print, place), true);
    if (entry == nullptr && word.digits)
      entry = find(text, word, print_of(exact_print(text, word), place), false);
    if (entry != nullptr) entry->used = true;
    return entry;
  }

  [[nodiscard]] const Edit* edits_of(const Entry& entry) const {
    return edits_.data() + entry.edits;
  }

  /// What the walk learned of a word.
  struct Finding {
    bool cue = false;
    bool any_digits = false;  ///< other digits in their places would show nothing either
    const Edit* edits = nullptr;
    std::size_t count = 0;
  };
  /// Notes that these edits, which stand in the word, are all there is to find in it.
  void keep(std::string_view text, const Word& word, const Finding& finding);

  void clear() { *this = WordMemo(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  static constexpr std::size_t kMaxEntries = std::size_t{1} << 15;
  /// What stands behind one word may be something else each time.
  static constexpr int kMaxProbes = 32;
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 21;
  /// The blank behind the word and the byte behind that: of such entries the kind of that byte
  /// counts, not the digit or letter.
  static constexpr std::size_t kUsualReach = 2;
  /// What stands behind a blank, as far as the clues of the run before it tell it apart: see
  /// Triggers::read_run.
  static constexpr auto kKinds = [] {
    std::array<std::uint8_t, 256> kinds{};
    for (unsigned c = 0; c < 256; ++c)
      kinds[c] = c >= '0' && c <= '9'               ? '0'
                 : c >= 'b' && c <= 'z' && c != 'u' ? 'b'
                                                    : static_cast<std::uint8_t>(c);
    return kinds;
  }();

  /// A word shorter than 16 bytes at which nothing is to be done, and which depends on no more
  /// behind it than its place says. What is not here is looked for in `slots_`.
  struct Plain {
    Bytes word{};             ///< as its entry has it, NUL behind it
    std::uint32_t place = 0;  ///< with kExact when the entry does not hold for other digits
    std::uint32_t entry = 0;  ///< its number, from 0 on
    bool counts = false;
    bool used = false;
  };
  static constexpr std::uint32_t kExact = 1U << 24;

  struct Slot {
    std::uint32_t print = 0;
    std::uint32_t number = 0;  ///< of the entry, from 1 on; 0 in an empty slot
  };

  static std::uint64_t mixed(std::uint64_t print, Bytes bytes) {
    constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15U;
    const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
    print = (print ^ halves[0]) * kFactor;
    print = ((print ^ print >> 32) ^ halves[1]) * kFactor;
    return print ^ print >> 32;
  }
  static void read_on(std::string_view text, Word& word);
  static std::uint64_t exact_print(std::string_view text, const Word& word);
  /// What is always looked at beside a word: whether it begins a line, the blank behind it, and the
  /// kind of the byte behind that. Never 0.
  static std::uint32_t place_of(bool begins_line, char blank, char next) {
    return std::uint32_t{kKinds[static_cast<unsigned char>(next)]} << 8 |
           std::uint32_t{static_cast<unsigned char>(blank)} << 16 | (begins_line ? 3U : 1U);
  }
  static std::uint32_t place_of(std::string_view text, const Word& word) {
    return place_of(word.begins_line, byte_at(text, word.end), byte_at(text, word.end + 1));
  }
  static std::uint32_t print_of(std::uint64_t print, std::uint32_t place) {
    return static_cast<std::uint32_t>(print) ^ place;
  }
  static bool same(Bytes bytes, Bytes known) {
    return bits_of(std::bit_cast<Bytes>(bytes == known)) == 0xFFFF;
  }
  static bool same(Bytes bytes, const char* known) {
    return same(bytes, load_vector(known));
  }
  Entry* find(std::string_view text, const Word& word, std::uint32_t print, bool any_digits) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = print & mask;
    for (int probes = 0; probes < kMaxProbes; ++probes, place = (place + 1) & mask) {
      const Slot& slot = slots_.data()[place];
      if (slot.number == 0) break;
      if (slot.print != print) continue;
      Entry& entry = entries_.data()[slot.number - 1];
      if (entry.any_digits == any_digits && is_meant(entry, text, word)) return &entry;
    }
    return nullptr;
  }
  [[nodiscard]] bool is_meant(const Entry& entry, std::string_view text, const Word& word) const {
    const std::size_t size = word.end - word.begin;
    if (entry.size != size || entry.place != place_of(text, word)) return false;
    const char* const known = pool_.data() + entry.bytes;
    return (size <= Chunk::kSize && entry.any_digits
                ? same(word.head, known)
                : same_bytes(known, text, word, entry.any_digits)) &&
           fits(entry, text, word.end);
  }
  /// Whether what stands at `at`, behind the word in the same place, is as it was.
  [[nodiscard]] bool fits(const Entry& entry, std::string_view text, std::size_t at) const {
    if (entry.behind > kUsualReach) return same_behind(entry, text, at);
    if (entry.behind == kUsualReach && at + 1 >= text.size()) return false;
    return !entry.counts || !opens_behind_number(text, at + 1);
  }
  static std::size_t padded(std::size_t size) {
    return (size + Chunk::kSize - 1) / Chunk::kSize * Chunk::kSize;
  }
  static bool same_bytes(const char* known, std::string_view text, const Word& word, bool folded);
  [[nodiscard]] bool same_behind(const Entry& entry, std::string_view text, std::size_t at) const;
  Plain* find_plain(Bytes word, std::uint32_t place) {
    Plain* const plain = plain_.data();
    const std::size_t mask = plain_.size() - 1;
    for (std::size_t i = print_of(mixed(0, word), place) & mask; plain[i].place != 0;
         i = (i + 1) & mask)
      if (plain[i].place == place && same(word, plain[i].word)) return plain + i;
    return nullptr;
  }
  void add(const Entry& entry, std::uint32_t print, std::string_view bytes, const Edit* edits);
  void insert(Slot slot);
  void insert_plain(std::uint32_t number);
  void make_room();
  void grow();

  std::string pool_;
  std::vector<Entry> entries_;
  std::vector<Edit> edits_;
  std::vector<Slot> slots_ = std::vector<Slot>(256);
  std::vector<Plain> plain_;  ///< as many as slots, by print; none before the first entry
};

}  // namespace pmx::anonymize
