#include "anonymize/address.h"

#include <algorithm>
#include <iterator>

#include "anonymize/chars.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kLower = "0123456789abcdef";
constexpr std::string_view kUpper = "0123456789ABCDEF";

/// Hex digits of a group, at least `width` of them.
std::string hex_group(unsigned value, bool upper_case, int width) {
  const std::string_view digits = upper_case ? kUpper : kLower;
  std::string out;
  for (int place = 3; place >= 0; --place) {
    const unsigned nibble = (value >> (place * 4)) & 15U;
    if (nibble != 0 || !out.empty() || place < width || place == 0) out += digits[nibble];
  }
  return out;
}

/// One to four hex digits at `i`; moves `i` behind them. Nothing when there are none or more.
std::optional<std::uint16_t> read_group(std::string_view text, std::size_t& i, Ipv6& out,
                                        std::uint8_t& width) {
  const std::size_t start = i;
  unsigned value = 0;
  while (i < text.size() && is_hex(text[i])) {
    if (i - start == 4) return std::nullopt;
    value = value * 16 + hex_value(text[i]);
    if (text[i] >= 'A' && text[i] <= 'F') out.upper = true;
    ++i;
  }
  if (i == start) return std::nullopt;
  if (i - start < 4) out.padded = false;
  if (text[start] == '0' && i - start > 1) width = static_cast<std::uint8_t>(i - start);
  return static_cast<std::uint16_t>(value);
}

/// Whether "group:" or "::" stands before `at`, so that an address does not begin here.
bool follows_group(std::string_view text, std::size_t at) {
  std::size_t word = at - 1;
  while (word > 0 && is_hex(text[word - 1])) --word;
  if (word == at - 1) return word > 0 && text[word - 1] == ':';
  return (word == 0 || !is_word_char(text[word - 1])) && at - 1 - word <= 4;
}

bool read_pair(std::string_view text, std::size_t at, std::uint8_t& octet, bool& upper_case) {
  if (!is_hex(byte_at(text, at)) || !is_hex(byte_at(text, at + 1))) return false;
  for (const char c : text.substr(at, 2))
    if (c >= 'A' && c <= 'F') upper_case = true;
  octet = static_cast<std::uint8_t>(hex_value(text[at]) * 16 + hex_value(text[at + 1]));
  return true;
}

}  // namespace

std::optional<Ipv4> read_ipv4(std::string_view text, std::size_t at) {
  const char before = at > 0 ? text[at - 1] : ' ';
  if (is_word_char(before)) return std::nullopt;
  if (before == '.' && at > 1 && is_word_char(text[at - 2])) return std::nullopt;
  Ipv4 out;
  std::size_t i = at;
  for (int group = 0; group < 4; ++group) {
    if (group > 0 && byte_at(text, i++) != '.') return std::nullopt;
    const std::size_t start = i;
    unsigned value = 0;
    while (i < text.size() && is_digit(text[i]) && i - start < 4)
      value = value * 10 + static_cast<unsigned>(text[i++] - '0');
    if (i == start || value > 255 || (text[start] == '0' && i - start > 1)) return std::nullopt;
    out.value = (out.value << 8) | value;
  }
  if (is_word_char(byte_at(text, i)) && text[i] != '\0') return std::nullopt;
  if (byte_at(text, i) == '.' && is_digit(byte_at(text, i + 1))) return std::nullopt;
  out.end = i;
  return out;
}

std::optional<Ipv4> read_ipv4_with_port(std::string_view text, std::size_t at) {
  if (!is_digit(byte_at(text, at))) return std::nullopt;
  std::size_t dots[4] = {};
  std::size_t count = 0;
  std::size_t end = at;
  for (; is_digit(byte_at(text, end)) || byte_at(text, end) == '.'; ++end) {
    if (text[end] != '.') continue;
    if (!is_digit(byte_at(text, end + 1))) break;
    if (count == std::size(dots)) return std::nullopt;
    dots[count++] = end;
  }
  if (is_word_char(byte_at(text, end)) && end < text.size()) return std::nullopt;
  return read_ipv4(count == std::size(dots) ? text.substr(0, dots[3]) : text, at);
}

std::string format_ipv4(std::uint32_t value) {
  return std::to_string(value >> 24) + '.' + std::to_string((value >> 16) & 255) + '.' +
         std::to_string((value >> 8) & 255) + '.' + std::to_string(value & 255);
}

namespace {

/// Whether the port of a connection stands at `at`, as netstat writes it behind all eight groups.
bool is_port(std::string_view text, std::size_t at, const Ipv6& address) {
  constexpr std::size_t kMostDigits = 5;
  std::size_t end = at + 1;
  while (is_digit(byte_at(text, end))) ++end;
  const bool wide = std::any_of(address.groups.begin(), address.groups.end(),
                                [](std::uint16_t group) { return group > 0xFF; });
  return wide && address.compressed_at < 0 && end > at + 1 && end - at - 1 <= kMostDigits &&
         !is_word_char(byte_at(text, end)) && byte_at(text, end) != ':';
}

}  // namespace

