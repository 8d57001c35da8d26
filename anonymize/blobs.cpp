// Texts inside a text in an encoding that moves every byte: base64 and hex. What decodes to text in
// which something is found is written again with the finding replaced.
#include "anonymize/blobs.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

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

/// An escape colours logs; a NUL separates fields (SASL).
bool is_text_byte(unsigned byte) {
  if (byte >= 0x20) return byte != 0x7F;
  return byte == '\n' || byte == '\r' || byte == '\t' || byte == 0x1B || byte == 0;
}

/// Whether every character is one that people write, or a NUL between such.
bool is_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8 read = read_utf8(text, at);
    if (read.length == 0 || (read.code < 0x80 && !is_text_byte(read.code))) return false;
    if (read.code == 0 && byte_at(text, at + 1) == '\0') return false;
    at += read.length;
  }
  return !text.empty();
}

/// Whether bytes in turn can begin a text in UTF-8.
class TextBegin {
 public:
  TextBegin() = default;
  explicit TextBegin(unsigned state) : more_(state / 2), nul_(state % 2 != 0) {}

  bool take(unsigned byte) {
    if (more_ > 0) return --more_, (byte & 0xC0) == 0x80;
    const bool nul = std::exchange(nul_, byte == 0);
    if (byte < 0x80) return is_text_byte(byte) && !(nul && nul_);
    more_ = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    return byte >= 0xC2 && byte <= 0xF4;
  }
  /// Whether the next byte begins a character.
  [[nodiscard]] bool between() const { return more_ == 0; }

  [[nodiscard]] unsigned state() const { return more_ * 2 + (nul_ ? 1 : 0); }

 private:
  unsigned more_ = 0;
  bool nul_ = false;
};

/// The bytes behind digits, up to the first that can be no text.
struct Decoded {
  std::string plain;
  std::size_t stop = 0;    ///< where the digit that ends the bad byte stands, or the end
  std::size_t intact = 0;  ///< so many bytes before the character that is bad
};

Decoded decoded(std::string_view text, std::size_t begin, std::size_t end,
                const std::array<std::uint8_t, 256>& digits) {
  Decoded out;
  TextBegin begins;
  unsigned bits = 0;
  unsigned held = 0;
  for (out.stop = begin; out.stop < end; ++out.stop) {
    bits = (bits << 6 | digits[static_cast<unsigned char>(text[out.stop])]) & 0xFFFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const unsigned byte = bits >> held & 0xFF;
    if (begins.between()) out.intact = out.plain.size();
    if (!begins.take(byte)) return out;
    out.plain += static_cast<char>(byte);
  }
  return out;
}

/// text[at, end) as base64, when it is as long as base64 can be and `plain`, its bytes, is a text.
Blob base64_blob(std::string_view text, std::size_t at, std::size_t end, std::string plain,
                 std::string_view alphabet) {
  const std::size_t length = end - at;
  if (length < kMinBase64 || length % 4 == 1 || !is_text(plain)) return {};
  std::size_t padding = 0;
  while ((length + padding) % 4 != 0 && byte_at(text, end + padding) == '=') ++padding;
  // Where none was needed, padding is what the standard alphabet usually has.
  const bool whole = (length + padding) % 4 == 0;
  const bool padded = whole && (padding > 0 || alphabet == kStandard);
  return {end + (whole ? padding : 0), std::move(plain), alphabet, padded};
}

/// Digits without a slash: they are one run of the text.
Blob read_run(std::string_view text, std::size_t at, std::string_view alphabet) {
  const auto& digits = alphabet == kStandard ? kStandardDigits : kUrlSafeDigits;
  std::size_t end = at;
  while (end < text.size() && digits[static_cast<unsigned char>(text[end])] != kNoDigit &&
         text[end] != '/')
    ++end;
  if (end - at < kMinBase64) return {};
  Decoded found = decoded(text, at, end, digits);
  if (found.stop < end) return {};
  return base64_blob(text, at, end, std::move(found.plain), alphabet);
}

