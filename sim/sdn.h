// Software-defined networks: what is configured, what runs since it was last applied. Not
// thread-safe: Cluster holds the lock.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "sim/section_file.h"

namespace pmx::sim {

/// Files by what they hold: "zones", "vnets", "subnets", "controllers", "ipams", "dns".
using SdnFiles = std::map<std::string, SectionFile, std::less<>>;

struct SdnState {
  SdnFiles files{{"ipams", {{{"pve", {"pve", {}}}}}}};
  SdnFiles running;  ///< the files as they were applied
  std::string lock;  ///< the token of who holds the configuration; empty = nobody
};

/// What a type of section takes: names that it cannot do without, and all others.
struct SdnType {
  std::string_view file;
  std::string_view type;
  std::string_view required;  ///< each name between blanks
  std::string_view optional;
};

/// What is wrong with a section's values in the eyes of its type, in PVE's words; empty when
/// nothing is. Only a new one must be complete.
std::string sdn_complaint(std::string_view file, const Section& section, bool is_new);

/// PVE's view of `configured` against `running`: each object's running values, what of them is
/// pending, and whether it is new, changed or deleted.
Json sdn_pending(const Json& running, const Json& configured);

}  // namespace pmx::sim
