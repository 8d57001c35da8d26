// YAML as JSON plus line numbers: what configuration reading needs, over yaml-cpp, which throws and
// is walled off.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace pmx {

/// A document as JSON, and where in the file each part of it stands, for error messages.
struct YamlDocument {
  Json value;  ///< scalars typed as YAML 1.2 core: null, bool, int, float, string
  std::map<std::string, int>
      lines;  ///< JSON pointer of each node ("/clusters/home/url") -> 1-based line

  /// Line of `pointer` or of its nearest ancestor that has one.
  [[nodiscard]] int line_of(std::string_view pointer) const;
};

/// Parses one YAML document. kInvalidArgument with `name` and line on bad syntax, duplicate keys,
/// a second document and aliases that would expand without bound.
Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name);

}  // namespace pmx