/// Digits among which slashes are some. In a path the last slash before what is no text ends them.
Blob read_chain(std::string_view text, std::size_t at, SlashChain& chain) {
  if (at >= chain.end) {
    chain = {at, {}};
    while (chain.end < text.size() &&
           kStandardDigits[static_cast<unsigned char>(text[chain.end])] != kNoDigit)
      ++chain.end;
  }
  std::size_t& vain = chain.vain[at % 4];
  if (at < vain) return {};
  Decoded found = decoded(text, at, chain.end, kStandardDigits);
  // Beginnings of the same groups of four meet the same bad character.
  vain = found.stop == chain.end ? chain.end : at + found.intact / 3 * 4 + 1;
  if (found.stop == chain.end) {
    Blob whole = base64_blob(text, at, chain.end, found.plain, kStandard);
    if (whole.end > 0) return whole;
  }
  int tries = 4;
  for (std::size_t end = found.stop; tries > 0 && end > at + kMinBase64;) {
    if (text[--end] != '/' || (end - at) % 4 == 1) continue;
    std::string plain = found.plain.substr(0, (end - at) * 3 / 4);
    Blob part = base64_blob(text, at, end, std::move(plain), kStandard);
    if (part.end > 0) return part;
    --tries;
  }
  return {};
}

/// So many digits say whether a text begins.
constexpr std::size_t kLook = 8;

/// The digits of both alphabets, which differ in the last two.
constexpr auto kAnyDigits = [] {
  auto table = kStandardDigits;
  for (const char c : kUrlSafe.substr(kNoDigit - 2))
    table[static_cast<unsigned char>(c)] = kUrlSafeDigits[static_cast<unsigned char>(c)];
  return table;
}();

bool begins_base64(std::string_view look) {
  std::array<unsigned, kLook> digits{};
  unsigned all = 0;
  for (std::size_t i = 0; i < kLook; ++i)
    all |= digits[i] = kAnyDigits[static_cast<unsigned char>(look[i])];
  if ((all & kNoDigit) != 0) return false;
  TextBegin text;
  for (std::size_t i = 0; i < kLook; i += 4) {
    const unsigned bytes =
        digits[i] << 18 | digits[i + 1] << 12 | digits[i + 2] << 6 | digits[i + 3];
    if (!text.take(bytes >> 16) || !text.take(bytes >> 8 & 0xFF) || !text.take(bytes & 0xFF))
      return false;
  }
  // Nobody writes in both alphabets.
  return look.find_first_of("+/") == std::string_view::npos ||
         look.find_first_of("-_") == std::string_view::npos;
}

bool begins_hex(std::string_view look) {
  if (!std::all_of(look.begin(), look.end(), [](char c) { return is_hex(c); })) return false;
  TextBegin text;
  for (std::size_t i = 0; i < kLook; i += 2)
    if (!text.take(hex_value(look[i]) * 16 + hex_value(look[i + 1]))) return false;
  return true;
}

/// What a digit of an encoding may be worth: any decimal digit stands for all.
struct Worths {
  std::array<unsigned, 10> values{};
  std::size_t count = 0;

  template <class Worth>
  Worths(char c, Worth worth) {
    if (!is_digit(c))
      values[count++] = worth(c);
    else
      for (char digit = '0'; digit <= '9'; ++digit) values[count++] = worth(digit);
  }
};

/// The texts that may begin when some bytes are not known: the states TextBegin can be in.
class AnyTextBegin {
 public:
  /// Every byte that `made` makes of two digits, taken next; false when no text begins so.
  template <class Made>
  bool take(const Worths& first, const Worths& second, Made made) {
    const unsigned before = std::exchange(states_, 0);
    for (std::size_t a = 0; a < first.count; ++a)
      for (std::size_t b = 0; b < second.count; ++b)
        take(before, made(first.values[a], second.values[b]) & 0xFF);
    return states_ != 0;
  }

 private:
  void take(unsigned before, unsigned byte) {
    for (unsigned state = 0; before >> state != 0; ++state)
      if (TextBegin text(state); (before >> state & 1) != 0 && text.take(byte))
        states_ |= 1U << text.state();
  }

  unsigned states_ = 1;  ///< a bit for each; the first is that of the beginning
};

unsigned base64_value(char c) { return kAnyDigits[static_cast<unsigned char>(c)]; }

bool may_begin_base64(std::string_view look) {
  if (std::any_of(look.begin(), look.end(), [](char c) { return base64_value(c) == kNoDigit; }))
    return false;
  AnyTextBegin text;
  for (std::size_t i = 0; i < kLook; i += 4) {
    const auto digit = [&](std::size_t n) { return Worths(look[i + n], base64_value); };
    if (!text.take(digit(0), digit(1), [](auto a, auto b) { return a << 2 | b >> 4; }) ||
        !text.take(digit(1), digit(2), [](auto a, auto b) { return (a & 15) << 4 | b >> 2; }) ||
        !text.take(digit(2), digit(3), [](auto a, auto b) { return (a & 3) << 6 | b; }))
      return false;
  }
  return true;
}

}  // namespace

