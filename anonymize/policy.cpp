#include "anonymize/policy.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "anonymize/field_rules.h"
#include "anonymize/keep.h"
#include "anonymize/ledger.h"

namespace pmx::anonymize {
namespace {

constexpr std::size_t kMaxRules = 10'000;
constexpr std::size_t kMaxPatterns = 100;  // each reads every text
constexpr std::size_t kMaxWord = 128;
constexpr std::size_t kMinSecret = 6;
constexpr std::int64_t kPatternMemory = 1 << 20;

constexpr std::array<std::pair<std::string_view, Kind>, 10> kFullNames{{
    {"cluster", Kind::kCluster},
    {"container", Kind::kContainer},
    {"storage", Kind::kStorage},
    {"user", Kind::kUser},
    {"realm", Kind::kRealm},
    {"group", Kind::kGroup},
    {"token", Kind::kToken},
    {"network", Kind::kNetwork},
    {"domain", Kind::kDomain},
    {"name", Kind::kName},
}};

constexpr std::uint32_t kAllKinds = [] {
  std::uint32_t bits = 0;
  for (const Kind kind : kKinds) bits |= kind_bit(kind);
  return bits;
}();
/// What a name may be besides: seen as one of these it is not hidden because of it.
constexpr std::uint32_t kLoose =
    kind_bit(Kind::kHost) | kind_bit(Kind::kDomain) | kind_bit(Kind::kName);
constexpr std::uint32_t kShownNames = kind_bit(Kind::kVm) | kind_bit(Kind::kContainer) |
                                      kind_bit(Kind::kNode) | kind_bit(Kind::kStorage) |
                                      kind_bit(Kind::kPool);

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Error bad(const OperatorRule& rule, const std::string& what, std::string advice) {
  return {Code::kInvalidArgument, rule.source + ": " + what, std::move(advice)};
}

/// Where `word` stands in `text` with edges around it.
bool holds(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || is_edge(text[at - 1], text[at]);
    if (begins && (end >= text.size() || is_edge(text[end - 1], text[end]))) return true;
  }
  return false;
}

std::string_view line_around(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(begin, std::min(text.find('\n', at), text.size()) - begin);
}

/// Whether the characters of a rule's text are fit to be looked for.
bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Why it is no expression, without the part of it that RE2 shows behind a colon.
std::string fault_of(const RE2& expression) {
  return expression.error().substr(0, expression.error().find(':'));
}

/// Words that pseudonyms and placeholders are made of.
bool is_written_here(std::string_view word) {
  return word == "secret" || word == kNeutralSuffix || word == "secret_password" ||
         is_placeholder_word(word);
}

}  // namespace

std::string_view fate_name(Fate fate) {
  switch (fate) {
    case Fate::kReplace: return "replace";
    case Fate::kKeep: return "keep";
    case Fate::kDrop: return "drop";
  }
  return "replace";
}

std::string_view preset_name(Preset preset) {
  switch (preset) {
    case Preset::kStrict: return "strict";
    case Preset::kNames: return "names";
    case Preset::kSecrets: return "secrets";
  }
  return "strict";
}

std::optional<Preset> preset_of(std::string_view name) {
  for (const Preset preset : {Preset::kStrict, Preset::kNames, Preset::kSecrets})
    if (preset_name(preset) == name) return preset;
  return std::nullopt;
}

std::optional<RuleClass> rule_class(std::string_view name) {
  if (name == "secret") return RuleClass{};
  if (const auto kind = kind_of_code(name)) return RuleClass{*kind};
  const auto* row = std::find_if(kFullNames.begin(), kFullNames.end(),
                                 [name](const auto& known) { return known.first == name; });
  if (row == kFullNames.end()) return std::nullopt;
  return RuleClass{row->second};
}

struct Policy::Pattern {
  std::unique_ptr<RE2> expression;
  std::string context;  ///< in lower case
  std::size_t rule = 0;
};

Policy::Policy(Preset preset, std::vector<OperatorRule> rules)
    : preset_(preset), rules_(std::move(rules)) {}
Policy::~Policy() = default;

Result<std::shared_ptr<const Policy>> Policy::make(Preset preset, std::vector<OperatorRule> rules) {
  if (preset == Preset::kStrict && rules.empty()) return std::shared_ptr<const Policy>();
  const std::shared_ptr<Policy> policy(new Policy(preset, std::move(rules)));
  PMX_TRY_VOID(policy->compile());
  return std::shared_ptr<const Policy>(policy);
}

