// What real clusters sent and answered (tests/replay), for tests.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace pmx::proxmox {

/// The objects of tests/replay/`file`, one of each line; fails the test when there are none.
std::vector<Json> recorded_lines(const std::string& file);

/// The facts of the API of one release ("8.4", "9.2"), one object a method.
const std::vector<Json>& api_facts(const std::string& version);

}  // namespace pmx::proxmox
