#include "anonymize/pseudonym.h"

#include <algorithm>
#include <vector>

#include "anonymize/chars.h"
#include "anonymize/rules/files.h"
#include "base/crypto.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kAlphabet = "0123456789bcdfghjklmnpqrstvwxyz";
constexpr std::size_t kCheckChars = 2;

std::uint64_t number(std::string_view digest, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + bytes; ++i)
    value = (value << 8) | static_cast<unsigned char>(digest[i]);
  return value;
}

std::string letters(std::uint64_t value, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += kAlphabet[value % kAlphabet.size()];
    value /= kAlphabet.size();
  }
  return out;
}

bool in_alphabet(std::string_view code) {
  return code.find_first_not_of(kAlphabet) == std::string_view::npos;
}

/// A code needs a letter and a digit: then it is neither a number nor an abbreviation.
bool mixed(std::string_view code) {
  return std::any_of(code.begin(), code.end(), is_digit) &&
         std::any_of(code.begin(), code.end(), [](char c) { return !is_digit(c); });
}

std::string tagged(std::string_view label, std::string_view value, unsigned counter) {
  std::string out(label);
  out += '\0';
  out += value;
  if (counter > 0) out += '\0' + std::to_string(counter);
  return out;
}

std::string bytes_of(const std::array<std::uint16_t, 8>& groups, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += static_cast<char>(groups[i] >> 8);
    out += static_cast<char>(groups[i] & 255);
  }
  return out;
}

/// A keyed value with as many hex digits as `real`; zero stays zero.
std::uint16_t like(std::uint16_t real, std::uint64_t random) {
  if (real == 0) return 0;
  unsigned low = 1;
  while (low * 16 <= real) low *= 16;
  return static_cast<std::uint16_t>(low + random % (low * 15));
}

struct Range {
  std::uint32_t base;
  std::uint32_t pseudonym;
  int bits;
};
constexpr std::array<Range, 4> kPrivate{{{0x0A000000U, 0xF1000000U, 8},
                                         {0xAC100000U, 0xF2100000U, 12},
                                         {0xC0A80000U, 0xF3A80000U, 16},
                                         {0x64400000U, 0xF4400000U, 10}}};

bool within(std::uint32_t value, std::uint32_t base, int bits) {
  return (value ^ base) >> (32 - bits) == 0;
}

/// The hex digits of a job's id, with the dash between them.
constexpr std::size_t kJobDigits = 8;
constexpr std::size_t kJobCheck = 4;

constexpr std::array<std::uint32_t, 4> kPublic{249, 250, 251, 253};

}  // namespace

Scheme::Scheme(const Secret& key)
    : name_key_(crypto::derive_key(key, "anonymize/name")),
      check_key_(crypto::derive_key(key, "anonymize/check")),
      address_key_(crypto::derive_key(key, "anonymize/address")) {}

std::string Scheme::check(std::string_view code) const {
  return letters(number(crypto::hmac_sha256(check_key_.expose(), code), 0, 8), kCheckChars);
}

std::string Scheme::name(Kind kind, std::string_view canonical, unsigned counter) const {
  const bool short_form = kind == Kind::kNetwork;
  std::string code;
  for (unsigned attempt = 0; code.empty(); ++attempt) {
    const std::string digest =
        crypto::hmac_sha256(name_key_.expose(), tagged("name", canonical, counter * 64 + attempt));
    code = letters(number(digest, 0, 8), short_form ? 4 : 5);
    code += check(code);
    if (!mixed(code)) code.clear();
  }
  std::string out(kind_code(kind));
  if (!short_form) out += '-';
  return out + code;
}

std::string Scheme::job_check(std::string_view code) const {
  const std::string digest = crypto::hmac_sha256(check_key_.expose(), tagged("job", code, 0));
  return crypto::hex(std::string_view(digest).substr(0, kJobCheck / 2));
}

std::string Scheme::job(std::string_view canonical, unsigned counter) const {
  const std::size_t digits = canonical.find('-') + 1;
  std::string out;
  for (unsigned attempt = 0; out.empty(); ++attempt) {
    const std::string digest =
        crypto::hmac_sha256(name_key_.expose(), tagged("job", canonical, counter * 64 + attempt));
    const std::string code = crypto::hex(std::string_view(digest).substr(0, kJobDigits / 2));
    if (mixed(code)) out = lower(canonical.substr(0, digits)) + code + '-' + job_check(code);
  }
  return out;
}

