// What this engine wrote, found again: pseudonyms and placeholders, so that a second pass changes
// nothing.
#include <algorithm>
#include <iterator>

#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

/// A value that is too short to be a secret does not grow beyond this by what is replaced in it.
constexpr std::size_t kOwnReach = 384;

/// The end of what has the form of a name's pseudonym at `at`, or `at`. Whether it is one the
/// ledger says: that costs less than its check characters.
std::size_t code_end(std::string_view text, std::size_t at) {
  if (const std::size_t end = job_id_end(text, at); end > at) return end;
  constexpr std::size_t kMaxClass = 8;
  constexpr std::size_t kCode = 7;
  const auto word_end = [text](std::size_t from, std::size_t most) {
    std::size_t end = from;
    while (end < text.size() && end - from < most && is_word_char(text[end])) ++end;
    return end;
  };
  const std::size_t head = word_end(at, kMaxClass);
  const bool dashed = byte_at(text, head) == '-';
  const std::size_t code = dashed ? head + 1 : at;
  if (!dashed && to_lower(byte_at(text, at)) != 'n') return at;
  const std::size_t end = word_end(code, kCode + 1);
  return end - code == kCode ? end : at;
}

}  // namespace

std::size_t Rewriter::own_end(std::string_view text, std::size_t at) const {
  const Ledger& ledger = resolver_.ledger();
  if (const std::size_t end = code_end(text, at); end > at) {
    if (const auto* entry = ledger.by_pseudonym(lower(text.substr(at, end - at)))) {
      const std::string suffix = domain_suffix(*entry);
      const bool follows =
          !suffix.empty() && equals_folded(text.substr(end, suffix.size()), suffix);
      return end + (follows ? suffix.size() : 0);
    }
  }
  if (!is_hex(byte_at(text, at))) return at;
  if (is_uuid_at(text, at))
    return ledger.by_pseudonym(lower(text.substr(at, 36))) != nullptr ? at + 36 : at;
  if (const auto mac = read_mac(text, at))
    return ledger.by_pseudonym(canonical_mac(mac->octets)) != nullptr ? mac->end : at;
  if (const auto ipv4 = read_ipv4(text, at)) return is_pseudonym_ipv4(ipv4->value) ? ipv4->end : at;
  if (const auto ipv6 = read_ipv6(text, at)) {
    const bool own = ledger.by_pseudonym(canonical_ipv6(ipv6->groups)) != nullptr ||
                     ledger.by_pseudonym(ipv6_block_key(ipv6->groups)) != nullptr;
    return own ? ipv6->end : at;
  }
  return at;
}

bool Rewriter::is_own(std::string_view value) const {
  return !value.empty() && own_end(value, 0) == value.size();
}

bool Rewriter::holds_own(std::string_view text) const {
  const std::string_view reach = text.substr(0, kOwnReach);
  for (std::size_t at = 0; at < reach.size(); ++at) {
    const char c = reach[at];
    if ((c == '[' || c == 'S') && placeholder_end(text, at) > at) return true;
    if (c == '+' && resolver_.is_phone_pseudonym(text.substr(at, kPhoneLength))) return true;
    const bool begins = is_word_char(c) && (at == 0 || !is_word_char(reach[at - 1]));
    if (begins && own_end(text, at) > at) return true;
  }
  return false;
}

bool Rewriter::own_pseudonym(Scan& scan) {
  if (code_end(scan.text, scan.at) == scan.at) return false;
  const std::size_t end = own_end(scan.text, scan.at);
  if (end == scan.at) return false;
  // What stands beside it is read as it was beside the real name.
  if (byte_at(scan.text, end) == '@' && user_id(scan)) return true;
  return scan.skip(end);
}

bool Rewriter::placeholder(Scan& scan) {
  const std::size_t end = placeholder_end(scan.text, scan.at);
  return end > scan.at && scan.skip(end);
}

}  // namespace pmx::anonymize
