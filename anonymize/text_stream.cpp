#include "anonymize/text_stream.h"

#include <algorithm>

#include "anonymize/chars.h"
#include "anonymize/resolve.h"

namespace pmx::anonymize {
namespace {

/// Behind the last line end in text[begin, limit), or `begin` without one.
std::size_t behind_line(std::string_view text, std::size_t begin, std::size_t limit) {
  const std::size_t end = text.substr(begin, limit - begin).rfind('\n');
  return end == std::string_view::npos ? begin : begin + end + 1;
}

/// Behind the last byte in text[begin, limit) that is part of no value, or `limit`. A blank behind
/// a digit may be one of a telephone number.
std::size_t behind_word(std::string_view text, std::size_t begin, std::size_t limit) {
  constexpr std::string_view kEnds = " \t\r,;\"'(){}<>";
  for (std::size_t at = limit; at > begin + 1; --at)
    if (kEnds.find(text[at - 1]) != std::string_view::npos && !is_digit(text[at - 2])) return at;
  return limit;
}

std::size_t window_end(std::string_view text, std::size_t begin, std::size_t limit) {
  const std::size_t line = behind_line(text, begin, limit);
  return line > begin ? line : behind_word(text, begin, limit);
}

/// What stands behind the last blank of a text; nothing when that is far away.
std::string last_word(const std::string& text) {
  constexpr std::size_t kLongest = 4096;
  const std::size_t blank = text.find_last_of(" \t\r\n");
  const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
  return text.size() - begin > kLongest ? "" : text.substr(begin);
}

}  // namespace

TextStream::TextStream(Engine& engine, WindowSizes sizes)
    : engine_(engine), sizes_(sizes), names_(std::make_unique<PayloadNames>()) {}

TextStream::~TextStream() = default;

Result<void> TextStream::feed(std::string_view piece, std::string& out, Explanation* explanation) {
  const std::size_t full = sizes_.window + sizes_.margin;
  while (!hidden_ && buffer_.size() - begin_ + piece.size() > full) {
    const std::size_t taken = begin_ + full - buffer_.size();
    buffer_.append(piece.substr(0, taken));
    piece.remove_prefix(taken);
    const std::size_t end = window_end(buffer_, begin_, begin_ + sizes_.window);
    PMX_TRY_VOID(write_window(end, out, explanation));
  }
  if (!hidden_) buffer_.append(piece);
  return {};
}

Result<void> TextStream::finish(std::string& out, Explanation* explanation) {
  if (hidden_) return {};
  return write_window(buffer_.size(), out, explanation);
}

/// Writes what stands before `end`, and what a value there reaches over it.
Result<void> TextStream::write_window(std::size_t end, std::string& out, Explanation* explanation) {
  const Part part{buffer_, begin_, end};
  const bool explains = explanation != nullptr;
  names_->prints.read = {};
  PMX_TRY(Window window, engine_.anonymize_part(part, *names_, explains));
  if (!check(window.text).ok()) {
    // A name may have been learned between the two looks.
    PMX_TRY(window, engine_.anonymize_part(part, *names_, explains));
    PMX_TRY_VOID(check(window.text));
  }
  for (Replaced& replaced : window.explanation) {
    replaced.begin += out.size();
    replaced.end += out.size();
    explanation->push_back(std::move(replaced));
  }
  out += window.text;
  move_on(window);
  return {};
}

/// Keeps one margin of what was written, from a line's beginning on where there is one.
void TextStream::move_on(const Window& window) {
  tail_ = last_word(tail_ + window.text);
  hidden_ = window.open;
  begin_ = window.end;
  const std::size_t from = begin_ - std::min(begin_, sizes_.margin);
  const std::size_t line = from == 0 ? 0 : buffer_.find('\n', from) + 1;
  const std::size_t cut = line > 0 && line <= begin_ ? line : from;
  buffer_.erase(0, cut);
  begin_ -= cut;
}

/// The second look at what is about to leave, together with the word before it.
Result<void> TextStream::check(const std::string& text) {
  return engine_.check(tail_.empty() ? text : tail_ + text);
}

/// The beginning of what was read, up to `end`.
Result<void> RevealStream::reveal(std::size_t end, std::string& out, Explanation* explanation) {
  Explanation found;
  PMX_TRY(const std::string real, engine_.reveal(std::string_view(buffer_).substr(0, end),
                                                 explanation != nullptr ? &found : nullptr));
  for (Replaced& one : found) {
    one.begin += out.size();
    one.end += out.size();
    explanation->push_back(std::move(one));
  }
  out += real;
  buffer_.erase(0, end);
  return {};
}

Result<void> RevealStream::feed(std::string_view piece, std::string& out,
                                Explanation* explanation) {
  while (buffer_.size() + piece.size() > sizes_.window) {
    const std::size_t taken = sizes_.window - buffer_.size();
    buffer_.append(piece.substr(0, taken));
    piece.remove_prefix(taken);
    PMX_TRY_VOID(reveal(window_end(buffer_, 0, buffer_.size()), out, explanation));
  }
  buffer_.append(piece);
  return {};
}

Result<void> RevealStream::finish(std::string& out, Explanation* explanation) {
  return reveal(buffer_.size(), out, explanation);
}

}  // namespace pmx::anonymize
