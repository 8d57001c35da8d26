// Numbers for texts that occur again and again in one document. Thread-confined to the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "anonymize/part_print.h"

namespace pmx::anonymize {

class TextIndex {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  /// The number of `text` under `tag` when it has one, else kNone.
  [[nodiscard]] std::size_t find(std::string_view text, std::uint32_t tag = 0) const {
    const std::uint32_t number = slots_[place_of(text, tag)].number;
    return number == 0 ? kNone : number - 1;
  }

  /// The number of `text` under `tag`, from 0 on in the order of first appearance. The text
  /// outlives the index.
  std::size_t number(std::string_view text, std::uint32_t tag = 0) {
    if ((used_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = slots_[place_of(text, tag)];
    if (slot.number == 0) slot = {text, tag, static_cast<std::uint32_t>(++used_)};
    return slot.number - 1;
  }

 private:
  struct Slot {
    std::string_view text;
    std::uint32_t tag = 0;
    std::uint32_t number = 0;  ///< from 1 on; 0 in an empty slot
  };

  [[nodiscard]] std::size_t place_of(std::string_view text, std::uint32_t tag) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = ((print_of(text) ^ tag * 0x9E3779B1U) >> 4) & mask;
    while (slots_[place].number != 0 && (slots_[place].text != text || slots_[place].tag != tag))
      place = (place + 1) & mask;
    return place;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.number != 0) slots_[place_of(slot.text, slot.tag)] = slot;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(256);
  std::size_t used_ = 0;
};

}  // namespace pmx::anonymize
