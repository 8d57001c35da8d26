// Texts inside a text in an encoding that moves every byte: base64 and hex. What decodes to text in
// which something is found is written again with the finding replaced.
#include "anonymize/blobs.h"

#include <algorithm>
#include <array>

#include "anonymize/chars.h"
#include "anonymize/rewrite.h"
#include "anonymize/utf8.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kMinBase64 = 8;
constexpr std::size_t kMinHex = 8;
constexpr unsigned kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> digits_of(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = kNoDigit;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}
constexpr auto kStandardDigits = digits_of(kStandard);
constexpr auto kUrlSafeDigits = digits_of(kUrlSafe);

bool is_text_byte(unsigned byte) {
  return byte >= 0x20 ? byte != 0x7F : byte == '\n' || byte == '\r' || byte == '\t';
}

/// Whether every character is one that people write.
bool is_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8 read = read_utf8(text, at);
    if (read.length == 0 || (read.code < 0x80 && !is_text_byte(read.code))) return false;
    at += read.length;
  }
  return !text.empty();
}

/// The bytes behind the digits text[begin, end), given up at the first that can be no text.
std::string decoded(std::string_view text, std::size_t begin, std::size_t end,
                    const std::array<std::uint8_t, 256>& digits) {
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const unsigned digit = digits[static_cast<unsigned char>(text[i])];
    if (digit == kNoDigit) return "";
    bits = bits << 6 | digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const unsigned byte = bits >> held & 0xFF;
    if (!is_text_byte(byte)) return "";
    out += static_cast<char>(byte);
  }
  return out;
}

Blob base64_with(std::string_view text, std::size_t at, std::string_view alphabet, bool slash) {
  const auto& digits = alphabet == kStandard ? kStandardDigits : kUrlSafeDigits;
  std::size_t end = at;
  while (end < text.size() && digits[static_cast<unsigned char>(text[end])] != kNoDigit &&
         (slash || text[end] != '/'))
    ++end;
  const std::size_t length = end - at;
  if (length < kMinBase64 || length % 4 == 1) return {};
  std::string plain = decoded(text, at, end, digits);
  if (!is_text(plain)) return {};
  std::size_t padding = 0;
  while ((length + padding) % 4 != 0 && byte_at(text, end + padding) == '=') ++padding;
  // Where none was needed, padding is what the standard alphabet usually has.
  const bool whole = (length + padding) % 4 == 0;
  const bool padded = whole && (padding > 0 || alphabet == kStandard);
  return {end + (whole ? padding : 0), std::move(plain), alphabet, padded};
}

}  // namespace

namespace {

/// Whether bytes in turn can begin a text in UTF-8.
class TextBegin {
 public:
  bool take(unsigned byte) {
    if (more_ > 0) return --more_, (byte & 0xC0) == 0x80;
    if (byte < 0x80) return is_text_byte(byte);
    more_ = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    return byte >= 0xC2 && byte <= 0xF4;
  }

 private:
  int more_ = 0;
};

}  // namespace

bool may_be_blob(std::string_view run) {
  constexpr std::size_t kLook = 8;
  if (run.size() < kLook || !may_begin_blob(run.front())) return false;
  const auto decodes = [run](const std::array<std::uint8_t, 256>& digits) {
    TextBegin text;
    unsigned bits = 0;
    for (std::size_t i = 0; i < kLook; ++i) {
      const unsigned digit = digits[static_cast<unsigned char>(run[i])];
      if (digit == kNoDigit) return false;
      bits = (bits << 6 | digit) & 0xFFFFFF;
      // A byte is whole behind the second digit of four, the third and the fourth.
      if (i % 4 != 0 && !text.take(bits >> (6 - 2 * (i % 4)) & 0xFF)) return false;
    }
    return true;
  };
  if (decodes(kStandardDigits) || decodes(kUrlSafeDigits)) return true;
  if (!std::all_of(run.begin(), run.begin() + kLook, is_hex)) return false;
  TextBegin text;
  for (std::size_t i = 0; i < kLook; i += 2)
    if (!text.take(hex_value(run[i]) * 16 + hex_value(run[i + 1]))) return false;
  return true;
}

Blob read_base64(std::string_view text, std::size_t at) {
  // The first byte decides for most words of ordinary text.
  const unsigned first = kStandardDigits[static_cast<unsigned char>(text[at])];
  if (first < 8 && first != 2) return {};
  if (first >= 32 && first < 48) return {};
  for (const bool slash : {true, false})
    if (Blob blob = base64_with(text, at, kStandard, slash); blob.end > at) return blob;
  return base64_with(text, at, kUrlSafe, false);
}

Blob read_hex(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_hex(text[end])) ++end;
  const std::size_t length = end - at;
  if (length < kMinHex || length % 2 != 0 || is_word_char(byte_at(text, end))) return {};
  std::string plain;
  for (std::size_t i = at; i < end; i += 2) {
    const unsigned byte = hex_value(text[i]) * 16 + hex_value(text[i + 1]);
    if (!is_text_byte(byte)) return {};
    plain += static_cast<char>(byte);
  }
  if (!is_text(plain)) return {};
  const bool loud = std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                                text.begin() + static_cast<std::ptrdiff_t>(end),
                                [](char c) { return c >= 'A' && c <= 'F'; });
  return {end, std::move(plain), loud ? "0123456789ABCDEF" : "0123456789abcdef", false};
}

std::string write_blob(const Blob& like, std::string_view plain) {
  const unsigned width = like.alphabet.size() == 16 ? 4 : 6;
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : plain) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xFFFFFF;
    for (held += 8; held >= width; held -= width)
      out += like.alphabet[bits >> (held - width) & ((1U << width) - 1)];
  }
  if (held > 0) out += like.alphabet[bits << (width - held) & ((1U << width) - 1)];
  while (like.padded && out.size() % 4 != 0) out += '=';
  return out;
}

bool Rewriter::blob(Scan& scan) {
  // The first group of a UUID may be hex of a text by chance.
  if (scan.depth >= kMaxDepth || is_uuid_at(scan.text, scan.at)) return false;
  const char c = scan.text[scan.at];
  for (const bool hex : {true, false}) {
    if (hex && !is_hex(c)) continue;
    Blob found = hex ? read_hex(scan.text, scan.at) : read_base64(scan.text, scan.at);
    if (found.end <= scan.at) continue;
    const FreeText free(resolver_);
    const auto edits = settled(found.plain, [&](std::string_view shown) {
      return scan_layer(shown, nullptr, scan.depth + 1);
    });
    if (edits.empty()) continue;
    return scan.replace(scan.at, found.end, write_blob(found, apply_edits(found.plain, edits)));
  }
  return false;
}

}  // namespace pmx::anonymize
