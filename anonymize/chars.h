// Character classes and case folding on bytes, as the scanners of this folder need them. ASCII only
// by intent: bytes of multi-byte characters count as letters and are never folded.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pmx::anonymize {

namespace chars {

enum Bits : std::uint8_t {
  kDigit = 1,
  kLetter = 2,  ///< a-z, A-Z and every byte above 0x7f
  kHex = 4,
  kJoin = 8,      ///< . _ - +
  kSpace = 16,    ///< blank, tab, line ends
  kQuote = 32,    ///< " ' ` < >
  kCapital = 64,  ///< A-Z and every byte above 0x7f
};

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool digit = c >= '0' && c <= '9';
    unsigned bits = 0;
    if (digit) bits |= kDigit | kHex;
    if (lower || upper || c >= 0x80) bits |= kLetter;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHex;
    if (c == '.' || c == '_' || c == '-' || c == '+') bits |= kJoin;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') bits |= kSpace;
    if (upper || c >= 0x80) bits |= kCapital;
    if (c == '"' || c == '\'' || c == '`' || c == '<' || c == '>') bits |= kQuote;
    table[c] = static_cast<std::uint8_t>(bits);
  }
  return table;
}

inline constexpr auto kTable = make_table();

}  // namespace chars

constexpr bool has_class(char c, unsigned bits) {
  return (chars::kTable[static_cast<unsigned char>(c)] & bits) != 0;
}
constexpr bool is_digit(char c) { return has_class(c, chars::kDigit); }
constexpr bool is_letter(char c) { return has_class(c, chars::kLetter); }
constexpr bool is_word_char(char c) { return has_class(c, chars::kLetter | chars::kDigit); }
constexpr bool is_hex(char c) { return has_class(c, chars::kHex); }
constexpr bool is_space(char c) { return has_class(c, chars::kSpace); }
/// Whether `c` stands between words: a blank, a line end, any control byte.
constexpr bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }
constexpr bool is_run_char(char c) {
  return has_class(c, chars::kLetter | chars::kDigit | chars::kJoin);
}

/// Whether a capital may stand here: A-Z, and every byte above 0x7f.
constexpr bool is_capital(char c) { return has_class(c, chars::kCapital); }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Whether a word of camel case begins at `c`: clientSecret, DBPassword, oauth2Token.
constexpr bool is_camel_edge(char before, char c, char after) {
  return is_upper(c) &&
         (is_lower(before) || is_digit(before) || (is_upper(before) && is_lower(after)));
}

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

constexpr unsigned hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>(to_lower(c) - 'a' + 10);
}

inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}
inline std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_upper);
  return out;
}

/// Whether `text` equals `folded` (already lower case) without regard to ASCII case.
inline bool equals_folded(std::string_view text, std::string_view folded) {
  return text.size() == folded.size() &&
         std::equal(text.begin(), text.end(), folded.begin(),
                    [](char a, char b) { return to_lower(a) == b; });
}

/// The byte at `i`, or NUL outside: lets scanners look around without bounds code.
constexpr char byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? text[i] : '\0';
}

/// Whether a name may begin or end between `left` and `right`: not inside a word, not inside a
/// number; the edge between letters and digits counts (nautilus2).
constexpr bool is_edge(char left, char right) {
  if (!is_word_char(left) || !is_word_char(right)) return true;
  return is_digit(left) != is_digit(right);
}

/// Hash for maps with std::string keys that are looked up by string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

/// Whether %XX stands at `at`.
inline bool is_escape(std::string_view text, std::size_t at) {
  return byte_at(text, at) == '%' && is_hex(byte_at(text, at + 1)) && is_hex(byte_at(text, at + 2));
}

}  // namespace pmx::anonymize
