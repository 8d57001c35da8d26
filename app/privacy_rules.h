// The operator's privacy rules: from the configuration's section `privacy` and the files of the
// rules directory to a compiled policy.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "anonymize/policy.h"
#include "app/config_file.h"
#include "base/json.h"
#include "base/result.h"

namespace pmx::app {

/// The files *.yml of a rules directory in the order of their names, hidden ones left out.
/// Whatever cannot be read is kInvalidArgument, and so is a file *.yaml: it was meant to be read.
Result<std::vector<RulesDocument>> read_rules_directory(const std::string& path);

/// What `privacy` of the file and the rules files say of preset, words, patterns, keep and classes;
/// nullptr when that changes nothing. Of two fates of one class the later one holds, the section's
/// being the first. Errors say file, line and what to do.
Result<std::shared_ptr<const anonymize::Policy>> read_policy(
    const ConfigDocument& document, const std::vector<RulesDocument>& files = {});

/// What the policy begins with; strict without one.
anonymize::Preset preset_in_force(const anonymize::Policy* policy);

/// "preset names, 3 rules of your own".
std::string describe_policy(const anonymize::Policy* policy);

/// {"preset", "classes": {CLASS: "replace" | "keep" | "drop"}, "rules": [{"type", "text", "class",
/// "context", "policy", "source"}]}; of a rule only what it has.
Json policy_rules(const anonymize::Policy* policy);

/// The built-in rules by table: [{"file", "table", "rules": how many}]; with `all` of them also
/// "entries": [{"source": FILE:LINE, "text"}].
Json built_in_rules(bool all);

}  // namespace pmx::app
