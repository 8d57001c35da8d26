// Addresses as numbers: anchored readers and the few facts about ranges that pseudonyms depend on.
// Readers start at a position of a larger text, look no further than the address reaches, and never
// allocate. Stateless, thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pmx::anonymize {

/// Dotted quad. `end` is the position behind it in the text it was read from.
struct Ipv4 {
  std::uint32_t value = 0;
  std::size_t end = 0;
};

/// Reads a dotted quad at `at`: no leading zeros, no fifth group, no letter or digit on either
/// side.
std::optional<Ipv4> read_ipv4(std::string_view text, std::size_t at);

/// The same where a fifth number may follow, the port of a captured packet: 10.1.2.3.443. The
/// address ends before its dot.
std::optional<Ipv4> read_ipv4_with_port(std::string_view text, std::size_t at);
std::string format_ipv4(std::uint32_t value);

/// Eight groups, and how they were spelled, so that the same spelling can be written again.
struct Ipv6 {
  std::array<std::uint16_t, 8> groups{};
  std::size_t end = 0;
  int compressed_at = -1;                ///< number of groups before "::", -1 without it
  int compressed = 0;                    ///< groups hidden by "::"
  bool padded = false;                   ///< every group is written with four digits
  std::array<std::uint8_t, 8> widths{};  ///< digits of the groups with leading zeros, else 0
  bool upper = false;
};

/// Reads a full or compressed address of groups only (no embedded dotted quad, no zone).
std::optional<Ipv6> read_ipv6(std::string_view text, std::size_t at);

/// `groups` in the spelling of `shape`.
std::string format_ipv6(const std::array<std::uint16_t, 8>& groups, const Ipv6& shape);

/// Lower case, every group written, no padding: the spelling used in the map.
std::string canonical_ipv6(const std::array<std::uint16_t, 8>& groups);

/// Six octets with their separator (':', '-', '.' or none = 0).
struct Mac {
  std::array<std::uint8_t, 6> octets{};
  std::size_t end = 0;
  char separator = ':';
  bool upper = false;
};

/// Reads aa:bb:cc:dd:ee:ff, aa-bb-… or aabb.ccdd.eeff; refuses to be part of a longer chain of hex
/// pairs unless `chain` (kernel MAC= fields hold fourteen octets).
std::optional<Mac> read_mac(std::string_view text, std::size_t at, bool chain = false);
/// Reads enxaabbccddeeff at the beginning of `text`, an interface named by its MAC.
std::optional<Mac> read_mac_interface(std::string_view text);
std::string format_mac(const std::array<std::uint8_t, 6>& octets, const Mac& shape);
std::string canonical_mac(const std::array<std::uint8_t, 6>& octets);

/// Whether 36 bytes at `at` are a UUID standing alone.
bool is_uuid_at(std::string_view text, std::size_t at);

/// The length of the run of hex pairs joined by ':' at `at` (how fingerprints look), in pairs.
std::size_t hex_pairs_at(std::string_view text, std::size_t at);

/// Whether one of the two MACs of a frame (destination, source, type: 14 octets) begins at `at`,
/// where `pairs` octets follow.
bool is_frame_mac(std::string_view text, std::size_t at, std::size_t pairs);

}  // namespace pmx::anonymize
