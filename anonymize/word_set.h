// Fixed lists of words: whether a word stands in one. Immutable, thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "anonymize/part_print.h"

namespace pmx::anonymize {

/// Of the words of some lists the lengths, by their first letter in either case: what most words are
/// told apart by that stand in none of them.
class WordHeads {
 public:
  template <class... Lists>
  constexpr explicit WordHeads(const Lists&... lists) {
    (add(lists), ...);
  }

  /// Of one word of each row.
  template <class Rows, class Row>
  static constexpr WordHeads of(const Rows& rows, std::string_view Row::*word) {
    WordHeads heads;
    for (const Row& row : rows) heads.note(row.*word);
    return heads;
  }

  /// Whether a word of a list may begin with `c`.
  [[nodiscard]] constexpr bool may_begin(char c) const {
    return lengths_[place_of({&c, 1})] != 0;
  }

  /// Whether a list may have `word`, in any letter case.
  [[nodiscard]] constexpr bool may_have(std::string_view word) const {
    return !word.empty() && (lengths_[place_of(word)] & bit_of(word)) != 0;
  }

 private:
  template <class Words>
  constexpr void add(const Words& words) {
    for (const std::string_view word : words) note(word);
  }
  constexpr void note(std::string_view word) { lengths_[place_of(word)] |= bit_of(word); }
  static constexpr std::size_t place_of(std::string_view word) {
    return static_cast<unsigned char>(word.front()) | 0x20U;
  }
  /// All longer ones count alike.
  static constexpr std::uint32_t bit_of(std::string_view word) {
    return std::uint32_t{1} << std::min<std::size_t>(word.size(), 31);
  }

  std::array<std::uint32_t, 256> lengths_{};
};

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
