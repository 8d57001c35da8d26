// The rules that the program is built with (rules/*.yml), for whoever wants to see them. The engine
// reads the tables that they are compiled to, and never this.
#pragma once

#include <string_view>
#include <vector>

namespace pmx::anonymize {

/// One word, row or pattern, and where it stands.
struct BuiltInRule {
  std::string_view file;  ///< "keep.yml"
  std::string_view line;
  std::string_view table;
  std::string_view text;  ///< "psk: secret key"
};

/// All of them in the order of the files.
std::vector<BuiltInRule> built_in_rules();

}  // namespace pmx::anonymize
