// What the operator's patterns find in what the recognizers leave.
#include <algorithm>

#include "anonymize/policy.h"
#include "anonymize/rewrite.h"

namespace pmx::anonymize {

/// `edits` of `text`, and what the operator's patterns find beside them: what a recognizer replaces
/// is hidden already, and as a whole.
std::vector<Edit> Rewriter::with_patterns(std::string_view text, std::vector<Edit> edits) {
  if (resolver_.policy() == nullptr) return edits;
  const auto matches = resolver_.policy()->matches(text);
  if (matches.empty()) return edits;
  const std::vector<Span> hidden = hidden_spans(text, edits);
  const FreeText free(resolver_);
  for (const Policy::Match& match : matches) {
    std::size_t piece = match.begin;
    for (const Span& span : hidden) {
      if (span.end <= piece) continue;
      if (span.begin >= match.end) break;
      hide_piece(text, piece, span.begin, *match.rule, edits);
      piece = span.end;
    }
    hide_piece(text, piece, match.end, *match.rule, edits);
  }
  std::sort(edits.begin(), edits.end(),
            [](const Edit& x, const Edit& y) { return x.begin < y.begin; });
  return edits;
}

/// Where nothing real stands, in order: what `edits` replace, and what this engine wrote.
std::vector<Rewriter::Span> Rewriter::hidden_spans(std::string_view text,
                                                   const std::vector<Edit>& edits) const {
  std::vector<Span> spans;
  for (const Edit& edit : edits) spans.push_back({edit.begin, edit.end});
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = written_end(text, at);
    if (end > at) spans.push_back({at, end});
    at = std::max(end, at + 1);
  }
  std::sort(spans.begin(), spans.end(),
            [](const Span& x, const Span& y) { return x.begin < y.begin; });
  return spans;
}

/// The end of a pseudonym or placeholder of ours that begins at `at`, or `at`.
std::size_t Rewriter::written_end(std::string_view text, std::size_t at) const {
  const bool begins = is_word_char(text[at]) && (at == 0 || !is_word_char(text[at - 1]));
  if (text[at] == '+' && resolver_.is_phone_pseudonym(text.substr(at, kPhoneLength)))
    return at + kPhoneLength;
  const std::size_t marked = placeholder_end(text, at);
  return marked > at || !begins ? marked : own_end(text, at);
}

/// Hides [begin, end), which may be empty.
void Rewriter::hide_piece(std::string_view text, std::size_t begin, std::size_t end,
                          const OperatorRule& rule, std::vector<Edit>& edits) {
  while (begin < end && !is_word_char(text[begin])) ++begin;
  while (begin < end && !is_word_char(text[end - 1])) --end;
  if (begin >= end) return;
  std::string with = rule.kind ? resolver_.hidden(*rule.kind, text.substr(begin, end - begin))
                               : std::string("[secret:text]");
  edits.push_back({begin, end, std::move(with), {Finder::kPattern, rule.source}});
}

/// A value that stays, but for what the operator's patterns find in it; more than one word is text.
std::vector<Edit> Rewriter::kept_field(std::string_view value) {
  if (!is_one_word(value)) return text(value);
  return with_patterns(value, {});
}

}  // namespace pmx::anonymize
