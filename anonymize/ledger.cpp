#include "anonymize/ledger.h"

#include <algorithm>
#include <unordered_set>

#include "anonymize/address.h"
#include "anonymize/dictionary.h"
#include "anonymize/unfold.h"

namespace pmx::anonymize {
namespace {

constexpr unsigned kMaxAttempts = 64;

}  // namespace

void Ledger::take(std::span<const MapRow> rows) {
  for (const MapRow& row : rows) {
    loaded_ = std::max(loaded_, row.id);
    add(row);
  }
}

/// Rows of ours that follow loaded() without a gap need not be loaded: in a gap are other
/// processes' rows.
void Ledger::note_own(std::vector<std::int64_t> ids) {
  std::sort(ids.begin(), ids.end());
  for (const std::int64_t id : ids) {
    if (id == loaded_ + 1) ++loaded_;
  }
}

/// Claims candidate number `counter` for what is still open; returns what got none. `over` when
/// another epoch has begun.
Result<std::vector<const Want*>> Ledger::issue_round(const std::vector<const Want*>& open,
                                                     unsigned counter, bool& over) {
  std::vector<MapRow> rows;
  std::vector<const Want*> asked;
  std::vector<const Want*> again;
  for (const Want* want : open) {
    if (by_real(want->real) != nullptr) continue;
    std::string pseudonym = candidate(*want, counter);
    // A pseudonym is never a real value; our own rows spare the map a refusal.
    const bool taken = by_real(pseudonym) != nullptr || by_name(pseudonym) != nullptr ||
                       by_pseudonym(pseudonym) != nullptr;
    if (taken) {
      again.push_back(want);
      continue;
    }
    rows.push_back({0, want->kind, want->real, std::move(pseudonym), epoch_});
    asked.push_back(want);
  }
  if (rows.empty()) return again;
  PMX_TRY(const auto held, mapping_.claim(rows));
  over = held.empty();
  if (over) return again;
  if (held.size() != rows.size())
    return Error{Code::kInternal, "the pseudonym map answered for other rows", ""};
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (held[i].pseudonym.empty()) {
      again.push_back(asked[i]);
      continue;
    }
    add(held[i]);
    ids.push_back(held[i].id);
    if (const Entry* entry = by_real(asked[i]->real)) add_kind(*entry, asked[i]->kind);
  }
  note_own(std::move(ids));
  return again;
}

Result<bool> Ledger::issue(std::span<const Want> wanted) {
  std::vector<const Want*> open;
  for (const Want& want : wanted) {
    if (const Entry* known = by_real(want.real)) {
      add_kind(*known, want.kind);
    } else {
      open.push_back(&want);
    }
  }
  for (unsigned counter = 0; !open.empty() && counter < kMaxAttempts; ++counter) {
    bool over = false;
    PMX_TRY(auto again, issue_round(open, counter, over));
    if (over) return false;
    open = std::move(again);
  }
  if (!open.empty())
    return Error{Code::kResourceExhausted, "no free pseudonym left for a value",
                 "rotate the installation key"};
  return true;
}

/// The names of earlier epochs that this one has not issued: the values themselves, or the other
/// spellings of them, which follow the pseudonyms of these.
std::vector<Want> Ledger::names_to_renew(bool spelled) const {
  std::vector<Want> wanted;
  std::unordered_set<std::string_view, TextHash, std::equal_to<>> noted;
  for (const Entry& entry : entries_) {
    const bool name =
        is_name_kind(entry.kind) && !entry.from_text && !entry.real.starts_with(kPhoneMark);
    if (!name || entry.epoch == epoch_ || by_real(entry.real) != nullptr) continue;
    const std::string plain = lower(entry.pseudonym);
    if ((plain != entry.pseudonym) != spelled || !noted.insert(entry.real).second) continue;
    Want want{entry.kind, entry.real, {}, false};
    const Entry* before = spelled ? by_pseudonym(plain) : nullptr;
    const Entry* now = before != nullptr ? by_real(before->real) : nullptr;
    if (now != nullptr) want.like = lower(now->pseudonym);
    wanted.push_back(std::move(want));
  }
  return wanted;
}

Result<bool> Ledger::renew_names() {
  for (const bool spelled : {false, true}) {
    PMX_TRY(const bool current, issue(names_to_renew(spelled)));
    if (!current) return false;
  }
  return true;
}

Fate Ledger::fate(const Entry& entry) const {
  return policy_ == nullptr ? Fate::kReplace : fate(kinds_of(entry), entry.real);
}

Fate Ledger::fate(std::uint32_t kinds, std::string_view name) const {
  if (policy_ == nullptr) return Fate::kReplace;
  const Fate fate = policy_->fate(kinds, name);
  return fate == Fate::kKeep && holds_hidden(lower(name)) ? Fate::kReplace : fate;
}

bool Ledger::holds_hidden(std::string_view lower_case) const {
  const auto edge = [lower_case](std::size_t at) {
    return at == 0 || at == lower_case.size() || is_edge(lower_case[at - 1], lower_case[at]);
  };
  for (std::size_t begin = 0; begin < lower_case.size(); ++begin) {
    if (!edge(begin)) continue;
    for (std::size_t end = begin + 1; end <= lower_case.size(); ++end) {
      if (!edge(end) || end - begin == lower_case.size()) continue;
      const std::string_view part = lower_case.substr(begin, end - begin);
      const Entry* entry = by_name(part);
      // What a part holds is looked at here anyway.
      if (entry != nullptr && Dictionary::is_strong(part, entry->kind, policy_) &&
          policy_->fate(kinds_of(*entry), entry->real) != Fate::kKeep)
        return true;
    }
  }
  return false;
}