Result<void> Policy::compile() {
  if (rules_.size() > kMaxRules)
    return bad(rules_[kMaxRules], "more than 10000 rules",
               "write one pattern for what is alike, or let the inventory teach the names");
  if (preset_ == Preset::kNames) kept_ = kShownNames;
  if (preset_ == Preset::kSecrets) kept_ = kAllKinds;
  for (const OperatorRule& rule : rules_) PMX_TRY_VOID(add(rule));
  // What is a name and nothing else may be anything, an address written in another way too.
  if ((kept_ | kind_bit(Kind::kName)) != kAllKinds) kept_ &= ~kind_bit(Kind::kName);
  return check_kept();
}

Result<void> Policy::add(const OperatorRule& rule) {
  switch (rule.type) {
    case OperatorRule::Type::kWord: return add_word(rule);
    case OperatorRule::Type::kPattern: return add_pattern(rule);
    case OperatorRule::Type::kKeep: return add_kept(rule);
    case OperatorRule::Type::kFate: return add_fate(rule);
  }
  return {};
}

Result<void> Policy::add_word(const OperatorRule& rule) {
  const std::string& word = rule.text;
  if (rule.kind && !is_name_kind(*rule.kind))
    return bad(rule, "a word cannot be of the class " + std::string(kind_code(*rule.kind)),
               "addresses are found without rules; use another class, for example name");
  if (!rule.kind && word.size() < kMinSecret)
    return bad(rule, "a secret word needs 6 characters at least", "use a pattern with a context");
  const bool letter = std::any_of(word.begin(), word.end(), is_letter);
  if (word.size() < 2 || word.size() > kMaxWord || !letter || !is_plain(word))
    return bad(rule, "a word needs 2 to 128 characters, one of them a letter",
               "use a pattern for numbers");
  if (rule.kind && (!is_word_char(word.front()) || !is_word_char(word.back())))
    return bad(rule, "a word begins and ends with a letter or a digit",
               "leave the other characters out, or use a pattern");
  if (word.find(':') != std::string::npos && rule.kind)
    return bad(rule, "a word has no colon", "give the parts, or use a pattern");
  if (rule.kind && is_written_here(lower(word)))
    return bad(rule, "the word is part of what stands for hidden values",
               "it would be found in every answer: leave it out");
  if (!rule.kind) return add_expression(rule, "(?i)" + RE2::QuoteMeta(piece(word)));
  words_.emplace(lower(word), static_cast<std::size_t>(&rule - rules_.data()));
  return {};
}

Result<void> Policy::add_pattern(const OperatorRule& rule) {
  if (rule.kind && !is_name_kind(*rule.kind))
    return bad(rule, "a pattern cannot be of the class " + std::string(kind_code(*rule.kind)),
               "use another class, for example name");
  return add_expression(rule, rule.text);
}

Result<void> Policy::add_expression(const OperatorRule& rule, const std::string& text) {
  if (patterns_.size() == kMaxPatterns)
    return bad(rule, "more than 100 patterns and secret words",
               "write one pattern for what is alike: a|b|c");
  RE2::Options options;
  options.set_max_mem(kPatternMemory);
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);
  auto expression = std::make_unique<RE2>(piece(text), options);
  if (!expression->ok())
    return bad(rule, "the pattern is no RE2 expression: " + fault_of(*expression),
               "the syntax is described at https://github.com/google/re2/wiki/Syntax");
  if (RE2::PartialMatch("", *expression))
    return bad(rule, "the pattern matches nothing at all, so it would match everywhere",
               "let it need one character: + instead of *");
  patterns_.push_back({std::move(expression), lower(rule.context),
                       static_cast<std::size_t>(&rule - rules_.data())});
  return {};
}

Result<void> Policy::add_kept(const OperatorRule& rule) {
  const std::string& name = rule.text;
  const bool letter = std::any_of(name.begin(), name.end(), is_letter);
  if (name.size() > kMaxWord || !letter || !is_plain(name))
    return bad(rule, "a name that stays needs a letter and 128 characters at most",
               "addresses are kept by their class: classes: {ipv4: keep}");
  names_.insert(lower(name));
  return {};
}

