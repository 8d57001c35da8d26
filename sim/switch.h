// What the switches of a cluster have in common: a name, and arguments named by words that say
// what they must be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pmx::sim {

struct State;

/// `words` as help shows them, "NODE SECONDS", "VMID [LOCK]": how many arguments there must be,
/// those in brackets left out or not. NODE, VMID and STORAGE exist in the cluster, COUNT and
/// SECONDS are numbers, the latter with or without a sign; behind "..." anything goes.
Result<void> check_arguments(const State& state, std::string_view words,
                             const std::vector<std::string>& arguments);

/// A number without a sign; kInvalidArgument otherwise.
Result<int> parse_number(const std::string& text);

}  // namespace pmx::sim
