// The names an operator knows beforehand (--names): a JSON object of lists.
#pragma once

#include <string_view>
#include <vector>

#include "anonymize/engine.h"
#include "base/result.h"

namespace pmx::app {

/// Reads clusters, nodes, guests ([{vmid, name, node}]), storages, pools, users, persons, groups,
/// realms, tokens, tags, vnets, zones, bridges, domains, org, customers, sites and disk_serials;
/// all are optional, and names of any other category are plain names.
Result<std::vector<anonymize::Name>> read_known_names(std::string_view json);

}  // namespace pmx::app
