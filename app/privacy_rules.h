// The operator's privacy rules: from the configuration's section `privacy` to a compiled policy.
#pragma once

#include <memory>
#include <string>

#include "anonymize/policy.h"
#include "app/config_file.h"
#include "base/json.h"
#include "base/result.h"

namespace pmx::app {

/// What `privacy` of the file says of preset, words, patterns, keep and classes; nullptr when that
/// changes nothing. Errors say file, line and what to do.
Result<std::shared_ptr<const anonymize::Policy>> read_policy(const ConfigDocument& document);

/// "preset names, 3 rules of your own".
std::string describe_policy(const anonymize::Policy* policy);

/// {"preset", "classes": {CLASS: "replace" | "keep" | "drop"}, "rules": [{"type", "text", "class",
/// "context", "policy", "source"}]}; of a rule only what it has.
Json policy_rules(const anonymize::Policy* policy);

}  // namespace pmx::app
