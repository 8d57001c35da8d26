// What the operator wants otherwise than the engine does it: words and patterns that are always
// hidden, names that stay, and what becomes of each class of values. Compiled once, then immutable
// and shared. Without any such rule an engine has no policy, and pays nothing for it.
//
// What is hidden on purpose wins over what is kept on purpose, and secrets are never kept.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "anonymize/chars.h"
#include "anonymize/kind.h"
#include "base/result.h"

namespace pmx::anonymize {

/// What becomes of a value.
enum class Fate {
  kReplace,  ///< by its pseudonym
  kKeep,     ///< it stays readable
  kDrop,     ///< by a placeholder that nobody can undo
};

/// "replace", "keep", "drop".
std::string_view fate_name(Fate fate);

/// What a policy begins with.
enum class Preset {
  kStrict,   ///< everything is replaced
  kNames,    ///< guests, nodes, storages and pools are shown
  kSecrets,  ///< only secrets are replaced
};

/// "strict", "names", "secrets".
std::string_view preset_name(Preset preset);

/// Nothing when there is no such preset.
std::optional<Preset> preset_of(std::string_view name);

/// The class a rule names: by the first part of its pseudonyms ("sto") or in full ("storage"). No
/// kind for "secret"; nothing at all when it is no class.
struct RuleClass {
  std::optional<Kind> kind;
};
std::optional<RuleClass> rule_class(std::string_view name);

/// One of the operator's rules. `source` is FILE:LINE.
struct OperatorRule {
  enum class Type { kWord, kPattern, kKeep, kFate } type{};
  std::string text;  ///< the word, the pattern (RE2), the name; of a fate nothing
  std::optional<Kind> kind = Kind::kName;  ///< without: a secret
  std::string context;                     ///< pattern: a word that stands in the same line
  Fate fate = Fate::kReplace;              ///< of the class
  std::string source;
};

class Policy {
 public:
  ~Policy();

  /// Checks and compiles. Errors name the source of the bad rule and say what to do, and never
  /// repeat its text. nullptr when the rules change nothing.
  static Result<std::shared_ptr<const Policy>> make(Preset preset, std::vector<OperatorRule> rules);

  [[nodiscard]] Preset preset() const { return preset_; }
  [[nodiscard]] const std::vector<OperatorRule>& rules() const { return rules_; }

  /// What becomes of a value of this kind of which nothing else is known.
  [[nodiscard]] Fate fate(Kind kind) const;

  /// The same for a name, as it is spelled, that was seen as these kinds. That it also was a
  /// host's, a domain's or just a name does not hide it; any other kind that is replaced does.
  [[nodiscard]] Fate fate(std::uint32_t kinds, std::string_view name) const;

  /// Whether anything stays readable that would be replaced without the policy.
  [[nodiscard]] bool shows_anything() const { return kept_ != 0 || !names_.empty(); }

  /// Whether it is one of the operator's words, as a whole.
  [[nodiscard]] bool is_word(std::string_view lower_case) const {
    return words_.contains(lower_case);
  }

  /// The rule of one of the operator's words that stands in `lower_case`; nullptr when none does.
  [[nodiscard]] const OperatorRule* word_in(std::string_view lower_case) const;

  /// Whether one of the operator's words stands in a name, or a pattern matches in it as it is
  /// spelled, in lower case or in capitals.
  [[nodiscard]] bool hides(std::string_view name) const;

  /// Whether the operator wants this name to stay, or the host because of its domain.
  [[nodiscard]] bool keeps(std::string_view lower_case) const;

  /// A place where a pattern matched, words whole.
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    const OperatorRule* rule = nullptr;
  };
  /// All matches in `text`, disjoint and in order; of two that overlap one covers both.
  [[nodiscard]] std::vector<Match> matches(std::string_view text) const;

 private:
  struct Pattern;
  Policy(Preset preset, std::vector<OperatorRule> rules);

  Result<void> compile();
  Result<void> add(const OperatorRule& rule);
  Result<void> add_word(const OperatorRule& rule);
  Result<void> add_pattern(const OperatorRule& rule);
  Result<void> add_expression(const OperatorRule& rule, const std::string& text);
  Result<void> add_kept(const OperatorRule& rule);
  Result<void> add_fate(const OperatorRule& rule);
  [[nodiscard]] Result<void> check_kept() const;

  Preset preset_;
  std::vector<OperatorRule> rules_;
  std::uint32_t kept_ = 0;  ///< one bit for each kind
  std::uint32_t dropped_ = 0;
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> words_;  ///< to rules_
  std::unordered_set<std::string, TextHash, std::equal_to<>> names_;               ///< that stay
  std::vector<Pattern> patterns_;
};

}  // namespace pmx::anonymize
