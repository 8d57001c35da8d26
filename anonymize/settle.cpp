// Edits of edits: how a text looks after some, and passes over the result until nothing changes.
#include <algorithm>
#include <iterator>

#include "anonymize/rewrite.h"

namespace pmx::anonymize {
namespace {

/// Where the line behind the one that text[at - 1] is in begins.
std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at > 0 ? at - 1 : 0);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t end = at > 0 ? text.rfind('\n', at - 1) : std::string_view::npos;
  return end == std::string_view::npos ? 0 : end + 1;
}

/// The line before that of `at`, and the one behind it: some values are announced there.
std::size_t around_begin(std::string_view text, std::size_t at) {
  const std::size_t line = line_begin(text, at);
  return line == 0 ? 0 : line_begin(text, line - 1);
}

std::size_t around_end(std::string_view text, std::size_t end) {
  return next_line(text, next_line(text, end) + 1);
}

/// Hides the whole lines of `shown` that `more` changes.
std::vector<Edit> hidden_lines(std::string_view shown, const std::vector<Edit>& more) {
  std::vector<Edit> out;
  for (const Edit& edit : more) {
    const std::size_t begin = line_begin(shown, edit.begin);
    const std::size_t end =
        std::min(shown.find('\n', std::max(edit.end, begin + 1) - 1), shown.size());
    if (!out.empty() && begin <= out.back().end) {
      out.back().end = std::max(out.back().end, end);
    } else {
      out.push_back({begin, end, std::string(Rewriter::kUnsettled), {Finder::kUnsettled}});
    }
  }
  return out;
}

}  // namespace

std::string apply_edits(std::string_view text, const std::vector<Edit>& edits) {
  std::string out;
  out.reserve(text.size() + edits.size() * 8);
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out.append(text.substr(at, edit.begin - at));
    out.append(edit.text);
    at = edit.end;
  }
  out.append(text.substr(at));
  return out;
}

std::vector<Edit> joined_edits(std::vector<Edit> first, std::vector<Edit> second) {
  std::vector<Edit> out;
  auto next = first.begin();
  for (Edit& edit : second) {
    while (next != first.end() && next->end <= edit.begin) out.push_back(std::move(*next++));
    if (next == first.end() || next->begin >= edit.end) out.push_back(std::move(edit));
  }
  out.insert(out.end(), std::make_move_iterator(next), std::make_move_iterator(first.end()));
  return out;
}

std::vector<Edit> composed_edits(const std::vector<Edit>& first, std::string_view shown,
                                 const std::vector<Edit>& second) {
  std::vector<Edit> out;
  std::size_t i = 0;
  std::size_t j = 0;
  std::size_t removed = 0;  // of the original by first[0, i), and what they put there
  std::size_t added = 0;
  const auto begin_of = [&](const Edit& edit) { return edit.begin + added - removed; };
  while (i < first.size() || j < second.size()) {
    std::size_t begin = shown.size();
    if (i < first.size()) begin = std::min(begin, begin_of(first[i]));
    if (j < second.size()) begin = std::min(begin, second[j].begin);
    Edit edit{begin + removed - added, 0, ""};
    const bool in_first = i < first.size() && begin_of(first[i]) == begin;
    edit.reason = in_first ? first[i].reason : second[j].reason;
    // Edits that touch each other's bytes become one.
    std::size_t end = begin + 1;
    std::size_t copied = begin;
    for (bool grows = true; grows;) {
      grows = false;
      if (i < first.size() && begin_of(first[i]) < end) {
        end = std::max(end, begin_of(first[i]) + first[i].text.size());
        removed += first[i].end - first[i].begin;
        added += first[i++].text.size();
        grows = true;
      } else if (j < second.size() && second[j].begin < end) {
        edit.text += shown.substr(copied, second[j].begin - copied);
        edit.text += second[j].text;
        if (second[j].reason.finder == Finder::kUnsettled) edit.reason = second[j].reason;
        copied = second[j].end;
        end = std::max(end, second[j++].end);
        grows = true;
      }
    }
    edit.text += shown.substr(copied, end - copied);
    edit.end = end + removed - added;
    out.push_back(std::move(edit));
  }
  return out;
}

std::optional<std::vector<Edit>> Rewriter::settled_again(std::string_view text,
                                                         std::vector<Edit> edits, bool part) {
  for (int round = 0; resolver_.wanted().empty(); ++round) {
    const std::string shown = apply_edits(text, edits);
    open_ended_ = false;
    std::vector<Edit> more = this->text(shown);
    if (open_ended_ && part) return std::nullopt;
    if (more.empty()) break;
    if (round == 2 * kMaxPasses) return unsettled(text);
    if (round >= kMaxPasses) more = hidden_lines(shown, more);
    edits = composed_edits(edits, shown, more);
  }
  return edits;
}

std::vector<Edit> Rewriter::settled_text(std::string_view text) {
  std::vector<Edit> first = this->text(text);
  if (first.empty() || !resolver_.wanted().empty()) return first;
  if (text.size() <= kWhole) return *settled_again(text, std::move(first), false);
  std::vector<Edit> out;
  out.reserve(first.size());
  std::size_t end = 0;
  for (std::size_t i = 0; i < first.size();) {
    const std::size_t begin = std::max(end, around_begin(text, first[i].begin));
    std::vector<Edit> edits;
    for (end = begin; i < first.size() && (end == begin || first[i].begin < end); ++i) {
      end = std::max(end, around_end(text, first[i].end));
      edits.push_back(moved(first[i], 0 - begin));
    }
    auto lines =
        settled_again(text.substr(begin, end - begin), std::move(edits), end < text.size());
    // What a pseudonym opened goes on behind the lines: all is read again.
    if (!lines) return *settled_again(text, std::move(first), false);
    for (Edit& edit : *lines) out.push_back(moved(std::move(edit), begin));
  }
  return out;
}

}  // namespace pmx::anonymize