Result<void> Policy::add_fate(const OperatorRule& rule) {
  if (!rule.kind) return bad(rule, "secrets are always replaced", "leave the class secret out");
  if (*rule.kind == Kind::kName && rule.fate == Fate::kKeep)
    return bad(rule, "the class name holds whatever has no class of its own, and cannot be kept",
               "list the names under keep, or use preset: secrets");
  const std::uint32_t bits = kind_bit(*rule.kind);
  kept_ &= ~bits;
  dropped_ &= ~bits;
  if (rule.fate == Fate::kKeep) kept_ |= bits;
  if (rule.fate == Fate::kDrop) dropped_ |= bits;
  return {};
}

Result<void> Policy::check_kept() const {
  for (const OperatorRule& rule : rules_)
    if (rule.type == OperatorRule::Type::kKeep && hides(rule.text))
      return bad(rule, "what is to stay here is hidden by another rule",
                 "a word or a pattern always hides: remove one of the two");
  return {};
}

Fate Policy::fate(Kind kind) const {
  if ((dropped_ & kind_bit(kind)) != 0) return Fate::kDrop;
  return (kept_ & kind_bit(kind)) != 0 ? Fate::kKeep : Fate::kReplace;
}

Fate Policy::fate(std::uint32_t kinds, std::string_view name) const {
  if (keeps(lower(name))) return Fate::kKeep;
  if ((kinds & dropped_) != 0) return Fate::kDrop;
  const std::uint32_t hidden = kinds & ~kept_;
  const bool shown = (kinds & kept_) != 0 && (hidden & ~kLoose) == 0;
  return shown && !hides(name) ? Fate::kKeep : Fate::kReplace;
}

bool Policy::hides(std::string_view name) const {
  const std::string folded = lower(name);
  if (word_in(folded) != nullptr) return true;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    const RE2& expression = *pattern.expression;
    return pattern.context.empty() &&
           (RE2::PartialMatch(piece(name), expression) || RE2::PartialMatch(folded, expression) ||
            RE2::PartialMatch(upper(name), expression));
  });
}

const OperatorRule* Policy::word_in(std::string_view folded) const {
  if (words_.empty()) return nullptr;
  const auto edge = [folded](std::size_t at) {
    return at == 0 || at == folded.size() || is_edge(folded[at - 1], folded[at]);
  };
  for (std::size_t begin = 0; begin < folded.size(); ++begin) {
    if (!edge(begin)) continue;
    const std::size_t limit = std::min(folded.size(), begin + kMaxWord);
    for (std::size_t end = begin + 1; end <= limit; ++end) {
      if (!edge(end)) continue;
      const auto found = words_.find(folded.substr(begin, end - begin));
      if (found != words_.end()) return &rules_[found->second];
    }
  }
  return nullptr;
}

bool Policy::keeps(std::string_view lower_case) const {
  if (names_.empty()) return false;
  if (names_.contains(lower_case)) return true;
  for (std::size_t dot = lower_case.find('.'); dot != std::string_view::npos;
       dot = lower_case.find('.', dot + 1)) {
    const std::string_view domain = lower_case.substr(dot + 1);
    if (domain.find('.') != std::string_view::npos && names_.contains(domain)) return true;
  }
  return false;
}

std::vector<Policy::Match> Policy::matches(std::string_view text) const {
  std::vector<Match> found;
  for (const Pattern& pattern : patterns_) {
    std::size_t at = 0;
    re2::StringPiece hit;
    while (at <= text.size() &&
           pattern.expression->Match(piece(text), at, text.size(), RE2::UNANCHORED, &hit, 1)) {
      auto begin = static_cast<std::size_t>(hit.data() - text.data());
      std::size_t end = begin + hit.size();
      at = std::max(end, at + 1);
      if (begin == end) continue;
      if (!pattern.context.empty() && !holds(lower(line_around(text, begin)), pattern.context))
        continue;
      // Beside a letter or a digit a pseudonym could not be told from what follows.
      while (begin > 0 && is_word_char(text[begin]) && is_word_char(text[begin - 1])) --begin;
      while (end < text.size() && is_word_char(text[end - 1]) && is_word_char(text[end])) ++end;
      found.push_back({begin, end, &rules_[pattern.rule]});
      at = std::max(at, end);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Match& a, const Match& b) { return a.begin < b.begin; });
  std::vector<Match> out;
  for (const Match& match : found) {
    if (!out.empty() && match.begin < out.back().end) {
      out.back().end = std::max(out.back().end, match.end);
    } else {
      out.push_back(match);
    }
  }
  return out;
}

}  // namespace pmx::anonymize