std::optional<NameShape> Scheme::read_name(std::string_view text, std::size_t at) const {
  if (const std::size_t end = job_id_end(text, at); end > at) {
    NameShape shape{lower(text.substr(at, end - at)), Kind::kName, end, false};
    const std::string_view tail =
        std::string_view(shape.canonical).substr(end - at - kJobDigits - 1 - kJobCheck);
    shape.verified = tail.substr(kJobDigits + 1) == job_check(tail.substr(0, kJobDigits));
    return shape.verified ? std::optional(shape) : std::nullopt;
  }
  std::size_t dash = at;
  while (dash < text.size() && dash - at < 8 && text[dash] != '-' && is_word_char(text[dash]))
    ++dash;
  NameShape shape;
  std::string code;
  // Behind the short form a dash belongs to what follows (a zone's subnet: zone-10.0.0.0-24).
  const auto kind =
      byte_at(text, dash) == '-' ? kind_of_code(lower(text.substr(at, dash - at))) : std::nullopt;
  if (kind) {
    if (*kind == Kind::kNetwork) return std::nullopt;
    shape.kind = *kind;
    shape.end = dash + 8;
    if (text.size() < shape.end) return std::nullopt;
    code = lower(text.substr(dash + 1, 7));
  } else {
    shape.kind = Kind::kNetwork;
    shape.end = at + 7;
    if (dash != shape.end || to_lower(text[at]) != 'n') return std::nullopt;
    code = lower(text.substr(at + 1, 6));
  }
  if (is_word_char(byte_at(text, shape.end)) && shape.end < text.size()) return std::nullopt;
  if (!in_alphabet(code) || !mixed(code)) return std::nullopt;
  const std::string_view body = std::string_view(code).substr(0, code.size() - kCheckChars);
  shape.verified = std::string_view(code).substr(body.size()) == check(body);
  shape.canonical = std::string(kind_code(shape.kind));
  if (shape.kind != Kind::kNetwork) shape.canonical += '-';
  shape.canonical += code;
  return shape;
}

std::uint32_t Scheme::ipv4_block(std::uint32_t base, unsigned counter) const {
  for (const Range& range : kPrivate) {
    if (counter > 0 || !within(base, range.base, range.bits)) continue;
    // Crypto-PAn: the flip of each bit depends on the real bits before it.
    std::uint32_t out = range.pseudonym | (base & (0xFFFFFFFFU >> range.bits));
    for (int bit = 31 - range.bits; bit >= 8; --bit) {
      const std::uint32_t prefix = base >> (bit + 1);
      const std::string digest = crypto::hmac_sha256(
          address_key_.expose(), "ipv4/" + std::to_string(bit) + '/' + std::to_string(prefix));
      if ((static_cast<unsigned char>(digest[0]) & 1U) != 0) out ^= 1U << bit;
    }
    return out & 0xFFFFFF00U;
  }
  const std::string digest = crypto::hmac_sha256(
      address_key_.expose(), tagged("ipv4-public", std::to_string(base), counter));
  const std::uint64_t draw = number(digest, 0, 8);
  return (kPublic[draw & 3] << 24) | (static_cast<std::uint32_t>(draw >> 2) & 0xFFFFU) << 8;
}

std::array<std::uint16_t, 4> Scheme::ipv6_block(const std::array<std::uint16_t, 8>& real,
                                                unsigned counter) const {
  const std::string site =
      crypto::hmac_sha256(address_key_.expose(), tagged("ipv6/48", bytes_of(real, 3), counter));
  const std::string subnet =
      crypto::hmac_sha256(address_key_.expose(), tagged("ipv6/64", bytes_of(real, 4), counter));
  const bool local = (real[0] & 0xFE00) == 0xFC00;
  // Zero groups must stay zero, so short prefixes (2a00::/64) differ in the marker group alone.
  const auto spare = static_cast<std::uint16_t>(kSpareMarkers + counter);
  return {counter > 0 ? spare
          : local     ? kLocalMarker
                      : kGlobalMarker,
          like(real[1], number(site, 0, 8)), like(real[2], number(site, 8, 8)),
          like(real[3], number(subnet, 0, 8))};
}

std::array<std::uint16_t, 4> Scheme::ipv6_host(const std::array<std::uint16_t, 8>& real,
                                               unsigned counter) const {
  const std::string digest =
      crypto::hmac_sha256(address_key_.expose(), tagged("ipv6/host", bytes_of(real, 8), counter));
  std::array<std::uint16_t, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) out[i] = like(real[4 + i], number(digest, i * 8, 8));
  return out;
}

