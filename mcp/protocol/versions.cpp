#include "mcp/protocol/versions.h"

#include <cstdlib>

namespace pmx::mcp {
namespace {

constexpr Features k2024_11{};
constexpr Features k2025_03{.annotations = true, .batches = true};
constexpr Features k2025_06{.annotations = true, .structured_content = true};
constexpr Features k2025_11{.annotations = true,
                            .structured_content = true,
                            .icons = true,
                            .execution = true,
                            .tasks = true};
constexpr Features k2026_07{
    .annotations = true, .structured_content = true, .icons = true, .tasks = true, .modern = true};

}  // namespace

const Features& features_of(Version version) {
  switch (version) {
    case Version::k2024_11_05: return k2024_11;
    case Version::k2025_03_26: return k2025_03;
    case Version::k2025_06_18: return k2025_06;
    case Version::k2025_11_25: return k2025_11;
    case Version::k2026_07_28: return k2026_07;
  }
  std::abort();
}

std::string_view version_name(Version version) {
  switch (version) {
    case Version::k2024_11_05: return "2024-11-05";
    case Version::k2025_03_26: return "2025-03-26";
    case Version::k2025_06_18: return "2025-06-18";
    case Version::k2025_11_25: return "2025-11-25";
    case Version::k2026_07_28: return "2026-07-28";
  }
  std::abort();
}

std::optional<Version> parse_version(std::string_view name) {
  for (const Version version : kAllVersions) {
    if (version_name(version) == name) return version;
  }
  return std::nullopt;
}

}  // namespace pmx::mcp
