#include "app/privacy_rules.h"

namespace pmx::app {
namespace {

using anonymize::Fate;
using anonymize::Kind;
using anonymize::OperatorRule;

class Reader {
 public:
  explicit Reader(const ConfigDocument& document) : document_(document) {}

  Result<std::vector<OperatorRule>> run(const PrivacyEntry& entry) {
    PMX_TRY_VOID(words(entry));
    PMX_TRY_VOID(patterns(entry));
    for (std::size_t i = 0; i < entry.keep.size(); ++i)
      rules_.push_back({OperatorRule::Type::kKeep, entry.keep[i], Kind::kName, "", Fate::kKeep,
                        source("/privacy/keep/" + std::to_string(i))});
    PMX_TRY_VOID(classes(entry));
    return std::move(rules_);
  }

 private:
  [[nodiscard]] std::string source(const std::string& pointer) const {
    return document_.path + ":" + std::to_string(document_.yaml.line_of(pointer));
  }

  [[nodiscard]] Result<anonymize::RuleClass> class_of(const std::string& name,
                                                      const std::string& pointer) const {
    if (const auto found = anonymize::rule_class(name)) return *found;
    return document_.error_at(pointer, "names no class: \"" + name + "\"",
                              "a class is what pseudonyms begin with (vm, ct, node, sto, pool, "
                              "usr, ...), ipv4, ipv6, mac, uuid, name or secret");
  }

  Result<void> words(const PrivacyEntry& entry) {
    for (const auto& [name, list] : entry.words) {
      const std::string pointer = "/privacy/words/" + name;
      PMX_TRY(const auto kind, class_of(name, pointer));
      for (std::size_t i = 0; i < list.size(); ++i)
        rules_.push_back({OperatorRule::Type::kWord, list[i], kind.kind, "", Fate::kReplace,
                          source(pointer + "/" + std::to_string(i))});
    }
    return {};
  }

  Result<void> patterns(const PrivacyEntry& entry) {
    for (std::size_t i = 0; i < entry.patterns.size(); ++i) {
      const PatternEntry& pattern = entry.patterns[i];
      const std::string pointer = "/privacy/patterns/" + std::to_string(i);
      PMX_TRY(const auto kind, class_of(pattern.kind.value_or("name"), pointer + "/class"));
      rules_.push_back({OperatorRule::Type::kPattern, pattern.pattern, kind.kind,
                        pattern.context.value_or(""), Fate::kReplace, source(pointer)});
    }
    return {};
  }

  Result<void> classes(const PrivacyEntry& entry) {
    for (const auto& [name, what] : entry.classes) {
      const std::string pointer = "/privacy/classes/" + name;
      PMX_TRY(const auto kind, class_of(name, pointer));
      PMX_TRY(const Fate fate, fate_of(what, pointer));
      rules_.push_back({OperatorRule::Type::kFate, "", kind.kind, "", fate, source(pointer)});
    }
    return {};
  }

  [[nodiscard]] Result<Fate> fate_of(const std::string& name, const std::string& pointer) const {
    for (const Fate fate : {Fate::kReplace, Fate::kKeep, Fate::kDrop})
      if (anonymize::fate_name(fate) == name) return fate;
    return document_.error_at(pointer, "must be replace, keep or drop, is \"" + name + "\"");
  }

  const ConfigDocument& document_;
  std::vector<OperatorRule> rules_;
};

}  // namespace

Result<std::shared_ptr<const anonymize::Policy>> read_policy(const ConfigDocument& document) {
  const PrivacyEntry entry = document.file.privacy.value_or(PrivacyEntry{});
  const std::string wanted = entry.preset.value_or("strict");
  const auto preset = anonymize::preset_of(wanted);
  if (!preset) {
    return document.error_at(
        "/privacy/preset", "must be strict, names or secrets, is \"" + wanted + "\"",
        wanted == "off" ? "privacy cannot be turned off; secrets replaces least" : "");
  }
  PMX_TRY(auto rules, Reader(document).run(entry));
  return anonymize::Policy::make(*preset, std::move(rules));
}

std::string describe_policy(const anonymize::Policy* policy) {
  if (policy == nullptr) return "preset strict, no rules of your own";
  const std::size_t count = policy->rules().size();
  const std::string rules = count == 0   ? "no rules"
                            : count == 1 ? "1 rule"
                                         : std::to_string(count) + " rules";
  return "preset " + std::string(anonymize::preset_name(policy->preset())) + ", " + rules +
         " of your own";
}

}  // namespace pmx::app
