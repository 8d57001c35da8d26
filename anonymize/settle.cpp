// Edits of edits: how a text looks after some, and passes over what changed until nothing does.
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

std::optional<std::vector<Edit>> Rewriter::settled_lines(std::string_view lines,
                                                         std::vector<Edit> edits, bool last) {
  for (int round = 0; resolver_.wanted().empty(); ++round) {
    const std::string shown = apply_edits(lines, edits);
    open_ended_ = false;
    const std::vector<Edit> more = text(shown);
    if (open_ended_ && !last) return std::nullopt;
    if (more.empty()) break;
    if (round == kMaxPasses) return unsettled(lines);
    edits = composed_edits(edits, shown, more);
  }
  return edits;
}

std::vector<Edit> Rewriter::settled_text(std::string_view text) {
  std::vector<Edit> first = this->text(text);
  if (!resolver_.wanted().empty()) return first;
  std::vector<Edit> out;
  out.reserve(first.size());
  for (std::size_t i = 0; i < first.size();) {
    const std::size_t begin = line_begin(text, first[i].begin);
    std::size_t end = begin;
    std::vector<Edit> edits;
    for (; i < first.size() && (end == begin || first[i].begin < end); ++i) {
      end = std::max(end, next_line(text, first[i].end));
      edits.push_back(std::move(first[i]));
      edits.back().begin -= begin;
      edits.back().end -= begin;
    }
    auto lines =
        settled_lines(text.substr(begin, end - begin), std::move(edits), end == text.size());
    // What a pseudonym opened goes on behind the line: all is read again.
    if (!lines) return settled(text, [this](std::string_view shown) { return this->text(shown); });
    for (Edit& edit : *lines) out.push_back(moved(std::move(edit), begin));
  }
  return out;
}

}  // namespace pmx::anonymize
