#include <algorithm>
#include <utility>

#include "anonymize/address.h"
#include "anonymize/blobs.h"
#include "anonymize/resolve.h"
#include "anonymize/restore.h"
#include "anonymize/rewrite.h"
#include "anonymize/unfold.h"
#include "base/percent.h"

namespace pmx::anonymize {
namespace {

constexpr std::string_view kNotIssued =
    "this map has none such: another map, one that was cleared, or invented";

/// Fourteen pairs of hex digits with colons: two MACs and a type.
constexpr std::size_t kFrame = 41;

/// A piece of text that stands for something, and what for.
struct Piece {
  std::size_t length = 0;
  std::string real;
  std::string_view classes = {};  ///< of what it stands for
  std::int64_t epoch = 0;         ///< in which it was issued
};

/// What looks like a pseudonym and is not restored.
struct LookAlike {
  std::size_t length = 0;
  std::string_view classes = {};
  std::string_view rule = {};
  std::string_view reason = {};
};

constexpr std::string_view kEncoded = "text";  ///< the class of a text in base64 or hex

/// The entry of exactly this spelling, else of the pseudonym in any letter case.
const Ledger::Entry* entry_of(const Ledger& ledger, std::string_view surface,
                              std::string_view canonical) {
  const Ledger::Entry* exact = ledger.by_pseudonym(surface);
  return exact != nullptr ? exact : ledger.by_pseudonym(canonical);
}

Piece name_piece(const Scheme& scheme, const Ledger& ledger, std::string_view rest) {
  const auto shape = read_pseudonym(scheme, ledger, rest, 0);
  if (!shape) return {};  // whose check characters fit says the ledger: each epoch has its own
  const std::string_view surface = rest.substr(0, shape->end);
  const Ledger::Entry* entry = entry_of(ledger, surface, shape->canonical);
  const Ledger::Entry* plain = ledger.by_pseudonym(shape->canonical);
  if (entry == nullptr) return {};
  const std::string suffix = domain_suffix(plain != nullptr ? *plain : *entry);
  const bool follows =
      !suffix.empty() && equals_folded(rest.substr(shape->end, suffix.size()), suffix);
  return {shape->end + (follows ? suffix.size() : 0), undress(*entry, surface),
          kind_code(entry->kind), entry->epoch};
}

Piece phone_piece(const Ledger& ledger, std::string_view rest) {
  const std::string_view shown = rest.substr(0, kPhoneLength);
  if (!shown.starts_with("+00 000 ") || is_digit(byte_at(rest, kPhoneLength))) return {};
  const Ledger::Entry* entry = ledger.by_pseudonym(shown);
  if (entry == nullptr) return {};
  return {kPhoneLength, entry->real.substr(kPhoneMark.size()), "phone", entry->epoch};
}

Piece piece_of(std::size_t length, RealAddress real, Kind kind) {
  return {length, std::move(real.text), kind_code(kind), real.epoch};
}

Piece address_piece(const Ledger& ledger, std::string_view rest, bool frame) {
  if (is_uuid_at(rest, 0)) {
    const std::string_view surface = rest.substr(0, 36);
    const std::string folded = lower(surface);
    const Ledger::Entry* entry = ledger.by_pseudonym(folded);
    if (entry == nullptr) return {};
    return {36, surface == folded ? entry->real : upper(entry->real), kind_code(entry->kind),
            entry->epoch};
  }
  if (const auto mac = read_mac(rest, 0, frame))
    return piece_of(mac->end, real_mac(ledger, *mac), Kind::kMac);
  if (const auto ipv6 = read_ipv6(rest, 0))
    return piece_of(ipv6->end, real_ipv6(ledger, *ipv6), Kind::kIpv6);
  if (const auto ipv4 = read_ipv4_with_port(rest, 0))
    return piece_of(ipv4->end, real_ipv4(ledger, ipv4->value), Kind::kIpv4);
  return {};
}

/// The length of an escape at `at` that is no part of a word: %3A, \n, \u0041.
/// In a text in quoted-printable also =20.
std::size_t escape_length(std::string_view text, std::size_t at, bool printable) {
  const std::string_view mark = text.substr(at, 3);
  if (printable && (mark == "=20" || mark == "=3D")) return mark.size();
  const auto hex = [text](std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < from + count; ++i)
      if (!is_hex(byte_at(text, i))) return false;
    return true;
  };
  if (text[at] == '%') {
    std::size_t length = hex(at + 1, 2) ? 3 : 0;
    while (length > 0 && text.substr(at + length - 2, 2) == "25" && hex(at + length, 2))
      length += 2;
    return length;
  }
  if (text[at] != '\\') return 0;
  switch (byte_at(text, at + 1)) {
    case 'u': return hex(at + 2, 4) ? 6 : 0;
    case 'x': return hex(at + 2, 2) ? 4 : 0;
    case 'n':
    case 'r':
    case 't':
    case 'b':
    case 'f': return 2;
    case '\\':  // an escape of its own layer may follow: \\x3a
      if (byte_at(text, at + 2) == 'u' && hex(at + 3, 4)) return 7;
      return byte_at(text, at + 2) == 'x' && hex(at + 3, 2) ? 5 : 2;
    default: return 0;
  }
}

/// Pseudonyms are ASCII: what stands beside one, a quote or a letter, is no part of it.
bool is_ascii_word(char c) { return is_word_char(c) && static_cast<unsigned char>(c) < 0x80; }

/// The beginning of `text` up to a byte beyond ASCII; at least as far as any pseudonym reaches.
std::string_view ascii_part(std::string_view text) {
  constexpr std::size_t kReach = 256;
  const std::size_t most = std::min(text.size(), kReach);
  for (std::size_t i = 0; i < most; ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return text.substr(0, i);
  return text;
}

class Revealer {
 public:
  Revealer(const Scheme& scheme, const Ledger& ledger) : scheme_(scheme), ledger_(ledger) {}

  std::string text(std::string_view text, unsigned depth, Explanation* explanation) const {
    std::string out;
    std::size_t told = 0;
    SlashChain chain;
    bool begins = true;
    bool run_begins = true;
    bool pair = false;  ///< two backslashes stand before
    const bool printable = is_printable(text);
    for (std::size_t at = 0; at < text.size();) {
      Piece found = piece(text, at, begins);
      const bool inside = run_begins && depth < Rewriter::kMaxDepth && is_word_char(text[at]);
      if (found.length == 0 && inside) found = blob(text, at, depth, chain);
      if (found.length > 0) {
        if (explanation != nullptr)
          explanation->push_back(restored(text.substr(at, found.length), found, out.size()));
        out += found.real;
        at += found.length;
        begins = run_begins = false;
        continue;
      }
      if (explanation != nullptr && at >= told)
        if (const LookAlike other = look_alike(text, at, begins); other.length > 0) {
          explanation->push_back({out.size(), out.size() + other.length, "",
                                  std::string(other.classes), std::string(other.rule),
                                  std::string(other.reason)});
          told = at + other.length;
        }
      if (const std::size_t length = escape_length(text, at, printable); length > 0) {
        pair = text.substr(at, length) == "\\\\";
        out.append(text.substr(at, length));
        at += length;
        begins = run_begins = true;
        continue;
      }
      // A line's end in a document within a document: \\n.
      const bool letter = text[at] == 'n' || text[at] == 'r' || text[at] == 't';
      if (std::exchange(pair, false) && letter) {
        out += text[at++];
        begins = run_begins = true;
        continue;
      }
      begins = !is_ascii_word(text[at]);
      run_begins = !is_run_char(text[at]);
      out += text[at++];
    }
    return out;
  }

 private:
  [[nodiscard]] Replaced restored(std::string_view shown, const Piece& piece,
                                  std::size_t begin) const {
    const bool encoded = piece.classes == kEncoded;
    const bool earlier = !encoded && piece.epoch < ledger_.epoch();
    return {begin,
            begin + piece.real.size(),
            std::string(shown),
            std::string(piece.classes),
            encoded   ? "encoded"
            : earlier ? "earlier"
                      : "issued",
            encoded   ? "base64 or hex of a text with pseudonyms"
            : earlier ? "pseudonym of this map from before a rotation"
                      : "pseudonym of this map"};
  }

  /// What at `at`, where nothing was restored, looks like a pseudonym.
  [[nodiscard]] LookAlike look_alike(std::string_view text, std::size_t at, bool begins) const {
    if (const std::size_t end = placeholder_end(text, at); end > at) {
      const bool bare = text[at] != '[';
      return {end - at, bare ? "secret:password" : text.substr(at + 1, end - at - 2), "secret",
              "nothing is kept that this could be restored from"};
    }
    const std::string_view rest = ascii_part(text.substr(at));
    if (rest.starts_with("+00 000 ") && is_digit(byte_at(rest, kPhoneLength - 1)) &&
        !is_digit(byte_at(rest, kPhoneLength)))
      return {kPhoneLength, "phone", "unknown", kNotIssued};
    if (!begins) return {};
    if (is_word_char(text[at]))
      if (const auto shape = read_pseudonym(scheme_, ledger_, rest, 0))
        return {shape->end, kind_code(shape->kind), shape->verified ? "unknown" : "damaged",
                shape->verified ? kNotIssued
                                : "its check characters do not fit: mistyped, invented, or made "
                                  "with another key"};
    return address_like(rest);
  }

  /// An address of those that only pseudonyms have.
  [[nodiscard]] static LookAlike address_like(std::string_view rest) {
    if (!is_hex(rest.front()) && rest.front() != ':') return {};
    const auto unknown = [](std::size_t length, Kind kind) {
      return LookAlike{length, kind_code(kind), "unknown", kNotIssued};
    };
    if (const auto mac = read_mac(rest, 0); mac && is_marked_mac(mac->octets))
      return unknown(mac->end, Kind::kMac);
    if (const auto ipv6 = read_ipv6(rest, 0); ipv6 && is_marked_ipv6(ipv6->groups))
      return unknown(ipv6->end, Kind::kIpv6);
    if (const auto ipv4 = read_ipv4_with_port(rest, 0); ipv4 && is_pseudonym_ipv4(ipv4->value))
      return unknown(ipv4->end, Kind::kIpv4);
    return {};
  }

  Piece piece(std::string_view text, std::size_t at, bool begins) const {
    const char c = text[at];
    const std::string_view rest = ascii_part(text.substr(at));
    if (c == '+') return phone_piece(ledger_, rest);
    // "\node-k3x9q2f" is a name behind a backslash, and no line end.
    if (c == '\\') {
      Piece name = name_piece(scheme_, ledger_, rest.substr(1));
      if (name.length == 0) return {};
      name.real.insert(0, 1, '\\');
      ++name.length;
      return name;
    }
    if (!begins) return {};
    if (is_word_char(c)) {
      Piece found = name_piece(scheme_, ledger_, rest);
      if (!found.real.empty()) return found;
    }
    if (c == 'e')
      if (const auto mac = read_mac_interface(rest)) {
        Piece found = piece_of(mac->end, real_mac(ledger_, *mac), Kind::kMac);
        if (!found.real.empty()) return found.real.insert(0, "enx"), found;
      }
    if (is_hex(c) || c == ':') {
      // More pairs than a frame has are neither it nor an address.
      const std::size_t pairs = hex_pairs_at(rest.substr(0, kFrame + 3), 0);
      Piece found = address_piece(ledger_, rest, is_frame_mac(text, at, pairs));
      if (!found.real.empty()) return found;
      found = escaped_address(rest);
      if (found.real.empty()) found = odd_ipv4(rest);
      if (found.real.empty()) found = dashed_ipv4(rest);
      if (!found.real.empty()) return found;
    }
    return {};
  }

  /// 10[.]1[dot]2[.]3 and 10.1.2.*.
  Piece odd_ipv4(std::string_view rest) const {
    std::string plain;
    std::size_t end = 0;
    bool defanged = false;
    while (end < rest.size() && plain.size() < 16) {
      const std::size_t dot = defanged_dot(rest, end);
      if (dot == 0 && !is_digit(rest[end]) && rest[end] != '.') break;
      defanged = defanged || dot > 0;
      plain += dot > 0 ? '.' : rest[end];
      end += std::max<std::size_t>(dot, 1);
    }
    const bool pattern = !defanged && plain.ends_with('.') && byte_at(rest, end) == '*';
    if (pattern) plain += '0';
    const auto address = defanged || pattern ? read_ipv4(plain, 0) : std::nullopt;
    if (!address || address->end != plain.size()) return {};
    Piece found = piece_of(end, real_ipv4(ledger_, address->value), Kind::kIpv4);
    if (found.real.empty()) return {};
    found.real = pattern ? found.real.substr(0, found.real.size() - 1)
                         : defanged_like(found.real, rest.substr(0, end));
    return found;
  }

  /// 10-1-2-3, the label of a host.
  Piece dashed_ipv4(std::string_view rest) const {
    std::string dotted(rest.substr(0, 16));
    std::replace(dotted.begin(), dotted.end(), '-', '.');
    dotted.resize(std::min(dotted.find_first_not_of("0123456789."), dotted.size()));
    if (rest.substr(0, dotted.size()).find('.') < 7) return {};
    const auto address = read_ipv4(dotted.substr(0, dotted.find_last_not_of('.') + 1), 0);
    if (!address) return {};
    Piece found = piece_of(address->end, real_ipv4(ledger_, address->value), Kind::kIpv4);
    std::replace(found.real.begin(), found.real.end(), '.', '-');
    return found;
  }

  /// An address whose colons are written %3A.
  Piece escaped_address(std::string_view rest) const {
    constexpr std::size_t kLongest = 120;
    std::size_t end = 0;
    bool escaped = false;
    while (end < rest.size() && end < kLongest &&
           (is_hex(rest[end]) || rest[end] == '.' || rest.substr(end, 3) == "%3A")) {
      escaped = escaped || rest[end] == '%';
      end += rest[end] == '%' ? 3U : 1U;
    }
    if (!escaped) return {};
    const Layer layer = percent_layer(rest.substr(0, end));
    Piece found = address_piece(ledger_, layer.text, hex_pairs_at(layer.text, 0) == 14);
    if (found.real.empty()) return {};
    found.length = layer.offsets[found.length];
    found.real = percent_encode(found.real);
    return found;
  }

  Piece blob(std::string_view text, std::size_t at, unsigned depth, SlashChain& chain) const {
    for (const bool hex : {true, false}) {
      if (hex && !is_hex(text[at])) continue;
      const Blob found = hex ? read_hex(text, at) : read_base64(text, at, chain);
      if (found.end <= at) continue;
      const std::string real = this->text(found.plain, depth + 1, nullptr);
      if (real != found.plain) return {found.end - at, write_blob(found, real), kEncoded};
    }
    return {};
  }

  const Scheme& scheme_;
  const Ledger& ledger_;
};

}  // namespace

RealAddress real_ipv4(const Ledger& ledger, std::uint32_t value) {
  const Ledger::Entry* block = ledger.by_pseudonym(ipv4_block_key(value));
  const auto base = block != nullptr ? read_ipv4(block->real, 0) : std::nullopt;
  if (!base) return {};
  return {format_ipv4(base->value | (value & 255U)), block->epoch};
}

RealAddress real_ipv6(const Ledger& ledger, const Ipv6& address) {
  if (const Ledger::Entry* entry = ledger.by_pseudonym(canonical_ipv6(address.groups))) {
    const auto real = read_ipv6(entry->real, 0);
    if (!real) return {};
    return {format_ipv6(real->groups, address), entry->epoch};
  }
  const Ledger::Entry* block = ledger.by_pseudonym(ipv6_block_key(address.groups));
  if (block == nullptr || !has_small_host(address.groups)) return {};
  const std::string_view text = block->real;
  auto real = read_ipv6(text.substr(0, text.find('/')), 0);
  if (!real) return {};
  real->groups[7] = address.groups[7];
  return {format_ipv6(real->groups, address), block->epoch};
}

RealAddress real_mac(const Ledger& ledger, const Mac& address) {
  const Ledger::Entry* entry = ledger.by_pseudonym(canonical_mac(address.octets));
  const auto real = entry != nullptr ? read_mac(entry->real, 0) : std::nullopt;
  if (!real) return {};
  return {format_mac(real->octets, address), entry->epoch};
}

std::string reveal_text(const Scheme& scheme, const Ledger& ledger, std::string_view text,
                        Explanation* explanation) {
  return Revealer(scheme, ledger).text(text, 0, explanation);
}

}  // namespace pmx::anonymize
