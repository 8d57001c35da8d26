#include "anonymize/leak.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "anonymize/address.h"
#include "anonymize/dictionary.h"
#include "anonymize/json_walk.h"
#include "anonymize/keep.h"
#include "anonymize/pseudonym.h"
#include "anonymize/resolve.h"
#include "anonymize/unfold.h"
#include "anonymize/versions.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kWindow = 4;
constexpr std::size_t kMinSecret = 6;

/// Four bytes, letters in lower case. Other bytes are folded too, always alike: the whole pattern
/// is compared exactly.
inline std::uint32_t window_at(const char* from) {
  std::uint32_t value = 0;
  std::memcpy(&value, from, kWindow);
  return value | 0x20202020U;
}

constexpr std::array<bool, 256> make_separators() {
  std::array<bool, 256> table{};
  for (const char c : {'.', ':', '-', 'J'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
/// What stands in every address behind its first digits; the dashes of a key, and the J of "eyJ".
constexpr auto kSeparators = make_separators();

/// Behind the \\uXXXX at `at` and those that follow it: two may be one character.
std::size_t unicode_end(std::string_view raw, std::size_t at) {
  while (byte_at(raw, at) == '\\' && byte_at(raw, at + 1) == 'u') at += 6;
  return std::min(at, raw.size());
}

/// The bytes with JSON escapes undone, as far as they are some.
std::string json_text(std::string_view raw) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kBytes = "\b\f\n\r\t";
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t mark = std::min(raw.find('\\', at), raw.size());
    out.append(raw, at, mark - at);
    at = mark + 2;
    if (mark + 1 >= raw.size()) break;
    if (raw[mark + 1] == 'u') {
      at = unicode_end(raw, mark);
      out += json_layer(raw.substr(mark, at - mark)).text;
    } else {
      const std::size_t known = kNames.find(raw[mark + 1]);
      out += known == std::string_view::npos ? raw[mark + 1] : kBytes[known];
    }
  }
  return out;
}

/// Whether the colon at `at` may be in a MAC or an IPv6 address: a time of day has fewer.
bool has_groups(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 48;
  int colons = 0;
  for (std::size_t i = at; i < text.size() && i - at < kReach; ++i) {
    if (text[i] != ':' && !is_hex(text[i])) return false;
    if (text[i] == ':' && (byte_at(text, i + 1) == ':' || ++colons == 5)) return true;
  }
  return false;
}

bool has_escape(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (is_hex(byte_at(text, at + 1)) && is_hex(byte_at(text, at + 2))) return true;
  return false;
}

/// Twelve hex digits and more are a digest, a serial or part of a UUID, whatever they spell.
constexpr std::size_t kHexWord = 12;

/// The longest pseudonym that is a name: "person-" and seven characters.
constexpr std::size_t kMaxCode = 14;

/// How far a word is followed around a hit: longer than any code, address or digest.
constexpr std::size_t kReach = 160;

void count(std::string& out, std::size_t number, std::string_view one, std::string_view many) {
  if (number == 0) return;
  if (!out.empty()) out += ", ";
  out += std::to_string(number) + ' ';
  out += number == 1 ? one : many;
}

}  // namespace

void LeakIndex::absorb(const Ledger& ledger) {
  ledger_ = &ledger;
  const auto& entries = ledger.entries();
  for (; absorbed_ < entries.size(); ++absorbed_) {
    const Ledger::Entry& entry = entries[absorbed_];
    codes_.insert(entry.pseudonym);
    if (entry.from_text) continue;
    if (!is_name_kind(entry.kind)) {
      addresses_.insert(entry.real);
      continue;
    }
    if (entry.real.starts_with(kPhoneMark)) {
      if (keeps(Kind::kPerson)) continue;
      // Without a plus and groups a number is one only where a word announces it.
      const std::string number = entry.real.substr(kPhoneMark.size());
      if (number.front() == '+' && number.find_first_of(" -/") != std::string::npos)
        add_pattern(number, false);
      continue;
    }
    std::string folded = lower(entry.real);
    // As a key the name stays, so it cannot be searched for.
    if (!Dictionary::is_strong(folded, entry.kind, ledger.policy()) || is_kept_key(folded))
      continue;
    // The layer of plain_text() spells a name in other letters as what it looks like.
    const auto plain = ledger.fate(entry) == Fate::kKeep ? std::nullopt : plain_text(folded);
    if (plain) {
      // Of what looks like a common word the engine knows no name either.
      if (!Dictionary::is_strong(lower(*plain), entry.kind, ledger.policy())) continue;
      add_pattern(lower(*plain), false);
    }
    add_pattern(std::move(folded), false);
  }
}

void LeakIndex::add_secret(std::string_view secret) {
  if (secret.size() >= kMinSecret) add_pattern(lower(secret), true);
}