std::optional<Ipv6> read_ipv6(std::string_view text, std::size_t at) {
  const char before = at > 0 ? text[at - 1] : ' ';
  if (is_word_char(before) || (before == ':' && follows_group(text, at))) return std::nullopt;
  Ipv6 out;
  out.padded = true;
  std::size_t i = at;
  std::size_t count = 0;
  if (byte_at(text, i) == ':') {
    if (byte_at(text, i + 1) != ':') return std::nullopt;
    out.compressed_at = 0;
    i += 2;
  }
  while (count < 8 && i < text.size() && is_hex(text[i])) {
    const auto group = read_group(text, i, out, out.widths[count]);
    if (!group) return std::nullopt;
    out.groups[count++] = *group;
    if (byte_at(text, i) != ':') break;
    if (byte_at(text, i + 1) == ':') {
      if (out.compressed_at >= 0) return std::nullopt;
      out.compressed_at = static_cast<int>(count);
      i += 2;
    } else if (is_hex(byte_at(text, i + 1)) && count < 8) {
      ++i;
    } else {
      break;
    }
  }
  if (out.compressed_at < 0 && count != 8) return std::nullopt;
  if (out.compressed_at >= 0) {
    if (count > 7) return std::nullopt;
    out.compressed = static_cast<int>(8 - count);
    // What was read behind "::" belongs to the end.
    const auto head = out.compressed_at;
    std::rotate(out.groups.begin() + head, out.groups.begin() + static_cast<int>(count),
                out.groups.end());
    std::rotate(out.widths.begin() + head, out.widths.begin() + static_cast<int>(count),
                out.widths.end());
  }
  out.padded = out.padded && std::any_of(out.widths.begin(), out.widths.end(),
                                         [](std::uint8_t width) { return width > 0; });
  const char after = byte_at(text, i);
  if (i < text.size() && (is_word_char(after) || after == ':') &&
      !(after == ':' && !is_hex(byte_at(text, i + 1)) && byte_at(text, i + 1) != ':') &&
      !(after == ':' && is_port(text, i, out)))
    return std::nullopt;
  out.end = i;
  return out;
}

std::string format_ipv6(const std::array<std::uint16_t, 8>& groups, const Ipv6& shape) {
  std::string out;
  for (int k = 0; k < 8; ++k) {
    if (k == shape.compressed_at && shape.compressed > 0) {
      out += "::";
      k += shape.compressed - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    const auto index = static_cast<std::size_t>(k);
    out += hex_group(groups[index], shape.upper, shape.padded ? 4 : shape.widths[index]);
  }
  return out;
}

std::string canonical_ipv6(const std::array<std::uint16_t, 8>& groups) {
  return format_ipv6(groups, Ipv6{});
}

std::optional<Mac> read_mac(std::string_view text, std::size_t at, bool chain) {
  const char before = at > 0 ? text[at - 1] : ' ';
  if (is_word_char(before)) return std::nullopt;
  Mac out;
  const bool dotted = byte_at(text, at + 4) == '.';
  out.separator = dotted ? '.' : byte_at(text, at + 2);
  if (out.separator != ':' && out.separator != '-' && out.separator != '.') return std::nullopt;
  if (before == out.separator && at > 1 && is_hex(text[at - 2]) && !chain) return std::nullopt;
  std::size_t i = at;
  for (std::size_t k = 0; k < 6; ++k) {
    const bool expects = k > 0 && (!dotted || k % 2 == 0);
    if (expects && byte_at(text, i++) != out.separator) return std::nullopt;
    if (!read_pair(text, i, out.octets[k], out.upper)) return std::nullopt;
    i += 2;
  }
  const char after = byte_at(text, i);
  if (i < text.size() && is_word_char(after)) return std::nullopt;
  if (after == out.separator && is_hex(byte_at(text, i + 1)) && !chain) return std::nullopt;
  out.end = i;
  return out;
}

std::optional<Mac> read_mac_interface(std::string_view text) {
  constexpr std::size_t kLength = 15;
  if (!text.starts_with("enx") || text.size() < kLength) return std::nullopt;
  Mac out;
  out.separator = '\0';
  for (std::size_t k = 0; k < 6; ++k)
    if (!read_pair(text, 3 + 2 * k, out.octets[k], out.upper)) return std::nullopt;
  if (is_word_char(byte_at(text, kLength))) return std::nullopt;
  out.end = kLength;
  return out;
}

std::string format_mac(const std::array<std::uint8_t, 6>& octets, const Mac& shape) {
  const std::string_view digits = shape.upper ? kUpper : kLower;
  std::string out;
  for (std::size_t k = 0; k < 6; ++k) {
    const bool separated = k > 0 && shape.separator != 0 && (shape.separator != '.' || k % 2 == 0);
    if (separated) out += shape.separator;
    out += digits[octets[k] >> 4];
    out += digits[octets[k] & 15];
  }
  return out;
}

std::string canonical_mac(const std::array<std::uint8_t, 6>& octets) {
  return format_mac(octets, Mac{});
}

bool is_uuid_at(std::string_view text, std::size_t at) {
  if (text.size() < at + 36) return false;
  if (at > 0 && (is_word_char(text[at - 1]))) return false;
  for (std::size_t k = 0; k < 36; ++k) {
    const bool dash = k == 8 || k == 13 || k == 18 || k == 23;
    if (dash ? text[at + k] != '-' : !is_hex(text[at + k])) return false;
  }
  return at + 36 == text.size() || !is_word_char(text[at + 36]);
}

std::size_t hex_pairs_at(std::string_view text, std::size_t at) {
  std::size_t pairs = 0;
  while (is_hex(byte_at(text, at)) && is_hex(byte_at(text, at + 1))) {
    ++pairs;
    at += 2;
    if (byte_at(text, at) != ':') break;
    ++at;
  }
  return pairs;
}

bool is_frame_mac(std::string_view text, std::size_t at, std::size_t pairs) {
  constexpr std::size_t kMac = 18;  // with its colon
  if (pairs == 14) return true;
  return pairs == 8 && at >= kMac && hex_pairs_at(text, at - kMac) == 14 &&
         (at == kMac || !is_word_char(text[at - kMac - 1]));
}

}  // namespace pmx::anonymize
