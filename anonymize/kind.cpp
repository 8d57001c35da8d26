#include "anonymize/kind.h"

#include <algorithm>

namespace pmx::anonymize {

std::string_view kind_code(Kind kind) {
  switch (kind) {
    case Kind::kCluster: return "cl";
    case Kind::kNode: return "node";
    case Kind::kVm: return "vm";
    case Kind::kContainer: return "ct";
    case Kind::kStorage: return "sto";
    case Kind::kPool: return "pool";
    case Kind::kUser: return "usr";
    case Kind::kRealm: return "rlm";
    case Kind::kGroup: return "grp";
    case Kind::kToken: return "tok";
    case Kind::kTag: return "tag";
    case Kind::kNetwork: return "n";
    case Kind::kHost: return "host";
    case Kind::kDomain: return "dom";
    case Kind::kPerson: return "person";
    case Kind::kIpv4: return "ipv4";
    case Kind::kIpv6: return "ipv6";
    case Kind::kMac: return "mac";
    case Kind::kUuid: return "uuid";
    case Kind::kName: break;
  }
  return "nam";
}

std::optional<Kind> kind_of_code(std::string_view code) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [code](Kind kind) { return kind_code(kind) == code; });
  if (found == kKinds.end()) return std::nullopt;
  return *found;
}

}  // namespace pmx::anonymize
