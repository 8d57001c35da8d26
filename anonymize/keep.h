// What must stay readable: standard names every installation has, special addresses, vendor hosts.
// A real object with such a name stays readable too; that is accepted and documented. Stateless.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "anonymize/kind.h"

namespace pmx::anonymize {

/// localhost, local, local-lvm, rpool, pam, root, www-data, vmbr0, bond1, enp3s0, tap100i0, ...
/// `lower` is lower case. Without a kind: kept for some kind.
bool is_kept_name(std::string_view lower);

/// The same for one kind: a user "mail" and a storage "local" stay, a guest "mail" does not.
bool is_kept_name(std::string_view lower, Kind kind);

/// Whether it is a command that no field and no text makes a name of.
bool is_command_word(std::string_view lower_case);

/// Whether a JSON key belongs to a protocol or a schema and never changes, whatever is named so.
bool is_kept_key(std::string_view lower_case);

/// Whether it is a unit of systemd: ssh.service, session-5.scope.
bool is_unit(std::string_view name);

/// Network masks, loopback, multicast, any, well-known resolvers, the metadata address.
bool is_kept_ipv4(std::uint32_t value);

/// Unspecified, loopback, multicast, fe80::1, resolvers, and what is no unicast address at all.
bool is_kept_ipv6(const std::array<std::uint16_t, 8>& groups);

/// All zero, all ones, multicast.
bool is_kept_mac(const std::array<std::uint8_t, 6>& octets);

/// proxmox.com, debian.org, ... and everything below them. `lower` is lower case.
bool is_vendor_host(std::string_view lower);

/// The labels `lower` ends with that name no owner: 1 for "acme.de", 2 for "acme.co.uk", 0 when the
/// last label is no top-level domain we know.
std::size_t public_suffix_labels(std::string_view lower);

/// The labels of the shared service (hooks.slack.com, core.windows.net) that `lower` is or is
/// below; 0 when there is none.
std::size_t service_labels(std::string_view lower);

/// Whether the suffix is one of private networks (local, lan, internal, home.arpa, ...).
bool is_private_suffix(std::string_view last_label);

/// The label that stands for a suffix label in pseudonyms.
inline constexpr std::string_view kNeutralSuffix = "example";

}  // namespace pmx::anonymize
