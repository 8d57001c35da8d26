// Prints of the parts of words: how Triggers and its sieve know a part again. Stateless.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pmx::anonymize {

inline constexpr std::uint64_t kBlanks = 0x2020202020202020U;

/// Eight bytes at most from `from` on, NUL behind them. `end` is where the text ends.
inline std::uint64_t load_bytes(const char* from, std::size_t count, const char* end) {
  std::uint64_t bytes = 0;
  if (end - from >= 8) {
    std::memcpy(&bytes, from, 8);
    if (count < 8) bytes &= (std::uint64_t{1} << (8 * count)) - 1;
  } else {
    std::memcpy(&bytes, from, std::min<std::size_t>(count, 8));
  }
  return bytes;
}

/// A hash of `count` bytes in any ASCII letter case, never 0. Bytes that are no letters are folded
/// too, always alike. Two parts with one print wake each other's recognizers, no more.
inline std::uint32_t print_of(const char* from, std::size_t count, const char* end) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = count;
  for (; count > 8; from += 8, count -= 8) {
    hash = (hash ^ (load_bytes(from, 8, end) | kBlanks)) * kFactor;
    hash ^= hash >> 29;
  }
  hash = (hash ^ (load_bytes(from, count, end) | kBlanks)) * kFactor;
  return static_cast<std::uint32_t>(hash >> 32) | 1U;
}

inline std::uint32_t print_of(std::string_view part) {
  return print_of(part.data(), part.size(), part.data() + part.size());
}

/// A few prints, more or less: seldom takes a print for one of them that is none.
class FewPrints {
 public:
  void add(std::uint32_t print) { bits_[print >> 26] |= std::uint64_t{1} << (print >> 20 & 63); }
  [[nodiscard]] bool has(std::uint32_t print) const {
    return (bits_[print >> 26] >> (print >> 20 & 63) & 1) != 0;
  }

 private:
  std::array<std::uint64_t, 64> bits_{};
};

/// The three bytes at `head` as a number; they must be there.
inline std::uint32_t three_bytes(const char* head) {
  const auto byte = [head](int i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(head[i]));
  };
  return byte(0) | byte(1) << 8 | byte(2) << 16;
}

}  // namespace pmx::anonymize
