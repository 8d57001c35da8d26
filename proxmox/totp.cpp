#include "proxmox/totp.h"

#include <algorithm>

#include "base/crypto.h"

namespace pmx::proxmox {
namespace {

constexpr std::size_t kLeastKey = 10;  // bytes; PVE makes 20

Error bad_key(const std::string& why) {
  return {
      Code::kInvalidArgument, "the TOTP secret " + why,
      "give the base32 text or the otpauth:// address that PVE showed when the factor was made"};
}

/// The value of a base32 digit, or -1.
int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

char large_of(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char small_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Result<Secret> unbase32(std::string_view text) {
  std::string key;
  key.reserve(text.size());
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '=') continue;
    const int digit = digit_of(c);
    if (digit < 0) {
      crypto::wipe(key);
      return bad_key("is not base32");
    }
    bits = bits << 5U | static_cast<std::uint32_t>(digit);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    key += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  Secret out(std::move(key));
  if (out.expose().size() < kLeastKey) return bad_key("is too short");
  return out;
}

/// The value of a query parameter of an otpauth address; "" when it is not there.
std::string_view query_value(std::string_view uri, std::string_view name) {
  std::string_view rest = uri.substr(std::min(uri.find('?'), uri.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(pair.size());
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

/// Where the base32 text stands.
std::string_view base32_of(std::string_view text) {
  return text.starts_with("otpauth://") ? query_value(text, "secret") : text;
}

/// HMAC-SHA-1 of RFC 2104; the key is shorter than a block or is hashed first.
std::string hmac_sha1(std::string_view key, std::string_view data) {
  constexpr std::size_t kBlock = 64;
  std::string block(key.size() > kBlock ? crypto::sha1(key) : std::string(key));
  block.resize(kBlock, '\0');
  std::string inner = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : block) c = static_cast<char>(c ^ 0x5C);
  inner += data;
  block += crypto::sha1(inner);
  std::string mac = crypto::sha1(block);
  crypto::wipe(inner);
  crypto::wipe(block);
  return mac;
}

}  // namespace

Result<Secret> parse_totp_key(std::string_view text) {
  if (!text.starts_with("otpauth://")) return unbase32(text);
  if (!text.starts_with("otpauth://totp/")) return bad_key("is not one of time-based codes");
  const auto usual = [&](std::string_view name, std::string_view expected) {
    const std::string_view value = query_value(text, name);
    return value.empty() || value == expected;
  };
  if (!usual("algorithm", "SHA1") || !usual("digits", "6") || !usual("period", "30")) {
    return bad_key("asks for other codes than SHA1, 6 digits, 30 seconds");
  }
  return unbase32(base32_of(text));
}

Secret totp_text(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  for (const char c : base32_of(text)) {
    if (digit_of(c) >= 0) digits += large_of(c);
  }
  return Secret(std::move(digits));
}

std::vector<Secret> totp_spellings(const Secret& text) {
  constexpr std::size_t kGroup = 4;
  std::vector<Secret> spellings;
  for (const std::size_t group : {text.expose().size(), kGroup}) {
    std::string large;
    large.reserve(text.expose().size() * 2);
    for (std::size_t i = 0; i < text.expose().size(); ++i) {
      if (i > 0 && i % group == 0) large += ' ';
      large += text.expose()[i];
    }
    std::string small = large;
    std::transform(small.begin(), small.end(), small.begin(), small_of);
    spellings.emplace_back(std::move(large));
    spellings.emplace_back(std::move(small));
  }
  return spellings;
}

std::int64_t totp_period(SystemTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch() / kTotpPeriod;
}

std::string totp_code(const Secret& key, std::int64_t period) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    counter[7 - i] = static_cast<char>(static_cast<std::uint64_t>(period) >> (8 * i) & 0xFFU);
  }
  const std::string mac = hmac_sha1(key.expose(), counter);
  const auto byte = [&mac](std::size_t at) { return static_cast<unsigned char>(mac[at]); };
  const std::size_t at = byte(19) & 0x0FU;
  const std::uint32_t word = (byte(at) & 0x7FU) << 24U |
                             static_cast<std::uint32_t>(byte(at + 1)) << 16U |
                             static_cast<std::uint32_t>(byte(at + 2)) << 8U | byte(at + 3);
  const std::string digits = std::to_string(word % 1'000'000U);
  return std::string(6 - digits.size(), '0') + digits;
}

}  // namespace pmx::proxmox
