// Reads the keywords that hold no schemas: what they assert about one value.
#pragma once

#include "base/result.h"
#include "mcp/schema/node.h"
#include "mcp/schema/validator.h"

namespace pmx::mcp::schema {

/// One keyword of a schema; `where` points at its value.
struct KeywordValue {
  const std::string& name;
  const Json& value;
  std::string where;
};

/// Reads the keyword into `node`. Does nothing for keywords that assert nothing by themselves.
/// kInvalidArgument when the value is not what the keyword takes.
Result<void> read_assertion(Node& node, const KeywordValue& keyword, const SchemaOptions& options);

/// `value` as an array of names; kInvalidArgument otherwise.
Result<std::vector<std::string>> read_names(const Json& value, const std::string& where);

/// The rules of `node`, made on first use.
template <class Rules>
Rules& rules_of(std::unique_ptr<Rules>& rules) {
  if (!rules) rules = std::make_unique<Rules>();
  return *rules;
}

/// The entry of `name`, made on first use. Entries stay in the order of names.
Member& member_of(ObjectRules& object, const std::string& name);

/// Likewise for what depends on `name`.
Dependent& dependent_of(ObjectRules& object, const std::string& name);

}  // namespace pmx::mcp::schema
