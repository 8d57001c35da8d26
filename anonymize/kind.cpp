#include "anonymize/kind.h"

#include <array>
#include <utility>

namespace pmx::anonymize {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 20> kCodes{{
    {Kind::kCluster, "cl"},   {Kind::kNode, "node"},   {Kind::kVm, "vm"},
    {Kind::kContainer, "ct"}, {Kind::kStorage, "sto"}, {Kind::kPool, "pool"},
    {Kind::kUser, "usr"},     {Kind::kRealm, "rlm"},   {Kind::kGroup, "grp"},
    {Kind::kToken, "tok"},    {Kind::kTag, "tag"},     {Kind::kNetwork, "n"},
    {Kind::kHost, "host"},    {Kind::kDomain, "dom"},  {Kind::kPerson, "person"},
    {Kind::kIpv4, "ipv4"},    {Kind::kIpv6, "ipv6"},   {Kind::kMac, "mac"},
    {Kind::kUuid, "uuid"},    {Kind::kName, "nam"},
}};

}  // namespace

std::string_view kind_code(Kind kind) {
  for (const auto& [candidate, code] : kCodes)
    if (candidate == kind) return code;
  return "nam";
}

std::optional<Kind> kind_of_code(std::string_view code) {
  for (const auto& [kind, candidate] : kCodes)
    if (candidate == code) return kind;
  return std::nullopt;
}

}  // namespace pmx::anonymize