std::array<std::uint8_t, 6> Scheme::mac(const std::array<std::uint8_t, 6>& real,
                                        unsigned counter) const {
  std::string bytes(6, '\0');
  std::transform(real.begin(), real.end(), bytes.begin(),
                 [](std::uint8_t octet) { return static_cast<char>(octet); });
  const std::string digest =
      crypto::hmac_sha256(address_key_.expose(), tagged("mac", bytes, counter));
  std::uint8_t origin = 0;
  if (real[0] == 0xBC && real[1] == 0x24 && real[2] == 0x11) origin = 1;
  if (real[0] == 0x52 && real[1] == 0x54 && real[2] == 0x00) origin = 2;
  return {0x0A,
          static_cast<std::uint8_t>(0x50 | origin),
          static_cast<std::uint8_t>(digest[0]),
          static_cast<std::uint8_t>(digest[1]),
          static_cast<std::uint8_t>(digest[2]),
          static_cast<std::uint8_t>(digest[3])};
}

std::string Scheme::phone(std::string_view canonical, unsigned counter) const {
  const std::string digest =
      crypto::hmac_sha256(name_key_.expose(), tagged("phone", canonical, counter));
  const std::string digits = std::to_string(1'000'000 + number(digest, 0, 8) % 1'000'000);
  return "+00 000 " + digits.substr(1);
}

std::string Scheme::uuid(std::string_view canonical, unsigned counter) const {
  const std::string digest =
      crypto::hmac_sha256(address_key_.expose(), tagged("uuid", canonical, counter));
  std::string hex = crypto::hex(std::string_view(digest).substr(0, 16));
  hex[12] = '8';
  hex[13] = '5';
  hex[16] = "89ab"[hex_value(hex[16]) & 3];
  for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, 1, '-');
  return hex;
}

std::size_t job_id_end(std::string_view text, std::size_t at) {
  const auto hex_end = [text](std::size_t from, std::size_t count) {
    std::size_t end = from;
    while (end - from < count && is_hex(byte_at(text, end))) ++end;
    return end;
  };
  for (const std::string_view head : rules::files::kMadeJobs) {
    if (!equals_folded(text.substr(at, head.size()), head)) continue;
    const std::size_t code = at + head.size();
    const std::size_t dash = hex_end(code, kJobDigits);
    if (dash - code != kJobDigits || byte_at(text, dash) != '-') return at;
    const std::size_t end = hex_end(dash + 1, kJobCheck);
    const bool ends = !is_word_char(byte_at(text, end)) && byte_at(text, end) != '-';
    return end - dash == kJobCheck + 1 && ends ? end : at;
  }
  return at;
}

std::string spelled_pseudonym(std::string_view pseudonym, unsigned number) {
  const std::size_t dash = pseudonym.find('-');
  std::string out(pseudonym);
  const std::size_t code = dash == std::string_view::npos ? 1 : dash + 1;
  std::vector<std::size_t> letters;
  for (std::size_t i = code; i < out.size(); ++i)
    if (is_letter(out[i])) letters.push_back(i);
  // All letters of the code in upper case mean "as the real name, in lower case".
  const std::uint64_t loud = (std::uint64_t{1} << letters.size()) - 1;
  for (std::size_t i = 1; dash != std::string_view::npos && i < dash; ++i) letters.push_back(i);
  std::uint64_t pattern = std::uint64_t{number} + 1;
  if (pattern >= loud) ++pattern;
  if (pattern >> letters.size() != 0) return "";
  for (std::size_t i = 0; i < letters.size(); ++i)
    if ((pattern >> i & 1) != 0) out[letters[i]] = to_upper(out[letters[i]]);
  return out;
}

bool is_private_ipv4(std::uint32_t value) {
  return std::any_of(kPrivate.begin(), kPrivate.end(),
                     [value](const Range& range) { return within(value, range.base, range.bits); });
}

bool is_pseudonym_ipv4(std::uint32_t value) {
  const std::uint32_t first = value >> 24;
  if (std::find(kPublic.begin(), kPublic.end(), first) != kPublic.end()) return true;
  return std::any_of(kPrivate.begin(), kPrivate.end(), [value](const Range& range) {
    return within(value, range.pseudonym, range.bits);
  });
}

}  // namespace pmx::anonymize
