// Fixed lists of words: whether a word stands in one. Immutable, thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "anonymize/part_print.h"

namespace pmx::anonymize {

/// Of the words of some lists the lengths, by their first letter in either case: what most words
/// are told apart by that stand in none of them.
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
  [[nodiscard]] constexpr bool may_begin(char c) const { return lengths_[place_of({&c, 1})] != 0; }

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

/// A long list, asked in constant time. It keeps two bytes a place, so that the places of thousands
/// of words stay in the processor's first cache.
class WordSet {
 public:
  /// `words`, fewer than 65,535, outlive the set.
  explicit WordSet(std::span<const std::string_view> words) : words_(words) {
    places_.resize(std::bit_ceil(std::max<std::size_t>(words.size() * 4, 16)));
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::size_t place = place_of(words[i]);
      while (places_[place] != kFree) place = next(place);
      places_[place] = static_cast<std::uint16_t>(i + 1);
    }
  }

  [[nodiscard]] bool contains(std::string_view word) const {
    for (std::size_t place = place_of(word); places_[place] != kFree; place = next(place))
      if (words_[places_[place] - std::size_t{1}] == word) return true;
    return false;
  }

 private:
  static constexpr std::uint16_t kFree = 0;

  [[nodiscard]] std::size_t place_of(std::string_view word) const {
    return (print_of(word) >> 4) & (places_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t place) const {
    return (place + 1) & (places_.size() - 1);
  }

  std::span<const std::string_view> words_;
  std::vector<std::uint16_t>
      places_;  ///< a power of two of them: the word's number from 1, or kFree
};

/// Whether `word` stands in the list, which is put in order once.
template <const auto& Words>
bool is_listed(std::string_view word) {
  static const WordSet kSet(Words);
  return kSet.contains(word);
}

}  // namespace pmx::anonymize
