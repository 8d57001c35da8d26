// What a pseudonym looks like and how it is derived: a pure function of key, value and a counter.
//
// Names are <class>-<5 code characters><2 check characters> over digits and consonants, so that no
// code is a word and an invented or damaged one is recognised without a map. Addresses go to ranges
// that no real network uses. Collisions are the map's business: ask again with the next counter.
// Immutable after construction, thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "anonymize/kind.h"
#include "base/secret.h"

namespace pmx::anonymize {

/// Something in a text that has the form of a name pseudonym.
struct NameShape {
  std::string canonical;  ///< lower case, as in the map
  Kind kind{};
  std::size_t end = 0;    ///< position behind it
  bool verified = false;  ///< the check characters fit
};

class Scheme {
 public:
  explicit Scheme(const Secret& key);

  /// The candidate number `counter` for a name of `kind`.
  [[nodiscard]] std::string name(Kind kind, std::string_view canonical, unsigned counter) const;

  /// Reads a name pseudonym in any letter case at `at`; the caller knows that a word begins there.
  /// The id of a job is one when its check fits: real ids have the same form.
  [[nodiscard]] std::optional<NameShape> read_name(std::string_view text, std::size_t at) const;

  /// The candidate number `counter` for the id of a job that PVE made: its kind of job and twelve
  /// hex digits, of which the last four are a check.
  [[nodiscard]] std::string job(std::string_view canonical, unsigned counter) const;

  /// The pseudonym /24 of the real /24 `base` (last octet 0). Private ranges are permuted with
  /// their class prefix fixed and prefix relations kept; public ones are drawn, and so are private
  /// ones whose first candidate is taken (by an earlier epoch).
  [[nodiscard]] std::uint32_t ipv4_block(std::uint32_t base, unsigned counter) const;

  /// The pseudonym /64 (groups 0-3) of a real one; equal /48 stay equal while counter is 0. Groups
  /// keep zero and their number of digits, so that any spelling can be carried over.
  [[nodiscard]] std::array<std::uint16_t, 4> ipv6_block(const std::array<std::uint16_t, 8>& real,
                                                        unsigned counter) const;

  /// The interface half (groups 4-7) of an address that is not a small number.
  [[nodiscard]] std::array<std::uint16_t, 4> ipv6_host(const std::array<std::uint16_t, 8>& real,
                                                       unsigned counter) const;

  /// 0A:5x and four keyed octets; x tells PVE's own range (1), QEMU's (2) and others (0).
  [[nodiscard]] std::array<std::uint8_t, 6> mac(const std::array<std::uint8_t, 6>& real,
                                                unsigned counter) const;

  /// +00 000 and six digits.
  [[nodiscard]] std::string phone(std::string_view canonical, unsigned counter) const;

  /// Version nibble 8, marker nibble 5, the rest keyed.
  [[nodiscard]] std::string uuid(std::string_view canonical, unsigned counter) const;

 private:
  [[nodiscard]] std::string check(std::string_view code) const;
  [[nodiscard]] std::string job_check(std::string_view code) const;

  Secret name_key_;
  Secret check_key_;
  Secret address_key_;
};

/// The end of the id of a job that PVE made, or of its pseudonym, in any letter case at `at`, where
/// a word begins: backup-1a2b3c4d-5e6f. `at` when there is none.
std::size_t job_id_end(std::string_view text, std::size_t at);

/// `pseudonym` (lower case) with letter case number `number`: how one value's other spellings are
/// told apart. Leaves out what Resolver's spellings by case use; empty when there are no more.
std::string spelled_pseudonym(std::string_view pseudonym, unsigned number);

/// 10/8, 172.16/12, 192.168/16, 100.64/10.
bool is_private_ipv4(std::uint32_t value);

/// Whether an address lies where only pseudonyms live (241, 242.16/12, 243.168/16, 244.64/10, 249,
/// 250, 251, 253).
bool is_pseudonym_ipv4(std::uint32_t value);

/// Marker groups of pseudonymous IPv6 addresses.
inline constexpr std::uint16_t kGlobalMarker = 0xfd5e;
inline constexpr std::uint16_t kLocalMarker = 0xfd5c;
/// First of 64 markers for prefixes whose first candidate was taken.
inline constexpr std::uint16_t kSpareMarkers = 0xfd60;

/// Whether the first group is that of a pseudonym, or the octets are.
constexpr bool is_marked_ipv6(const std::array<std::uint16_t, 8>& groups) {
  return groups[0] == kGlobalMarker || groups[0] == kLocalMarker;
}
constexpr bool is_marked_mac(const std::array<std::uint8_t, 6>& octets) {
  return octets[0] == 0x0A && octets[1] >> 4 == 5;
}

}  // namespace pmx::anonymize
