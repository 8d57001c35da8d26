// What short values of documents and words of texts came to, kept from one call to the next: who
// asks a cluster asks for the same again. What it holds is true of one state of the ledger, of a payload that
// announced nothing, and under the rule that `tag` stands for. Holds no secret that was found.
// Thread-confined; Memories lends them to calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "anonymize/part_print.h"
#include "anonymize/word_memo.h"

namespace pmx::anonymize {

/// Whether one of the edits hides a secret: what it stands for is not kept longer than a call.
bool hides_secret(const Edit* edits, std::size_t count);

class ValueMemo {
 public:
  /// Longer values are texts, which do not come again.
  static constexpr std::size_t kLongest = 96;

  /// The edits of the value; nullptr when it is not known. Until something is kept.
  [[nodiscard]] const std::vector<Edit>* find(std::string_view text, std::uint32_t tag) const {
    const std::uint32_t number = slots_[place_of(text, tag, tagged_print(text, tag))];
    return number == 0 ? nullptr : &values_[number - 1].edits;
  }

  /// Keeps the edits of a value that is not known; false when it may not.
  bool keep(std::string_view text, std::uint32_t tag, const std::vector<Edit>& edits);

 private:
  static constexpr std::size_t kMaxValues = std::size_t{1} << 14;

  struct Value {
    std::string text;
    std::uint32_t tag = 0;
    std::uint32_t print = 0;  ///< of both
    std::vector<Edit> edits;
  };

  static std::uint32_t tagged_print(std::string_view text, std::uint32_t tag) {
    return print_of(text) ^ tag * 0x9E3779B1U;
  }
  /// Of the value of this print, or the empty slot where it would be.
  [[nodiscard]] std::size_t place_of(std::string_view text, std::uint32_t tag,
                                     std::uint32_t print) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint32_t* const slots = slots_.data();
    std::size_t place = (print >> 4) & mask;
    while (slots[place] != 0 && !is(values_.data()[slots[place] - 1], text, tag, print))
      place = (place + 1) & mask;
    return place;
  }
  static bool is(const Value& value, std::string_view text, std::uint32_t tag,
                 std::uint32_t print) {
    return value.print == print && value.tag == tag && value.text == text;
  }

  std::vector<Value> values_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(256);  ///< numbers from 1 on
};

/// What is kept from one call to the next, all true of one state of the ledger and of payloads that
/// announced nothing.
struct Memory {
  ValueMemo values;
  WordMemo words;
};

/// The memories of an engine that nobody uses now. Thread-safe.
class Memories {
 public:
  /// One of `revision`, the state that the caller keeps from changing until it gives it back.
  std::unique_ptr<Memory> take(std::uint64_t revision);
  void give(std::unique_ptr<Memory> memory, std::uint64_t revision);

 private:
  static constexpr std::size_t kMost = 4;

  std::mutex mutex_;  ///< guards the members below
  std::uint64_t revision_ = 0;
  std::vector<std::unique_ptr<Memory>> memories_;
};

}  // namespace pmx::anonymize
