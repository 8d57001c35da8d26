// The second look: searches bytes that are about to leave for real values, by another mechanism
// than the one that replaced them: four bytes from every position on are looked up in a bit map of
// the beginnings of all real values, separators of addresses are followed back to where an address
// may begin. In the bytes as they are and, where such encodings occur, with JSON escapes and
// percent-encoding undone. Not synchronised: see Ledger.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "anonymize/chars.h"
#include "anonymize/ledger.h"

namespace pmx::anonymize {

class LeakIndex {
 public:
  /// Takes in the ledger's new entries.
  void absorb(const Ledger& ledger);
  void add_secret(std::string_view secret);

  /// What was found, as "2 names, 1 address"; empty when nothing was.
  [[nodiscard]] std::string find(std::string_view bytes) const;

 private:
  struct Hits {
    std::size_t names = 0;
    std::size_t secrets = 0;
    std::size_t addresses = 0;
    std::size_t keys = 0;       ///< PEM blocks and web tokens
    std::size_t token_end = 0;  ///< of the last run that began like a web token

    [[nodiscard]] bool any() const { return names + secrets + addresses + keys > 0; }
    /// What stands in two layers of one text is one hit.
    void merge(const Hits& other);
  };
  using Texts = std::unordered_set<std::string, TextHash, std::equal_to<>>;

  /// The lengths of all patterns with the same first four bytes.
  using Lengths = std::vector<std::uint16_t>;

  void add_pattern(std::string folded, bool secret);
  void mark(std::uint32_t window);
  [[nodiscard]] bool may_begin(std::uint32_t window) const {
    const std::uint32_t bit = (window * 2654435761U) >> filter_shift_;
    return (filter_.data()[bit >> 6] >> (bit & 63) & 1) != 0;
  }
  [[nodiscard]] Hits search(std::string_view bytes) const;
  /// What only other readings of `text` show; nothing is read that cannot differ from it.
  [[nodiscard]] Hits search_layers(std::string_view text) const;
  void match_at(std::string_view bytes, std::size_t at, std::uint32_t window, Hits& hits) const;
  /// What may stand before the separator at `at`, or begin with it.
  void separator_at(std::string_view bytes, std::size_t at, Hits& hits) const;
  /// Whether what looks like a name is digits of a digest, an address or a pseudonym.
  [[nodiscard]] bool is_part_of_code(std::string_view bytes, std::size_t at,
                                     std::size_t length) const;
  void address_at(std::string_view bytes, std::size_t at, Hits& hits) const;
  static void key_at(std::string_view bytes, std::size_t at, Hits& hits);

  /// Whether the operator wants the name to be shown.
  [[nodiscard]] bool is_shown(std::string_view lower_case) const;
  [[nodiscard]] bool keeps(Kind kind) const {
    return ledger_ != nullptr && ledger_->policy() != nullptr &&
           ledger_->policy()->fate(kind) == Fate::kKeep;
  }

  const Ledger* ledger_ = nullptr;  ///< the one absorbed
  std::size_t absorbed_ = 0;
  std::vector<std::uint64_t> filter_ =
      std::vector<std::uint64_t>(512);  ///< windows that begin some
  unsigned filter_shift_ = 32 - 15;
  std::unordered_map<std::uint32_t, Lengths> beginnings_;  ///< by window
  Texts names_;
  Texts secrets_;
  Texts codes_;      ///< issued pseudonyms
  Texts addresses_;  ///< blocks and addresses in the map's spelling
};

}  // namespace pmx::anonymize
