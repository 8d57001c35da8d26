#include "sim/gzip.h"

#include <algorithm>
#include <cstdint>

namespace pmx::sim {
namespace {

constexpr std::size_t kBlock = 65535;

std::uint32_t crc32(std::string_view text) {
  constexpr std::uint32_t kPolynomial = 0xEDB88320U;
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
  }
  return ~crc;
}

/// The lowest `bytes` of a number, the least first.
std::string little_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 0xFFU);
  return out;
}

}  // namespace

std::string gzip(std::string_view text) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  const std::string end =
      little_endian(crc32(text), 4) + little_endian(static_cast<std::uint32_t>(text.size()), 4);
  do {
    const auto part = text.substr(0, std::min(kBlock, text.size()));
    text.remove_prefix(part.size());
    const auto size = static_cast<std::uint32_t>(part.size());
    out += text.empty() ? '\1' : '\0';
    out += little_endian(size, 2) + little_endian(~size, 2);
    out += part;
  } while (!text.empty());
  return out + end;
}

}  // namespace pmx::sim
