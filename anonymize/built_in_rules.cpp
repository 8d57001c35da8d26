#include "anonymize/built_in_rules.h"

#include <algorithm>
#include <array>

namespace pmx::built_in {
/// entries.tsv of tools/compile_rules.py: file, line, table and text, with tabs between them.
std::string_view embedded_file(std::string_view name);
}  // namespace pmx::built_in

namespace pmx::anonymize {
namespace {

BuiltInRule rule_of(std::string_view row) {
  std::array<std::string_view, 4> fields;
  for (std::string_view& field : fields) {
    const std::size_t end = std::min(row.find('\t'), row.size());
    field = row.substr(0, end);
    row.remove_prefix(std::min(end + 1, row.size()));
  }
  return {fields[0], fields[1], fields[2], fields[3]};
}

}  // namespace

std::vector<BuiltInRule> built_in_rules() {
  std::vector<BuiltInRule> rules;
  std::string_view rest = built_in::embedded_file("entries.tsv");
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    rules.push_back(rule_of(rest.substr(0, end)));
    rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
  }
  return rules;
}

}  // namespace pmx::anonymize