bool may_be_blob(std::string_view run) {
  if (run.size() < kLook || !may_begin_blob(run.front())) return false;
  const std::string_view look = run.substr(0, kLook);
  return begins_base64(look) || begins_hex(look);
}

bool may_be_blob_of_digits(std::string_view run) {
  if (run.size() < kLook || !may_begin_blob(run.front())) return false;
  const std::string_view look = run.substr(0, kLook);
  if (std::none_of(look.begin(), look.end(), is_digit)) return may_be_blob(run);
  return std::all_of(look.begin(), look.end(), is_hex) || may_begin_base64(look);
}

Blob read_base64(std::string_view text, std::size_t at, SlashChain& chain) {
  // The first byte decides for most words of ordinary text: letters, blanks and line ends, NUL,
  // escape, or the beginning of a longer character.
  const unsigned first = kStandardDigits[static_cast<unsigned char>(text[at])];
  if (first < 8 && first != 0 && first != 2 && first != 6) return {};
  if (first >= 32 && first < 48) return {};
  if (Blob blob = read_chain(text, at, chain); blob.end > at) return blob;
  if (Blob blob = read_run(text, at, kStandard); blob.end > at) return blob;
  return read_run(text, at, kUrlSafe);
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

/// Whether `plain` in the encoding that `shown` seems to have is `raw`.
bool comes_back(std::string_view raw, std::string_view plain, std::string_view shown) {
  SlashChain chain;
  Blob read = read_hex(shown, 0);
  if (read.end != shown.size()) read = read_base64(shown, 0, chain);
  return read.end == shown.size() && write_blob(read, plain) == raw;
}

/// "\0user\0secret", perhaps with another user before it (SASL PLAIN).
std::vector<Edit> Rewriter::sasl_plain(std::string_view plain) {
  const std::size_t first = plain.find('\0');
  const std::size_t second = first == plain.npos ? plain.npos : plain.find('\0', first + 1);
  if (second == plain.npos || plain.find('\0', second + 1) != plain.npos ||
      std::any_of(plain.begin(), plain.end(), is_space))
    return {};
  std::vector<Edit> edits;
  const std::string_view user = plain.substr(first + 1, second - first - 1);
  if (is_name(user, Kind::kUser)) edits.push_back({first + 1, second, user_text(user)});
  const std::string_view secret = plain.substr(second + 1);
  if (!secret.empty() && !secret.starts_with("[secret:"))
    edits.push_back({second + 1, plain.size(), "[secret:password]"});
  return edits;
}

bool Rewriter::is_encoded(std::string_view value) const {
  // Shorter names are an encoding by chance.
  constexpr std::size_t kShortest = 16;
  if (!may_be_blob(value)) return false;
  SlashChain chain;
  for (const Blob& blob : {read_hex(value, 0), read_base64(value, 0, chain)})
    if (blob.end == value.size() && (value.size() >= kShortest || holds_own(blob.plain)))
      return true;
  return false;
}

bool Rewriter::blob(Scan& scan) {
  // The first group of a UUID may be hex of a text by chance.
  if (scan.depth >= kMaxDepth || is_uuid_at(scan.text, scan.at)) return false;
  const char c = scan.text[scan.at];
  for (const bool hex : {true, false}) {
    if (hex && !is_hex(c)) continue;
    Blob found = hex ? read_hex(scan.text, scan.at) : read_base64(scan.text, scan.at, scan.chain);
    if (found.end <= scan.at) continue;
    const FreeText free(resolver_);
    const auto edits = settled(found.plain, [&](std::string_view shown) {
      auto fields = sasl_plain(shown);
      return !fields.empty() ? fields : scan_layer(shown, nullptr, scan.depth + 1);
    });
    if (edits.empty()) continue;
    const std::string_view raw = scan.text.substr(scan.at, found.end - scan.at);
    std::string shown = apply_edits(found.plain, edits);
    const bool exact = !resolver_.is_pending(shown) && shown.find("[secret:") == std::string::npos;
    shown = write_blob(found, shown);
    // What does not tell by itself how the value was written is a name as a whole.
    if (exact && !comes_back(raw, found.plain, shown)) shown = resolver_.name(Kind::kName, raw);
    return scan.replace(scan.at, found.end, std::move(shown));
  }
  return false;
}

}  // namespace pmx::anonymize
