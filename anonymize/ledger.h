// Issued pseudonyms in memory: the map's rows with the indexes that lookups need, and the only
// place that asks the map for new rows. Not synchronised: the engine reads it under a shared lock
// and changes it under an exclusive one.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "anonymize/chars.h"
#include "anonymize/mapping.h"
#include "anonymize/policy.h"
#include "anonymize/pseudonym.h"

namespace pmx::anonymize {

/// A value that needs a pseudonym. IPv4 by /24 ("10.1.2.0/24"), IPv6 by /64 ("2001:…/64") and by
/// address, the rest by its spelling.
struct Want {
  Kind kind{};
  std::string real;
  std::array<std::uint16_t, 8> base{};  ///< IPv6 address: the pseudonym's known groups
  bool fixed = false;                   ///< IPv6 address: `base` is the whole pseudonym
  /// `real` is another spelling of what this pseudonym stands for: it gets the same, told apart by
  /// letter case.
  std::string like = {};
};

/// Telephone numbers are rows of kind kName under this mark, so that no row of a name can be meant:
/// names have no colon.
inline constexpr std::string_view kPhoneMark = "tel:";
/// Names that only free text showed are rows under this mark: they have a pseudonym and come back,
/// but are looked for nowhere else. Who writes a note must not choose what is a name.
inline constexpr std::string_view kTextMark = "text:";
/// The number of bytes of a pseudonymous telephone number.
inline constexpr std::size_t kPhoneLength = 14;

class Ledger {
 public:
  struct Entry {
    std::int64_t id = 0;
    Kind kind{};
    std::uint32_t kinds = 0;  ///< one bit for every kind the value was seen as
    std::string real;
    std::string pseudonym;
    bool from_text = false;  ///< stored under kTextMark, which `real` does not show
    std::int64_t epoch = 0;  ///< in which it was issued
  };

  /// Issues in epoch number `epoch`, whose subkey `scheme` has. Rows of earlier epochs are known by
  /// their pseudonyms alone: they are never answered for a real value again.
  /// `policy` outlives the ledger; nullptr: the operator wants nothing otherwise.
  Ledger(const Scheme& scheme, Mapping& mapping, std::int64_t epoch = 0,
         const Policy* policy = nullptr)
      : scheme_(scheme), mapping_(mapping), epoch_(epoch), policy_(policy) {}

  [[nodiscard]] const Policy* policy() const { return policy_; }

  /// What becomes of the entry's value by the operator's policy; without one it is replaced.
  [[nodiscard]] Fate fate(const Entry& entry) const;

  /// The same for a name of these kinds, as it is spelled. What would stay does not when another
  /// name stands in it that is hidden.
  [[nodiscard]] Fate fate(std::uint32_t kinds, std::string_view name) const;

  [[nodiscard]] std::int64_t epoch() const { return epoch_; }

  /// Takes in rows of the map that follow loaded(), all of them up to the last one.
  void take(std::span<const MapRow> rows);

  /// Every row of the map up to this id is here.
  [[nodiscard]] std::int64_t loaded() const { return loaded_; }

  /// Issues what is not issued yet: one transaction unless candidates collide. False when another
  /// epoch has begun: nothing more can be issued in this one.
  Result<bool> issue(std::span<const Want> wanted);

  /// Issues every name that earlier epochs knew, so that it is looked for as before. False as in
  /// issue().
  Result<bool> renew_names();

  /// Exact spelling, with its mark.
  [[nodiscard]] const Entry* by_real(std::string_view real) const { return find(by_real_, real); }
  /// Lower-case spelling of a name; the entry issued first.
  [[nodiscard]] const Entry* by_name(std::string_view lower_case) const {
    return find(by_name_, lower_case);
  }
  /// Canonical pseudonym.
  [[nodiscard]] const Entry* by_pseudonym(std::string_view pseudonym) const {
    return find(by_pseudonym_, pseudonym);
  }

  /// The kinds that the entry's value is known to have, whichever epoch the entry is of.
  [[nodiscard]] std::uint32_t kinds_of(const Entry& entry) const;

  /// Takes over what another ledger of the same map knows of the kinds of values.
  void take_kinds(const Ledger& other);

  /// Notes that `entry` is also of `kind`.
  void add_kind(const Entry& entry, Kind kind);

  /// All entries in the order they came to us; only ever grows.
  [[nodiscard]] const std::deque<Entry>& entries() const { return entries_; }

 private:
  using Index = std::unordered_map<std::string_view, std::size_t, TextHash, std::equal_to<>>;

  [[nodiscard]] const Entry* find(const Index& index, std::string_view key) const {
    const auto found = index.find(key);
    return found == index.end() ? nullptr : &entries_[found->second];
  }
  Result<std::vector<const Want*>> issue_round(const std::vector<const Want*>& open,
                                               unsigned counter, bool& over);
  [[nodiscard]] std::vector<Want> names_to_renew(bool spelled) const;
  [[nodiscard]] std::string candidate(const Want& want, unsigned counter) const;
  void add(const MapRow& row);
  void note_own(std::vector<std::int64_t> ids);
  void add_name(std::size_t index);
  void add_spelling(std::string folded, std::size_t index);

  [[nodiscard]] bool holds_hidden(std::string_view lower_case) const;

  const Scheme& scheme_;
  Mapping& mapping_;
  const std::int64_t epoch_;
  const Policy* policy_;
  std::int64_t loaded_ = 0;
  std::deque<Entry> entries_;        ///< stable addresses: the indexes view into it
  std::deque<std::string> lowered_;  ///< keys of the indexes that differ from the real spelling
  Index by_real_;
  Index by_name_;
  Index by_pseudonym_;
};

/// One bit for a kind.
constexpr std::uint32_t kind_bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }

/// Whether values of the kind are names (not addresses or UUIDs).
constexpr bool is_name_kind(Kind kind) {
  return kind != Kind::kIpv4 && kind != Kind::kIpv6 && kind != Kind::kMac && kind != Kind::kUuid;
}

}  // namespace pmx::anonymize
