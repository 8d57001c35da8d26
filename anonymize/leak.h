// The second look: searches bytes that are about to leave for real values, by another mechanism
// than the one that replaced them (windows of four bytes and a table of lengths instead of words
// and recognizers), in the bytes as they are and with JSON escapes and percent-encoding undone. Not
// synchronised: see Ledger.
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
  };
  using Texts = std::unordered_set<std::string, TextHash, std::equal_to<>>;

  void add_pattern(std::string folded, bool secret);
  void search(std::string_view bytes, Hits& hits) const;
  void match_at(std::string_view folded, std::string_view bytes, std::size_t at, Hits& hits) const;
  /// Whether what looks like a name is digits of a digest, an address or a pseudonym.
  [[nodiscard]] bool is_part_of_code(std::string_view bytes, std::size_t at,
                                     std::size_t length) const;
  void address_at(std::string_view bytes, std::size_t at, Hits& hits) const;
  static void key_at(std::string_view bytes, std::size_t at, Hits& hits);

  std::size_t absorbed_ = 0;
  using Filter = std::vector<std::uint64_t>;  ///< 2^16 bits: windows that begin some pattern
  Filter name_filter_;
  Filter secret_filter_;
  std::unordered_map<std::uint32_t, std::vector<std::uint16_t>> lengths_;  ///< by window
  Texts names_;
  Texts secrets_;
  Texts codes_;      ///< issued pseudonyms
  Texts addresses_;  ///< blocks and addresses in the map's spelling
};

}  // namespace pmx::anonymize
