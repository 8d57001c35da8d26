#include "anonymize/field_rules.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "anonymize/chars.h"
#include "anonymize/clues.h"
#include "anonymize/kind.h"
#include "anonymize/rules/fields.h"
#include "anonymize/word_set.h"

namespace pmx::anonymize {
namespace {

namespace fields = rules::fields;

using rules::RuledWord;

static_assert(std::is_sorted(std::begin(fields::kFields), std::end(fields::kFields),
                             [](const RuledWord& a, const RuledWord& b) {
                               return a.word < b.word;
                             }));

}  // namespace

void add_field_words(Triggers& triggers) {
  for (const RuledWord& row : fields::kFields) triggers.add_word(row.word, clue::kField);
  for (const RuledWord& row : fields::kLastWords) triggers.add_word(row.word, clue::kField);
}

namespace {

/// The longest key of a row, and more; of a longer key the end decides.
constexpr std::size_t kLongest = 32;

/// The end of a key as the rows spell it: in lower case, '_' as '-', and with a '-' at the edges of
/// camel case when `split`.
class Folded {
 public:
  Folded(std::string_view key, bool split) {
    for (std::size_t i = key.size(); i > 0 && begin_ > 1; --i) {
      const char c = key[i - 1];
      buffer_[--begin_] = c == '_' ? '-' : to_lower(c);
      if (split && i > 1 && is_camel_edge(key[i - 2], c, byte_at(key, i))) buffer_[--begin_] = '-';
      cut_ = i > 1;
    }
  }
  [[nodiscard]] std::string_view text() const {
    return {buffer_.data() + begin_, buffer_.size() - begin_};
  }
  /// Whether the key is longer than any row.
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  std::array<char, kLongest + 2> buffer_{};
  std::size_t begin_ = buffer_.size();
  bool cut_ = false;
};

const RuledWord* row_of(std::string_view folded) {
  const auto* row =
      std::lower_bound(std::begin(fields::kFields), std::end(fields::kFields), folded,
                       [](const RuledWord& a, std::string_view b) { return a.word < b; });
  return row != std::end(fields::kFields) && row->word == folded ? row : nullptr;
}

/// The rule that the last word of a key decides, and the word before it.
FieldRule last_word_rule(std::string_view folded) {
  // udev's ID_SERIAL_SHORT.
  if (folded.ends_with("-serial-short")) folded.remove_suffix(6);
  const std::size_t cut = folded.find_last_of("-.");
  if (cut == std::string_view::npos) return {};
  const std::string_view last = folded.substr(cut + 1);
  const auto* word = std::find_if(std::begin(fields::kLastWords), std::end(fields::kLastWords),
                                  [last](const RuledWord& known) { return known.word == last; });
  if (word == std::end(fields::kLastWords)) return {};
  FieldRule rule = word->rule;
  rule.key = word->word;
  if (rule.treatment != Treatment::kMaybeKey) return rule;
  const std::size_t before = cut == 0 ? std::string_view::npos : folded.find_last_of("-.", cut - 1);
  const std::string_view kind = folded.substr(before + 1, cut - before - 1);
  if (last == "id") return is_one_of(kind, fields::kOwners) ? rule : FieldRule{};
  if (is_one_of(kind, fields::kSecretKeys))
    return {Treatment::kSecret, Kind::kName, "key", false, word->word};
  return is_one_of(kind, fields::kOpenKeys) ? FieldRule{} : rule;
}

}  // namespace

FieldRule field_rule(std::string_view key) {
  while (key.starts_with('_')) key.remove_prefix(1);  // as journald marks what it adds itself
  if (key.size() < 2) return {};
  for (const bool split : {false, true}) {
    const Folded folded(key, split);
    const RuledWord* row = folded.cut() ? nullptr : row_of(folded.text());
    FieldRule rule = row != nullptr ? row->rule : last_word_rule(folded.text());
    if (row != nullptr) rule.key = row->word;
    if (row != nullptr || rule.treatment != Treatment::kText) return rule;
  }
  // A fact of Ansible is called as what it is of.
  constexpr std::string_view kFact = "ansible_";
  return key.starts_with(kFact) ? field_rule(key.substr(kFact.size())) : FieldRule{};
}

bool is_secret_word(std::string_view word) {
  const auto names = [word](const RuledWord& row) { return row.rule.secret == word; };
  return std::any_of(std::begin(fields::kFields), std::end(fields::kFields), names) ||
         std::any_of(std::begin(fields::kLastWords), std::end(fields::kLastWords), names);
}

bool is_placeholder_word(std::string_view word) {
  // Of what has a shape of its own; the rest are words of rules.
  constexpr std::string_view kShapes[] = {
      "authorization", "credentials", "blob",    "credential", "fingerprint", "guarded",
      "hash",          "key",         "keyring", "licence",    "pem",         "phone",
      "ssh-key",       "text",        "ticket",  "token",      "webhook"};
  return is_one_of(word, kShapes) || is_secret_word(word) || word == "address" ||
         kind_of_code(word).has_value();
}

std::size_t placeholder_end(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, 32);
  if (rest.starts_with("SECRET_password")) return at + 15;
  if (!rest.starts_with("[secret:")) return at;
  const std::size_t close = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", 8);
  if (close == std::string_view::npos || rest[close] != ']' ||
      !is_placeholder_word(rest.substr(8, close - 8)))
    return at;
  return at + close + 1;
}

}  // namespace pmx::anonymize
