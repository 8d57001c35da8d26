// Which of the known names occur at a position of a text. A name that is an English or
// infrastructure word, or has three characters or less, is weak: it is found only by asking for it
// in a context (is_weak), never by searching. Not synchronised: see Ledger.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "anonymize/clues.h"
#include "anonymize/ledger.h"

namespace pmx::anonymize {

/// A known name found in a text.
struct NameHit {
  const Ledger::Entry* entry = nullptr;
  std::size_t end = 0;
  std::size_t reach = 0;  ///< behind a blank no byte from here on was looked at; 0: none at all
};

class Dictionary {
 public:
  explicit Dictionary(const Ledger& ledger) : ledger_(ledger) {}

  /// Takes in the ledger's new entries.
  void absorb();

  /// The longest strong name that begins at `at`, where a part begins (see is_edge), in any letter
  /// case, and ends at an edge or before a plural s.
  [[nodiscard]] NameHit longest_at(std::string_view text, std::size_t at) const;

  /// Whether a name can be the owner of any domain.
  [[nodiscard]] bool knows_owners() const { return !owners_.empty(); }

  /// Whether "Kestrel Freight", written in one word, is the label of a known public domain.
  [[nodiscard]] bool owns_domain(std::string_view joined_lower_case) const {
    return owners_.contains(joined_lower_case);
  }

  /// What wakes a recognizer, the first parts of strong names included.
  [[nodiscard]] const Triggers& triggers() const { return triggers_; }

  /// Whether a name may be replaced in its contexts only.
  static bool is_weak(std::string_view lower_case);

  /// Whether a known name is found wherever it stands: it is not weak and not kept, or it is one of
  /// the operator's words. Of guests, tags, pools, storages and networks no word of everyday
  /// English is; nodes and hosts are few, and people and customers are called so.
  static bool is_strong(std::string_view lower_case, Kind kind, const Policy* policy);

 private:
  void wake_by(std::string_view name);
  void insert_owner(std::string label);

  const Ledger& ledger_;
  std::size_t absorbed_ = 0;
  std::unordered_set<std::string, TextHash, std::equal_to<>> owners_;
  Triggers triggers_;
};

/// The end of the part (run of letters or of digits) that begins at `at`.
std::size_t part_end(std::string_view text, std::size_t at);

}  // namespace pmx::anonymize
