#include "app/privacy_rules.h"

#include <algorithm>
#include <filesystem>

#include "anonymize/built_in_rules.h"
#include "base/files.h"

namespace pmx::app {
namespace {

namespace fs = std::filesystem;

using anonymize::Fate;
using anonymize::Kind;
using anonymize::OperatorRule;

/// Reads the rules of one file; `root` is the pointer of what holds them.
class Reader {
 public:
  Reader(const YamlFile& file, std::string root, std::vector<OperatorRule>& rules)
      : file_(file), root_(std::move(root)), rules_(rules) {}

  Result<void> run(const RulesEntry& entry) {
    PMX_TRY_VOID(words(entry));
    PMX_TRY_VOID(patterns(entry));
    for (std::size_t i = 0; i < entry.keep.size(); ++i)
      rules_.push_back({OperatorRule::Type::kKeep, entry.keep[i], Kind::kName, "", Fate::kKeep,
                        file_.place_of(root_ + "/keep/" + std::to_string(i))});
    return classes(entry);
  }

 private:
  [[nodiscard]] Result<anonymize::RuleClass> class_of(const std::string& name,
                                                      const std::string& pointer) const {
    if (const auto found = anonymize::rule_class(name)) return *found;
    return file_.error_at(pointer, "names no class: \"" + name + "\"",
                          "a class is what pseudonyms begin with (vm, ct, node, sto, pool, "
                          "usr, ...), ipv4, ipv6, mac, uuid, name or secret");
  }

  Result<void> words(const RulesEntry& entry) {
    for (const auto& [name, list] : entry.words) {
      const std::string pointer = root_ + "/words/" + name;
      PMX_TRY(const auto kind, class_of(name, pointer));
      for (std::size_t i = 0; i < list.size(); ++i)
        rules_.push_back({OperatorRule::Type::kWord, list[i], kind.kind, "", Fate::kReplace,
                          file_.place_of(pointer + "/" + std::to_string(i))});
    }
    return {};
  }

  Result<void> patterns(const RulesEntry& entry) {
    for (std::size_t i = 0; i < entry.patterns.size(); ++i) {
      const PatternEntry& pattern = entry.patterns[i];
      const std::string pointer = root_ + "/patterns/" + std::to_string(i);
      PMX_TRY(const auto kind, class_of(pattern.kind.value_or("name"), pointer + "/class"));
      rules_.push_back({OperatorRule::Type::kPattern, pattern.pattern, kind.kind,
                        pattern.context.value_or(""), Fate::kReplace, file_.place_of(pointer)});
    }
    return {};
  }

  Result<void> classes(const RulesEntry& entry) {
    for (const auto& [name, what] : entry.classes) {
      const std::string pointer = root_ + "/classes/" + name;
      PMX_TRY(const auto kind, class_of(name, pointer));
      PMX_TRY(const Fate fate, fate_of(what, pointer));
      rules_.push_back(
          {OperatorRule::Type::kFate, "", kind.kind, "", fate, file_.place_of(pointer)});
    }
    return {};
  }

  [[nodiscard]] Result<Fate> fate_of(const std::string& name, const std::string& pointer) const {
    for (const Fate fate : {Fate::kReplace, Fate::kKeep, Fate::kDrop})
      if (anonymize::fate_name(fate) == name) return fate;
    return file_.error_at(pointer, "must be replace, keep or drop");
  }

  const YamlFile& file_;
  const std::string root_;
  std::vector<OperatorRule>& rules_;
};

/// Names of the directory's files that hold rules, in order.
Result<std::vector<std::string>> rules_files(const std::string& path) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(path, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.')) continue;
    if (name.ends_with(".yaml"))
      return Error{Code::kInvalidArgument, path + "/" + name + ": is not read in a rules directory",
                   "rename it to end with .yml, or take it away"};
    if (name.ends_with(".yml")) names.push_back(name);
  }
  if (failed)
    return Error{Code::kInvalidArgument, path + ": the directory of rules cannot be read",
                 "it must be a directory that this user can list"};
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view type_name(OperatorRule::Type type) {
  switch (type) {
    case OperatorRule::Type::kWord: return "word";
    case OperatorRule::Type::kPattern: return "pattern";
    case OperatorRule::Type::kKeep: return "keep";
    case OperatorRule::Type::kFate: return "class";
  }
  return "";
}

Json rule_json(const OperatorRule& rule) {
  Json json{{"type", type_name(rule.type)},
            {"class", rule.kind ? anonymize::kind_code(*rule.kind) : "secret"},
            {"policy", anonymize::fate_name(rule.fate)},
            {"source", rule.source}};
  if (!rule.text.empty()) json["text"] = rule.text;
  if (!rule.context.empty()) json["context"] = rule.context;
  return json;
}

}  // namespace

Result<std::vector<RulesDocument>> read_rules_directory(const std::string& path) {
  PMX_TRY(const auto names, rules_files(path));
  std::vector<RulesDocument> files;
  for (const std::string& name : names) {
    const std::string file = path + "/" + name;
    const auto text = read_file(file);
    if (!text.ok()) return Error{Code::kInvalidArgument, text.error().message, text.error().advice};
    PMX_TRY(files.emplace_back(), parse_rules_file(*text, file));
  }
  return files;
}

Result<std::shared_ptr<const anonymize::Policy>> read_policy(
    const ConfigDocument& document, const std::vector<RulesDocument>& files) {
  const PrivacyEntry entry = document.file.privacy.value_or(PrivacyEntry{});
  const std::string wanted = entry.preset.value_or("strict");
  const auto preset = anonymize::preset_of(wanted);
  if (!preset) {
    return document.error_at(
        "/privacy/preset", "must be strict, names or secrets, is \"" + wanted + "\"",
        wanted == "off" ? "privacy cannot be turned off; secrets replaces least" : "");
  }
  std::vector<OperatorRule> rules;
  PMX_TRY_VOID(Reader(document, "/privacy", rules).run(entry));
  for (const RulesDocument& file : files) PMX_TRY_VOID(Reader(file, "", rules).run(file.rules));
  return anonymize::Policy::make(*preset, std::move(rules));
}

anonymize::Preset preset_in_force(const anonymize::Policy* policy) {
  return policy == nullptr ? anonymize::Preset::kStrict : policy->preset();
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

Json policy_rules(const anonymize::Policy* policy) {
  Json classes = Json::object();
  for (const Kind kind : anonymize::kKinds) {
    const Fate fate = policy == nullptr ? Fate::kReplace : policy->fate(kind);
    classes[std::string(anonymize::kind_code(kind))] = anonymize::fate_name(fate);
  }
  Json rules = Json::array();
  if (policy != nullptr)
    for (const OperatorRule& rule : policy->rules()) rules.push_back(rule_json(rule));
  return {{"preset", anonymize::preset_name(preset_in_force(policy))},
          {"classes", std::move(classes)},
          {"rules", std::move(rules)}};
}

Json built_in_rules(bool all) {
  Json tables = Json::array();
  for (const anonymize::BuiltInRule& rule : anonymize::built_in_rules()) {
    if (tables.empty() || tables.back()["file"] != rule.file ||
        tables.back()["table"] != rule.table) {
      tables.push_back({{"file", rule.file}, {"table", rule.table}, {"rules", 0}});
      if (all) tables.back()["entries"] = Json::array();
    }
    Json& table = tables.back();
    table["rules"] = table["rules"].get<int>() + 1;
    if (!all) continue;
    const std::string source = std::string(rule.file) + ":" + std::string(rule.line);
    table["entries"].push_back({{"source", source}, {"text", rule.text}});
  }
  return tables;
}

}  // namespace pmx::app
