#include "anonymize/dictionary.h"

#include <algorithm>
#include <array>

#include "anonymize/keep.h"
#include "anonymize/unfold.h"
#include "anonymize/words.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kMaxPart = 64;
constexpr std::size_t kMaxName = 255;

/// Shorter labels are made of two words by chance.
constexpr std::size_t kMinOwner = 8;

using Buffer = std::array<char, kMaxName + 1>;

/// Lower case of text[at, end) in a buffer, without allocating.
std::string_view fold(std::string_view text, std::size_t at, std::size_t end, Buffer& buffer) {
  const std::size_t length = std::min(end - at, kMaxName);
  std::transform(text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(at + length), buffer.begin(), to_lower);
  return {buffer.data(), length};
}

bool ends_here(std::string_view text, std::size_t end) {
  return end >= text.size() || is_edge(text[end - 1], text[end]);
}

/// "falcons": the plural of a name counts as the name.
bool ends_before_plural(std::string_view text, std::size_t end) {
  if (end >= text.size() || !is_letter(text[end - 1])) return false;
  std::size_t next = end;
  if (to_lower(text[next]) == 'e' && to_lower(byte_at(text, next + 1)) == 's') ++next;
  return to_lower(text[next]) == 's' && (next + 1 >= text.size() || !is_word_char(text[next + 1]));
}

}  // namespace

std::size_t part_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return at;
  if (!is_word_char(text[at])) return at + 1;
  const bool digits = is_digit(text[at]);
  std::size_t end = at + 1;
  while (end < text.size() && is_word_char(text[end]) && is_digit(text[end]) == digits) ++end;
  return end;
}

bool Dictionary::is_weak(std::string_view lower_case) {
  if (lower_case.size() <= 3 || is_common_word(lower_case)) return true;
  return std::none_of(lower_case.begin(), lower_case.end(), is_letter);
}

bool Dictionary::is_strong(std::string_view lower_case, Kind kind, const Policy* policy) {
  if (policy != nullptr && policy->is_word(lower_case)) return true;
  const bool thing = kind == Kind::kVm || kind == Kind::kContainer || kind == Kind::kTag ||
                     kind == Kind::kPool || kind == Kind::kStorage || kind == Kind::kNetwork;
  if (thing && is_everyday_word(lower_case)) return false;
  return !is_weak(lower_case) && !is_kept_name(lower_case);
}

void Dictionary::absorb() {
  const auto& entries = ledger_.entries();
  for (; absorbed_ < entries.size(); ++absorbed_) {
    const Ledger::Entry& entry = entries[absorbed_];
    if (entry.epoch != ledger_.epoch() || entry.from_text || !is_name_kind(entry.kind) ||
        entry.real.size() > kMaxName || entry.real.starts_with(kPhoneMark))
      continue;
    const std::string folded = lower(entry.real);
    // Whatever ends like a known name with dots may be a host below it.
    if (folded.find('.') != std::string::npos) triggers_.add_domain(folded);
    const auto plain = plain_text(folded);
    for (const std::string& name : {folded, plain ? lower(*plain) : folded})
      if (!is_digit(name.back())) triggers_.add_word(name, clue::kNamed);
    const std::size_t dot = folded.find('.');
    if (entry.kind == Kind::kDomain && dot != std::string::npos && dot >= kMinOwner)
      insert_owner(folded.substr(0, dot));
    // The id of a job is found by its form; its first word stands in every log.
    if (!is_strong(folded, entry.kind, ledger_.policy()) ||
        job_id_end(folded, 0) == folded.size())
      continue;
    wake_by(folded);
    if (plain) wake_by(lower(*plain));
  }
}

void Dictionary::wake_by(std::string_view name) {
  const bool spaced = std::any_of(name.begin(), name.end(), is_blank);
  triggers_.add_name(name.substr(0, part_end(name, 0)), name.size(), spaced);
}

void Dictionary::insert_owner(std::string label) {
  label.erase(std::remove(label.begin(), label.end(), '-'), label.end());
  owners_.insert(std::move(label));
}

NameHit Dictionary::longest_at(std::string_view text, std::size_t at) const {
  Buffer buffer;
  const std::size_t first = part_end(text, at);
  if (first - at > kMaxPart) return {};
  std::size_t longest = 0;
  std::size_t spaced = 0;
  // The first part may carry a plural ending; try it as it is, then without.
  for (std::size_t cut = 0; cut <= 2 && first - at > cut; ++cut) {
    const Triggers::Lengths lengths = triggers_.longest_name(text.substr(at, first - cut - at));
    longest = std::max(longest, lengths.any);
    spaced = std::max(spaced, lengths.spaced);
    if (to_lower(text[first - 1]) != 's') break;
  }
  if (longest == 0) return {};
  constexpr std::size_t kPlural = 3;  // "es", and what follows it
  NameHit hit;
  if (spaced > 0) hit.reach = at + spaced + kPlural;
  const std::size_t limit = std::min({text.size(), at + longest, at + kMaxName});
  for (std::size_t end = limit; end > at; --end) {
    if (!ends_here(text, end) && !ends_before_plural(text, end)) continue;
    const std::string_view folded = fold(text, at, end, buffer);
    const Ledger::Entry* entry = ledger_.by_name(folded);
    if (entry == nullptr || !is_strong(folded, entry->kind, ledger_.policy())) continue;
    hit.entry = entry;
    hit.end = end;
    break;
  }
  return hit;
}

}  // namespace pmx::anonymize
