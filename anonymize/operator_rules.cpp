// What the operator's patterns find, before the recognizers read the text.
#include "anonymize/policy.h"
#include "anonymize/rewrite.h"

namespace pmx::anonymize {

/// The edits of guarded secrets, and of patterns in what they leave.
std::vector<Edit> Rewriter::find_ruled(std::string_view text) {
  std::vector<Edit> guarded = find_guarded(text);
  if (resolver_.policy() == nullptr) return guarded;
  if (guarded.empty()) return find_patterns(text);
  const std::string shown = apply_edits(text, guarded);
  return composed_edits(guarded, shown, find_patterns(shown));
}

/// What this engine wrote is left out of a match, the rest is hidden piece by piece.
std::vector<Edit> Rewriter::find_patterns(std::string_view text) {
  std::vector<Edit> edits;
  const FreeText free(resolver_);
  for (const Policy::Match& match : resolver_.policy()->matches(text)) {
    std::size_t piece = match.begin;
    std::size_t at = match.begin;
    while (at < match.end) {
      const std::size_t own = written_end(text, at);
      if (own == at) {
        ++at;
        continue;
      }
      hide_piece(text, piece, at, match.rule->kind, edits);
      piece = at = own;
    }
    hide_piece(text, piece, std::max(piece, match.end), match.rule->kind, edits);
  }
  return edits;
}

/// The end of a pseudonym or placeholder of ours that begins at `at`, or `at`.
std::size_t Rewriter::written_end(std::string_view text, std::size_t at) const {
  const bool begins = is_word_char(text[at]) && (at == 0 || !is_word_char(text[at - 1]));
  if (text[at] == '+' && resolver_.is_phone_pseudonym(text.substr(at, kPhoneLength)))
    return at + kPhoneLength;
  const std::size_t marked = placeholder_at(text, at);
  return marked > at || !begins ? marked : own_end(text, at);
}

void Rewriter::hide_piece(std::string_view text, std::size_t begin, std::size_t end,
                          std::optional<Kind> kind, std::vector<Edit>& edits) {
  while (begin < end && !is_word_char(text[begin])) ++begin;
  while (begin < end && !is_word_char(text[end - 1])) --end;
  if (begin == end) return;
  std::string with = kind ? resolver_.hidden(*kind, text.substr(begin, end - begin))
                          : std::string("[secret:text]");
  edits.push_back({begin, end, std::move(with)});
}

/// A value that stays, but for what the operator's patterns find in it; more than one word is text.
std::vector<Edit> Rewriter::kept_field(std::string_view value) {
  if (!is_one_word(value)) return text(value);
  return resolver_.policy() != nullptr ? find_patterns(value) : std::vector<Edit>{};
}

}  // namespace pmx::anonymize
