// Prints of the parts of words: how Triggers and its sieve know a part again. Stateless.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
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

/// Eight bytes, all of which are there.
inline std::uint64_t load_bytes(const char* from) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

inline constexpr std::uint64_t kPrintFactor = 0x9E3779B97F4A7C15U;
static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

/// A hash of `count` bytes in any ASCII letter case, never 0. Bytes that are no letters are folded
/// too, always alike. Two parts with one print wake each other's recognizers, no more.
inline std::uint32_t print_of(const char* from, std::size_t count, const char* end) {
  std::uint64_t hash = count;
  for (; count > 8; from += 8, count -= 8) {
    hash = (hash ^ (load_bytes(from, 8, end) | kBlanks)) * kPrintFactor;
    hash ^= hash >> 29;
  }
  hash = (hash ^ (load_bytes(from, count, end) | kBlanks)) * kPrintFactor;
  return static_cast<std::uint32_t>(hash >> 32) | 1U;
}

/// The same for one to eight bytes that are loaded, whatever stands behind them.
inline std::uint32_t print_of(std::uint64_t bytes, std::size_t count) {
  const std::uint64_t own = bytes & (~std::uint64_t{0} >> (64 - 8 * count));
  return static_cast<std::uint32_t>(((count ^ (own | kBlanks)) * kPrintFactor) >> 32) | 1U;
}

inline std::uint32_t print_of(std::string_view part) {
  return print_of(part.data(), part.size(), part.data() + part.size());
}

/// A set of prints, more or less: it may take a print for one of them that is none.
template <unsigned kBits>
class PrintSet {
 public:
  void add(std::uint32_t print) {
    bits_[print >> (38 - kBits)] |= std::uint64_t{1} << (print >> (32 - kBits) & 63);
  }
  [[nodiscard]] bool has(std::uint32_t print) const {
    return (bits_[print >> (38 - kBits)] >> (print >> (32 - kBits) & 63) & 1) != 0;
  }

 private:
  std::array<std::uint64_t, (std::size_t{1} << kBits) / 64> bits_{};
};

/// The parts of a payload: which were read, and which begin a name that the payload announces.
struct PayloadPrints {
  PrintSet<16> read;
  PrintSet<12> announced;
  bool any = false;     ///< something was announced
  bool digits = false;  ///< something that begins with a digit was
};

/// The first three bytes as a number.
inline std::uint32_t three_bytes(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(bytes & 0xFFFFFF);
}
inline std::uint32_t three_bytes(const char* head) {
  return three_bytes(load_bytes(head, 3, head + 3));
}

}  // namespace pmx::anonymize
