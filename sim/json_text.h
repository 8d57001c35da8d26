// JSON written member by member, for lists too long to be built as values first. The same bytes as
// dump_json() gives, when members come in the order of their keys.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace pmx::sim {

/// An array of objects. Keys are words that need no escapes.
class JsonText {
 public:
  /// Begins an object; members follow until close().
  void open() { text_ += std::exchange(before_row_, ',') == '[' ? "[{" : ",{"; }
  void close() {
    text_ += '}';
    first_ = true;
  }

  void add(std::string_view key, std::string_view value) {
    add_key(key);
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
    });
    if (plain)
      text_.append(1, '"').append(value).append(1, '"');
    else
      text_ += dump_json(Json(value));
  }
  void add(std::string_view key, const std::string& value) { add(key, std::string_view(value)); }
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  template <std::integral Number>
  void add(std::string_view key, Number value) {
    add_key(key);
    add_number(value);
  }
  void add(std::string_view key, double value) { add(key, Json(value)); }
  void add(std::string_view key, const Json& value) {
    add_key(key);
    text_ += dump_json(value);
  }

  /// A whole object.
  void row(const Json& value) {
    text_ += std::exchange(before_row_, ',');
    text_ += dump_json(value);
  }

  /// Makes room for so many bytes at once.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }

  [[nodiscard]] std::string take() { return text_.empty() ? "[]" : std::move(text_) + "]"; }

 private:
  void add_key(std::string_view key) {
    if (!std::exchange(first_, false)) text_ += ',';
    text_.append(1, '"').append(key).append("\":");
  }
  template <class Number>
  void add_number(Number value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
  }

  std::string text_;
  char before_row_ = '[';
  bool first_ = true;
};

}  // namespace pmx::sim
