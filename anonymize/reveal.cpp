#include <algorithm>

#include "anonymize/address.h"
#include "anonymize/resolve.h"
#include "anonymize/restore.h"

namespace pmx::anonymize {
namespace {

/// A piece of text that stands for something, and what for.
struct Piece {
  std::size_t length = 0;
  std::string real;
};

Piece name_piece(const Scheme& scheme, const Ledger& ledger, std::string_view rest) {
  const auto shape = scheme.read_name(rest, 0);
  if (!shape || !shape->verified) return {};
  const Ledger::Entry* entry = ledger.by_pseudonym(shape->canonical);
  if (entry == nullptr) return {};
  const std::string suffix = domain_suffix(*entry);
  const bool follows =
      !suffix.empty() && equals_folded(rest.substr(shape->end, suffix.size()), suffix);
  return {shape->end + (follows ? suffix.size() : 0), undress(*entry, rest.substr(0, shape->end))};
}

Piece phone_piece(const Ledger& ledger, std::string_view rest) {
  const std::string_view shown = rest.substr(0, kPhoneLength);
  if (!shown.starts_with("+00 000 ") || is_digit(byte_at(rest, kPhoneLength))) return {};
  const Ledger::Entry* entry = ledger.by_pseudonym(shown);
  if (entry == nullptr) return {};
  return {kPhoneLength, entry->real.substr(kPhoneMark.size())};
}

Piece address_piece(const Ledger& ledger, std::string_view rest) {
  if (is_uuid_at(rest, 0)) {
    const std::string_view surface = rest.substr(0, 36);
    const std::string folded = lower(surface);
    const Ledger::Entry* entry = ledger.by_pseudonym(folded);
    if (entry == nullptr) return {};
    return {36, surface == folded ? entry->real : upper(entry->real)};
  }
  if (const auto mac = read_mac(rest, 0)) return {mac->end, real_mac(ledger, *mac)};
  if (const auto ipv6 = read_ipv6(rest, 0)) return {ipv6->end, real_ipv6(ledger, *ipv6)};
  if (const auto ipv4 = read_ipv4(rest, 0)) return {ipv4->end, real_ipv4(ledger, ipv4->value)};
  return {};
}

}  // namespace

std::string real_ipv4(const Ledger& ledger, std::uint32_t value) {
  const Ledger::Entry* block = ledger.by_pseudonym(ipv4_block_key(value));
  if (block == nullptr) return "";
  const auto base = read_ipv4(block->real, 0);
  return base ? format_ipv4(base->value | (value & 255U)) : "";
}

std::string real_ipv6(const Ledger& ledger, const Ipv6& address) {
  if (const Ledger::Entry* entry = ledger.by_pseudonym(canonical_ipv6(address.groups))) {
    const auto real = read_ipv6(entry->real, 0);
    return real ? format_ipv6(real->groups, address) : "";
  }
  const Ledger::Entry* block = ledger.by_pseudonym(ipv6_block_key(address.groups));
  if (block == nullptr || !has_small_host(address.groups)) return "";
  const std::string_view text = block->real;
  auto real = read_ipv6(text.substr(0, text.find('/')), 0);
  if (!real) return "";
  real->groups[7] = address.groups[7];
  return format_ipv6(real->groups, address);
}

std::string real_mac(const Ledger& ledger, const Mac& address) {
  const Ledger::Entry* entry = ledger.by_pseudonym(canonical_mac(address.octets));
  if (entry == nullptr) return "";
  const auto real = read_mac(entry->real, 0);
  return real ? format_mac(real->octets, address) : "";
}

std::string reveal_text(const Scheme& scheme, const Ledger& ledger, std::string_view text) {
  std::string out;
  bool word_begins = true;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '%' && is_hex(byte_at(text, at + 1)) && is_hex(byte_at(text, at + 2))) {
      out.append(text.substr(at, 3));
      at += 3;
      word_begins = true;
      continue;
    }
    if (word_begins && is_word_char(c)) {
      const std::string_view rest = text.substr(at);
      Piece piece = name_piece(scheme, ledger, rest);
      if (piece.real.empty() && is_hex(c)) piece = address_piece(ledger, rest);
      if (!piece.real.empty()) {
        out += piece.real;
        at += piece.length;
        word_begins = false;
        continue;
      }
    }
    if (const Piece number = c == '+' ? phone_piece(ledger, text.substr(at)) : Piece{};
        !number.real.empty()) {
      out += number.real;
      at += number.length;
      word_begins = false;
      continue;
    }
    word_begins = !is_word_char(c);
    out += c;
    ++at;
  }
  return out;
}

}  // namespace pmx::anonymize