std::uint32_t Ledger::kinds_of(const Entry& entry) const {
  const Entry* now = entry.epoch == epoch_ ? nullptr : by_real(entry.real);
  return entry.kinds | (now != nullptr ? now->kinds : 0);
}

void Ledger::take_kinds(const Ledger& other) {
  for (const Entry& known : other.entries_) {
    if (known.from_text) continue;
    const auto found = by_real_.find(known.real);
    if (found != by_real_.end()) entries_[found->second].kinds |= known.kinds;
  }
}

void Ledger::add_kind(const Entry& entry, Kind kind) {
  const auto found = by_pseudonym_.find(entry.pseudonym);
  if (found != by_pseudonym_.end()) entries_[found->second].kinds |= kind_bit(kind);
}

std::string Ledger::candidate(const Want& want, unsigned counter) const {
  if (!want.like.empty()) {
    std::string spelled = spelled_pseudonym(want.like, counter);
    if (!spelled.empty()) return spelled;
  }
  switch (want.kind) {
    case Kind::kIpv4: {
      const auto block = read_ipv4(want.real, 0);
      return block ? format_ipv4(scheme_.ipv4_block(block->value, counter)) + "/24" : "";
    }
    case Kind::kIpv6: {
      const std::string_view real = want.real;
      const auto address = read_ipv6(real.substr(0, real.find('/')), 0);
      if (!address) return "";
      std::array<std::uint16_t, 8> groups = want.base;
      if (real.find('/') != std::string_view::npos) {
        const auto block = scheme_.ipv6_block(address->groups, counter);
        std::copy(block.begin(), block.end(), groups.begin());
        return canonical_ipv6(groups) + "/64";
      }
      if (!want.fixed) {
        const auto host = scheme_.ipv6_host(address->groups, counter);
        std::copy(host.begin(), host.end(), groups.begin() + 4);
      }
      return canonical_ipv6(groups);
    }
    case Kind::kMac: {
      const auto mac = read_mac(want.real, 0);
      return mac ? canonical_mac(scheme_.mac(mac->octets, counter)) : "";
    }
    case Kind::kUuid: return scheme_.uuid(want.real, counter);
    case Kind::kCluster:
    case Kind::kNode:
    case Kind::kVm:
    case Kind::kContainer:
    case Kind::kStorage:
    case Kind::kPool:
    case Kind::kUser:
    case Kind::kRealm:
    case Kind::kGroup:
    case Kind::kToken:
    case Kind::kTag:
    case Kind::kNetwork:
    case Kind::kHost:
    case Kind::kDomain:
    case Kind::kPerson:
    case Kind::kName: break;
  }
  if (want.real.starts_with(kPhoneMark)) return scheme_.phone(want.real, counter);
  std::string_view name = want.real;
  if (name.starts_with(kTextMark)) name.remove_prefix(kTextMark.size());
  if (job_id_end(name, 0) == name.size()) return scheme_.job(name, counter);
  return scheme_.name(want.kind, want.real, counter);
}

void Ledger::add(const MapRow& row) {
  if (row.real.empty() || row.pseudonym.empty()) return;
  const bool current = row.epoch == epoch_;
  if (current ? by_real_.contains(row.real) : by_pseudonym_.contains(row.pseudonym)) return;
  const std::size_t index = entries_.size();
  const bool from_text = row.real.starts_with(kTextMark);
  Entry& entry = entries_.emplace_back(Entry{row.id, row.kind, kind_bit(row.kind),
                                             row.real.substr(from_text ? kTextMark.size() : 0),
                                             row.pseudonym, from_text, row.epoch});
  by_pseudonym_.emplace(entry.pseudonym, index);
  if (!current) return;
  by_real_.emplace(from_text ? lowered_.emplace_back(row.real) : entry.real, index);
  if (from_text) return;
  if (is_name_kind(row.kind) && !row.real.starts_with(kPhoneMark)) add_name(index);
}

void Ledger::add_name(std::size_t index) {
  const Entry& entry = entries_[index];
  std::string folded = lower(entry.real);
  const std::optional<std::string> plain = plain_text(folded);
  // As text is read: with a dotless i, or with Cyrillic letters that look like Latin ones.
  if (plain) add_spelling(lower(*plain), index);
  add_spelling(std::move(folded), index);
}

void Ledger::add_spelling(std::string folded, std::size_t index) {
  const Entry& entry = entries_[index];
  const auto known = by_name_.find(folded);
  if (known != by_name_.end()) {
    // Two spellings of one name: all processes agree on the row that was stored first.
    if (entries_[known->second].id > entry.id) known->second = index;
    return;
  }
  if (folded == entry.real) {
    by_name_.emplace(entry.real, index);
  } else {
    by_name_.emplace(lowered_.emplace_back(std::move(folded)), index);
  }
}

}  // namespace pmx::anonymize
