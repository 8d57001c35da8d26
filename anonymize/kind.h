// Kinds of sensitive values, and how they are named in configuration, pseudonyms and messages.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace pmx::anonymize {

enum class Kind {
  kCluster,
  kNode,
  kVm,
  kContainer,
  kStorage,
  kPool,
  kUser,
  kRealm,
  kGroup,
  kToken,
  kTag,
  kNetwork,  ///< SDN zones and vnets, named bridges
  kHost,     ///< a host label inside a sensitive domain
  kDomain,   ///< a domain label
  kPerson,
  kIpv4,
  kIpv6,
  kMac,
  kUuid,
  kName,  ///< anything else that has a name: jobs, snapshots, files
};

/// Each kind once, in the order of their numbers.
inline constexpr std::array kKinds{
    Kind::kCluster, Kind::kNode,    Kind::kVm,    Kind::kContainer, Kind::kStorage,
    Kind::kPool,    Kind::kUser,    Kind::kRealm, Kind::kGroup,     Kind::kToken,
    Kind::kTag,     Kind::kNetwork, Kind::kHost,  Kind::kDomain,    Kind::kPerson,
    Kind::kIpv4,    Kind::kIpv6,    Kind::kMac,   Kind::kUuid,      Kind::kName,
};

/// "node", "vm", "ct", "sto", "pool", "usr", ...: the class part of a pseudonym.
std::string_view kind_code(Kind kind);

/// The kind of a class part; nothing when unknown.
std::optional<Kind> kind_of_code(std::string_view code);

}  // namespace pmx::anonymize
