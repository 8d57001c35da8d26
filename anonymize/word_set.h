// A fixed list of lower-case words, asked for in constant time. Immutable, thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <vector>

#include "anonymize/part_print.h"

namespace pmx::anonymize {

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

}  // namespace pmx::anonymize
