#include "anonymize/leak.h"

#include <algorithm>

#include "anonymize/address.h"
#include "anonymize/dictionary.h"
#include "anonymize/json_walk.h"
#include "anonymize/keep.h"
#include "anonymize/pseudonym.h"
#include "anonymize/resolve.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kWindow = 4;
constexpr std::size_t kMinSecret = 6;

std::uint32_t window_at(std::string_view folded, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + kWindow; ++i)
    value = value << 8 | static_cast<unsigned char>(folded[i]);
  return value;
}

std::size_t slot(std::uint32_t window) { return (window * 2654435761U) >> 16; }

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
      // Without a plus and groups a number is one only where a word announces it.
      const std::string number = entry.real.substr(kPhoneMark.size());
      if (number.front() == '+' && number.find_first_of(" -/") != std::string::npos)
        add_pattern(number, false);
      continue;
    }
    std::string folded = lower(entry.real);
    // As a key the name stays, so it cannot be searched for.
    if (!Dictionary::is_weak(folded) && !is_kept_name(folded) && !is_kept_key(folded))
      add_pattern(std::move(folded), false);
  }
}

void LeakIndex::add_secret(std::string_view secret) {
  if (secret.size() >= kMinSecret) add_pattern(lower(secret), true);
}

void LeakIndex::add_pattern(std::string folded, bool secret) {
  if (folded.size() < kWindow || folded.size() > 0xFFFF) return;
  const std::uint32_t window = window_at(folded, 0);
  Filter& filter = secret ? secret_filter_ : name_filter_;
  if (filter.empty()) filter.assign(1024, 0);
  filter[slot(window) >> 6] |= std::uint64_t{1} << (slot(window) & 63);
  auto& lengths = lengths_[window];
  const auto length = static_cast<std::uint16_t>(folded.size());
  if (std::find(lengths.begin(), lengths.end(), length) == lengths.end()) lengths.push_back(length);
  (secret ? secrets_ : names_).insert(std::move(folded));
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

void LeakIndex::match_at(std::string_view folded, std::string_view bytes, std::size_t at,
                         Hits& hits) const {
  const std::uint32_t window = window_at(folded, at);
  const auto passes = [bit = slot(window)](const Filter& filter) {
    return !filter.empty() && (filter[bit >> 6] >> (bit & 63) & 1) != 0;
  };
  // Secrets may stand anywhere, names begin at an edge.
  const bool begins = at == 0 || is_edge(bytes[at - 1], bytes[at]);
  if (!(begins && passes(name_filter_)) && !passes(secret_filter_)) return;
  const auto lengths = lengths_.find(window);
  if (lengths == lengths_.end()) return;
  for (const std::uint16_t length : lengths->second) {
    if (at + length > folded.size()) continue;
    const std::string_view candidate = folded.substr(at, length);
    if (secrets_.contains(candidate)) ++hits.secrets;
    const bool edges = begins && (at + length >= bytes.size() ||
                                  is_edge(bytes[at + length - 1], bytes[at + length]));
    if (edges && names_.contains(candidate) && !is_part_of_code(bytes, at, length)) ++hits.names;
  }
}

void LeakIndex::address_at(std::string_view bytes, std::size_t at, Hits& hits) const {
  if (const auto ipv4 = read_ipv4(bytes, at)) {
    const bool open = !is_kept_ipv4(ipv4->value) && !is_pseudonym_ipv4(ipv4->value);
    if (open && (is_private_ipv4(ipv4->value) || addresses_.contains(ipv4_block_key(ipv4->value))))
      ++hits.addresses;
    return;
  }
  if (const auto mac = read_mac(bytes, at)) {
    if (addresses_.contains(canonical_mac(mac->octets))) ++hits.addresses;
    return;
  }
  if (const auto ipv6 = read_ipv6(bytes, at)) {
    if (addresses_.contains(canonical_ipv6(ipv6->groups)) ||
        addresses_.contains(ipv6_block_key(ipv6->groups)))
      ++hits.addresses;
    return;
  }
  if (is_uuid_at(bytes, at) && addresses_.contains(lower(bytes.substr(at, 36)))) ++hits.addresses;
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

void LeakIndex::search(std::string_view bytes, Hits& hits) const {
  const std::string folded = lower(bytes);
  hits.token_end = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (at + kWindow <= bytes.size()) match_at(folded, bytes, at, hits);
    const char c = bytes[at];
    if (at > 0 && is_word_char(bytes[at - 1])) continue;
    if (is_hex(c)) address_at(bytes, at, hits);
    if (c == '-' || c == 'e') key_at(bytes, at, hits);
  }
}

std::string LeakIndex::find(std::string_view bytes) const {
  Hits hits;
  const bool escaped = bytes.find('\\') != std::string_view::npos;
  // What is JSON is read once, as it is meant; in other text a backslash may be one.
  if (!escaped || !scan_json(bytes).ok()) search(bytes, hits);
  const std::string plain = escaped ? json_layer(bytes).text : std::string();
  if (escaped) search(plain, hits);
  const std::string_view decoded_from = escaped ? std::string_view(plain) : bytes;
  if (decoded_from.find('%') != std::string_view::npos)
    search(percent_layer(decoded_from).text, hits);
  std::string out;
  count(out, hits.names, "name", "names");
  count(out, hits.secrets, "secret", "secrets");
  count(out, hits.addresses, "address", "addresses");
  count(out, hits.keys, "key", "keys");
  return out;
}

}  // namespace pmx::anonymize