void LeakIndex::add_pattern(std::string folded, bool secret) {
  if (folded.size() < kWindow || folded.size() > 0xFFFF) return;
  const std::uint32_t window = window_at(folded.data());
  Lengths& lengths = beginnings_[window];
  if (lengths.empty()) mark(window);
  const auto length = static_cast<std::uint16_t>(folded.size());
  if (std::find(lengths.begin(), lengths.end(), length) == lengths.end()) lengths.push_back(length);
  (secret ? secrets_ : names_).insert(std::move(folded));
}

/// Keeps the map of beginnings thin: one bit of 32 is set at most.
void LeakIndex::mark(std::uint32_t window) {
  if (beginnings_.size() * 32 > filter_.size() * 64) {
    filter_.assign(filter_.size() * 4, 0);
    filter_shift_ -= 2;
    for (const auto& [known, lengths] : beginnings_) mark(known);
    return;
  }
  const std::uint32_t bit = (window * 2654435761U) >> filter_shift_;
  filter_[bit >> 6] |= std::uint64_t{1} << (bit & 63);
}

bool LeakIndex::is_part_of_code(std::string_view bytes, std::size_t at, std::size_t length) const {
  std::size_t begin = at;
  std::size_t end = at + length;
  while (begin > 0 && at - begin < kReach && is_word_char(bytes[begin - 1])) --begin;
  while (end < bytes.size() && end - at < length + kReach && is_word_char(bytes[end])) ++end;
  const auto hex = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_hex);
  };
  const std::string_view word = bytes.substr(begin, end - begin);
  if (word.size() >= kHexWord && word.size() > length && hex(word)) return true;
  std::size_t head = begin;
  while (head > 0 && begin - head < 8 && (is_word_char(bytes[head - 1]) || head == begin)) --head;
  // vm-db51k2x: the code of a pseudonym.
  for (std::size_t from = std::max(head, end - std::min(end, kMaxCode)); from < begin; ++from)
    if (byte_at(bytes, begin - 1) == '-' && codes_.contains(lower(bytes.substr(from, end - from))))
      return end - from > length;
  if (!hex(word)) return false;
  // A group of an address or a UUID.
  while (begin > 0 && at - begin < kReach && (is_hex(bytes[begin - 1]) || bytes[begin - 1] == ':'))
    --begin;
  if (const auto ipv6 = read_ipv6(bytes, begin)) return ipv6->end >= at + length;
  begin = at;
  while (begin > 0 && at - begin < kReach && (is_hex(bytes[begin - 1]) || bytes[begin - 1] == '-'))
    --begin;
  return is_uuid_at(bytes, begin);
}

void LeakIndex::match_at(std::string_view bytes, std::size_t at, std::uint32_t window,
                         Hits& hits) const {
  const auto found = beginnings_.find(window);
  if (found == beginnings_.end()) return;
  // Secrets may stand anywhere, names begin at an edge.
  const bool begins = at == 0 || is_edge(bytes[at - 1], bytes[at]);
  if (!begins && secrets_.empty()) return;
  for (const std::uint16_t length : found->second) {
    if (at + length > bytes.size()) continue;
    const bool edges = begins && (at + length >= bytes.size() ||
                                  is_edge(bytes[at + length - 1], bytes[at + length]));
    if (!edges && secrets_.empty()) continue;
    const std::string candidate = lower(bytes.substr(at, length));
    if (secrets_.contains(candidate)) ++hits.secrets;
    if (edges && names_.contains(candidate) && !is_part_of_code(bytes, at, length) &&
        !is_shown(candidate))
      ++hits.names;
  }
}

bool LeakIndex::is_shown(std::string_view lower_case) const {
  if (ledger_ == nullptr || ledger_->policy() == nullptr) return false;
  const Ledger::Entry* entry = ledger_->by_name(lower_case);
  return entry != nullptr && ledger_->fate(*entry) == Fate::kKeep;
}

void LeakIndex::address_at(std::string_view bytes, std::size_t at, Hits& hits) const {
  if (const auto ipv4 = read_ipv4(bytes, at)) {
    const bool open =
        !is_kept_ipv4(ipv4->value) && !is_pseudonym_ipv4(ipv4->value) && !keeps(Kind::kIpv4);
    const bool known =
        is_private_ipv4(ipv4->value) || (addresses_.contains(ipv4_block_key(ipv4->value)) &&
                                         !is_small_version(bytes, at, ipv4->end));
    if (open && known) ++hits.addresses;
    return;
  }
  if (const auto mac = read_mac(bytes, at)) {
    if (addresses_.contains(canonical_mac(mac->octets)) && !keeps(Kind::kMac)) ++hits.addresses;
    return;
  }
  if (const auto ipv6 = read_ipv6(bytes, at)) {
    const bool open = addresses_.contains(canonical_ipv6(ipv6->groups)) ||
                      addresses_.contains(ipv6_block_key(ipv6->groups));
    if (open && (!keeps(Kind::kIpv6) || (holds_mac(ipv6->groups) && !keeps(Kind::kMac))))
      ++hits.addresses;
    return;
  }
  if (!keeps(Kind::kUuid) && is_uuid_at(bytes, at) &&
      addresses_.contains(lower(bytes.substr(at, 36))))
    ++hits.addresses;
}

