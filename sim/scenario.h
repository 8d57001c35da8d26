// Scenarios: what a cluster is made of and what happens to it, as data in YAML. The built-in ones
// stand in sim/scenarios/; an operator's own file is read in the same way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// A scenario that was read.
struct Plan {
  std::string title;
  Options options;
  std::vector<Event> events;
};

/// Of the built-in ones, sorted.
std::vector<std::string> scenario_names();

/// A built-in scenario by its name, or a file when `name` has a slash or ends in ".yml". Errors
/// name file and line.
Result<Plan> load_scenario(const std::string& name);

/// `file` is for errors.
Result<Plan> parse_scenario(std::string_view text, const std::string& file);

}  // namespace pmx::sim
