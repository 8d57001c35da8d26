// What reading and writing JSON text share: which bytes of a string stand for themselves.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pmx::json_text {

/// How many of the eight bytes stand for themselves in JSON before the first that does not: ASCII
/// without quotes, backslashes and control characters. All at once, in one register.
inline std::size_t plain_bytes(std::uint64_t bytes) {
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const auto holds = [bytes](char c) {  // sets a high bit where a byte is c
    const std::uint64_t others = bytes ^ (kOnes * static_cast<unsigned char>(c));
    return (others - kOnes) & ~others;
  };
  const std::uint64_t below_blank = bytes - kOnes * ' ';
  // A borrow can set a bit too much, but only above one that is right.
  const std::uint64_t marks = (bytes | below_blank | holds('"') | holds('\\')) & kHighBits;
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

/// The eight bytes at the begin of `text`, which has them.
inline std::uint64_t eight_bytes(std::string_view text) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.data(), sizeof bytes);
  return bytes;
}

/// The bytes of one UTF-8 character at the begin of `text`; 0 when they are none.
inline std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return text.empty() ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (first == 0xED && byte(1) > 0x9F) return 0;  // half of a surrogate pair
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;  // above U+10FFFF
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace pmx::json_text
