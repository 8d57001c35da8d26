// The protocol versions we speak and what each of them knows. Constants; any thread.
//
// "Legacy" versions begin with an initialize handshake, the "modern" one is stateless: every
// request names its version in `_meta`.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace pmx::mcp {

enum class Version { k2024_11_05, k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

inline constexpr std::array kAllVersions{Version::k2024_11_05, Version::k2025_03_26,
                                         Version::k2025_06_18, Version::k2025_11_25,
                                         Version::k2026_07_28};

/// What the answer to an initialize with an unknown version offers.
inline constexpr Version kLatestLegacy = Version::k2025_11_25;
inline constexpr Version kModern = Version::k2026_07_28;

/// What a version's official schema knows (server-requirements section 17, "Field availability").
struct Features {
  bool annotations = false;         ///< tool annotations, audio content, progress.message
  bool batches = false;             ///< JSON-RPC arrays
  bool structured_content = false;  ///< also outputSchema, title, `_meta` on objects, resource_link
  bool icons = false;               ///< also description and websiteUrl of an implementation
  bool execution = false;           ///< the tool member `execution`
  bool tasks = false;               ///< tasks/..., as an extension when modern
  bool modern = false;              ///< resultType, cache hints, serverInfo in `_meta`
};

const Features& features_of(Version version);

/// "2025-06-18"
std::string_view version_name(Version version);

/// Nothing for a version we do not speak.
std::optional<Version> parse_version(std::string_view name);

}  // namespace pmx::mcp
