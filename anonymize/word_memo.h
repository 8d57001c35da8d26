// What the walk found in words between blanks that it met before in this payload: logs say the same
// thousands of times. An entry holds for the bytes of the word and those behind it that were looked
// at. Thread-confined to the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/finder.h"
#include "anonymize/part_print.h"

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

/// A word with the neighbourhood that what is found in it depends on.
struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;    ///< a blank or the end of the text
  std::size_t reach = 0;  ///< bytes before this place were looked at
  bool begins_line = false;
  bool alone = false;  ///< behind a MAC something else would be found
};

class WordMemo {
 public:
  struct Entry {
    std::uint32_t bytes = 0;  ///< where the word and the bytes behind it begin in the pool
    std::uint32_t edits = 0;  ///< where its edits begin, relative to the word
    std::uint16_t size = 0;
    std::uint16_t behind = 0;
    std::uint16_t count = 0;  ///< of edits
    bool begins_line = false;
    bool alone = false;
    bool cue = false;  ///< the rest of its line is read run by run
  };

  /// What is known of the word; nullptr when nothing is.
  [[nodiscard]] const Entry* find(std::string_view text, const Word& word) const {
    std::size_t place = place_of(print(text, word));
    for (int probes = 0; slots_[place] != 0 && probes < kMaxProbes; ++probes) {
      const Entry& entry = entries_[slots_[place] - 1];
      if (is_meant(entry, text, word)) return &entry;
      place = (place + 1) & (slots_.size() - 1);
    }
    return nullptr;
  }

  [[nodiscard]] const Edit* edits_of(const Entry& entry) const {
    return edits_.data() + entry.edits;
  }

  /// Notes that `count` edits, which stand in the word, are all there is to find in it.
  void keep(std::string_view text, const Word& word, bool cue, const Edit* edits,
            std::size_t count);

  void clear() { *this = WordMemo(); }

 private:
  static constexpr std::size_t kMaxEntries = std::size_t{1} << 15;
  /// What stands behind one word may be something else each time.
  static constexpr int kMaxProbes = 32;
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 21;
  /// The blank behind the word and the byte behind that: of such entries the kind of that byte
  /// counts, not the digit or letter.
  static constexpr std::size_t kUsualReach = 2;

  static std::uint32_t print(std::string_view text, const Word& word) {
    const std::uint32_t print =
        print_of(text.data() + word.begin, word.end - word.begin, text.data() + text.size());
    return word.begins_line ? ~print : print;
  }
  [[nodiscard]] std::size_t place_of(std::uint32_t print) const {
    return (print >> 4) & (slots_.size() - 1);
  }
  [[nodiscard]] bool is_meant(const Entry& entry, std::string_view text, const Word& word) const;
  void insert(std::uint32_t print, std::uint32_t number);
  void grow();

  std::string pool_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> prints_;  ///< by entry
  std::vector<Edit> edits_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(256);  ///< numbers from 1 on
};

}  // namespace pmx::anonymize
