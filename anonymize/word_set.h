// Fixed lists of words: whether a word stands in one. Immutable, thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <vector>

#include "anonymize/part_print.h"

namespace pmx::anonymize {

/// Whether `word`, or an address, stands in a short list.
template <class Word, class Words>
constexpr bool is_one_of(const Word& word, const Words& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// Whether `text` begins with one of a short list.
template <class Words>
constexpr bool begins_with_one_of(std::string_view text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.starts_with(word); });
}

/// Whether `text` ends with one of a short list.
template <class Words>
constexpr bool ends_with_one_of(std::string_view text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.ends_with(word); });
}

/// A long list, asked in constant time.
class WordSet {
 public:
  /// `words` outlive the set.
  template <class Words>
  explicit WordSet(const Words& words) {
    std::size_t size = 16;
    while (size < std::size(words) * 4) size *= 2;
    slots_.resize(size);
    for (const std::string_view word : words) {
      std::size_t place = place_of(word);
      while (!slots_[place].empty()) place = (place + 1) % size;
      slots_[place] = word;
    }
  }

  [[nodiscard]] bool contains(std::string_view word) const {
    const std::string_view* const slots = slots_.data();
    for (std::size_t place = place_of(word); !slots[place].empty();
         place = (place + 1) & (slots_.size() - 1))
      if (slots[place] == word) return true;
    return false;
  }

 private:
  [[nodiscard]] std::size_t place_of(std::string_view word) const {
    return (print_of(word) >> 4) & (slots_.size() - 1);
  }

  std::vector<std::string_view> slots_;  ///< a power of two of them, most of them empty
};

/// Whether `word` stands in the list, which is put in order once.
template <const auto& Words>
bool is_listed(std::string_view word) {
  static const WordSet kSet(Words);
  return kSet.contains(word);
}

}  // namespace pmx::anonymize
