// Base64 and hex that hold text.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pmx::anonymize {

/// An encoded text and how it was written.
struct Blob {
  std::size_t end = 0;  ///< behind it; 0 when nothing was read
  std::string plain;
  std::string_view alphabet;
  bool padded = false;
};

/// Whether base64 or hex of a text may begin with `c`: the first byte behind g to v is none that a
/// text in UTF-8 begins with.
constexpr bool may_begin_blob(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'f') || (c >= 'w' && c <= 'z') ||
         (c >= '0' && c <= '9');
}

/// Whether base64 or hex of a text may begin a run. Cheap, and seldom wrong.
bool may_be_blob(std::string_view run);

/// The same of a run that may have other digits in the places of its own. Never wrong when it says
/// no.
bool may_be_blob_of_digits(std::string_view run);

/// Digits of base64 with slashes between them, in which many runs begin: what was read from one is
/// not read again from the next. Of one text, whose beginnings are asked in their order.
struct SlashChain {
  std::size_t end = 0;  ///< of the chain that was read last
  /// A beginning before it holds nothing; one for each place in a group of four digits.
  std::array<std::size_t, 4> vain{};
};

/// Base64 (either alphabet, padded or not) that begins at `at` and decodes to text. `chain` is what
/// was read before in the same text; begins empty.
Blob read_base64(std::string_view text, std::size_t at, SlashChain& chain);

/// Hex digits that begin at `at` and decode to text.
Blob read_hex(std::string_view text, std::size_t at);

/// `plain` in the encoding of `like`.
std::string write_blob(const Blob& like, std::string_view plain);

}  // namespace pmx::anonymize