void LeakIndex::key_at(std::string_view bytes, std::size_t at, Hits& hits) {
  const std::string_view rest = bytes.substr(at);
  if (rest.starts_with("-----BEGIN ")) {
    const std::size_t header = rest.find("-----", 11);
    if (header > 80) return;
    std::size_t body = header + 5;
    while (body < rest.size() && (is_space(rest[body]) || rest[body] == '\\' ||
                                  (rest[body] == 'n' && rest[body - 1] == '\\')))
      ++body;
    const std::string_view inside = rest.substr(body);
    if (!inside.empty() && !inside.starts_with("[secret:pem]") && !inside.starts_with("-----"))
      ++hits.keys;
  } else if (rest.starts_with("eyJ")) {
    // One run may hold many beginnings: its end is looked for once.
    std::size_t& end = hits.token_end;
    if (end < at) end = at;
    while (end < bytes.size() && (is_run_char(bytes[end]) && bytes[end] != '.')) ++end;
    if (end - at > 10 && bytes.substr(end).starts_with(".eyJ")) ++hits.keys;
  }
}

void LeakIndex::separator_at(std::string_view bytes, std::size_t at, Hits& hits) const {
  const char c = bytes[at];
  if (c == 'J') {
    const bool token = at >= 2 && bytes[at - 1] == 'y' && bytes[at - 2] == 'e' &&
                       (at == 2 || !is_word_char(bytes[at - 3]));
    if (token) key_at(bytes, at - 2, hits);
    return;
  }
  if (c == '-' && byte_at(bytes, at + 1) == '-') key_at(bytes, at, hits);
  // The first group of an address: so many hex digits, where a word begins.
  constexpr std::size_t kMaxGroup = 8;
  std::size_t begin = at;
  while (begin > 0 && at - begin <= kMaxGroup && is_hex(bytes[begin - 1])) --begin;
  const std::size_t digits = at - begin;
  if (digits == 0 || (begin > 0 && is_word_char(bytes[begin - 1]))) return;
  const bool fits = c == '.'   ? digits <= 4
                    : c == ':' ? digits <= 4 && has_groups(bytes, at)
                               : digits == 2 || digits == kMaxGroup;
  if (fits) address_at(bytes, begin, hits);
}

void LeakIndex::Hits::merge(const Hits& other) {
  names = std::max(names, other.names);
  secrets = std::max(secrets, other.secrets);
  addresses = std::max(addresses, other.addresses);
  keys = std::max(keys, other.keys);
}

LeakIndex::Hits LeakIndex::search(std::string_view bytes) const {
  Hits hits;
  const char* const data = bytes.data();
  const std::size_t windows = bytes.size() < kWindow ? 0 : bytes.size() - kWindow + 1;
  for (std::size_t at = 0; at < windows; ++at) {
    const std::uint32_t window = window_at(data + at);
    if (may_begin(window)) match_at(bytes, at, window, hits);
    if (kSeparators[static_cast<unsigned char>(data[at])]) separator_at(bytes, at, hits);
  }
  return hits;
}

LeakIndex::Hits LeakIndex::search_layers(std::string_view text) const {
  Hits hits;
  if (const auto plain = plain_text(text)) hits.merge(search(*plain));
  if (!has_escape(text)) return hits;
  // Twice: a URL may carry another one.
  constexpr int kDepth = 2;
  std::string layer(text);
  for (int depth = 0; depth < kDepth && has_escape(layer); ++depth) {
    layer = percent_layer(layer).text;
    hits.merge(search(layer));
  }
  if (const auto plain = plain_text(layer)) hits.merge(search(*plain));
  return hits;
}

std::string LeakIndex::find(std::string_view bytes) const {
  Hits hits = search(bytes);
  const bool escaped = bytes.find('\\') != std::string_view::npos;
  // What is JSON is read as it is meant; in other text a backslash may be one.
  if (escaped && hits.any() && scan_json(bytes).ok()) hits = {};
  const std::string plain = escaped ? json_text(bytes) : std::string();
  if (escaped) hits.merge(search(plain));
  hits.merge(search_layers(escaped ? std::string_view(plain) : bytes));
  std::string out;
  count(out, hits.names, "name", "names");
  count(out, hits.secrets, "secret", "secrets");
  count(out, hits.addresses, "address", "addresses");
  count(out, hits.keys, "key", "keys");
  return out;
}

}  // namespace pmx::anonymize
