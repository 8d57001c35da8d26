// JSON written member by member, for lists too long to be built as values first. The same bytes as
// dump_disordered() gives.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "sim/disorder.h"

namespace pmx::sim {

/// An array of objects, whose members come in the order that `seed` gives. Keys are words that need
/// no escapes and stay where they are.
class JsonText {
 public:
  explicit JsonText(std::uint64_t seed) : seed_(seed) {}

  /// Begins an object; members follow until close().
  void open() { text_ += std::exchange(before_row_, ',') == '[' ? "[{" : ",{"; }
  void close() {
    begins_.push_back(row_.size());
    char before = 0;
    for (const std::size_t place : order()) {
      if (std::exchange(before, ',') != 0) text_ += ',';
      text_.append(row_, begins_[place], begins_[place + 1] - begins_[place]);
    }
    text_ += '}';
    row_.clear();
    keys_.clear();
    begins_.clear();
  }

  void add(std::string_view key, std::string_view value) {
    add_key(key);
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
    });
    if (plain)
      row_.append(1, '"').append(value).append(1, '"');
    else
      row_ += dump_json(Json(value));
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
    row_ += dump_disordered(value, seed_);
  }

  /// A whole object.
  void row(const Json& value) {
    text_ += std::exchange(before_row_, ',');
    text_ += dump_disordered(value, seed_);
  }

  /// Makes room for so many bytes at once.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }

  [[nodiscard]] std::string take() { return text_.empty() ? "[]" : std::move(text_) + "]"; }

 private:
  /// Objects with the same members, which come in the same order.
  struct Shape {
    std::vector<std::string_view> keys;
    std::vector<std::size_t> order;
  };

  void add_key(std::string_view key) {
    begins_.push_back(row_.size());
    keys_.push_back(key);
    row_.append(1, '"').append(key).append("\":");
  }
  template <class Number>
  void add_number(Number value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    row_.append(digits.data(), end);
  }

  const std::vector<std::size_t>& order() {
    const auto known = std::find_if(shapes_.begin(), shapes_.end(),
                                    [this](const Shape& one) { return one.keys == keys_; });
    if (known != shapes_.end()) return known->order;
    shapes_.push_back({keys_, disorder(keys_, seed_)});
    return shapes_.back().order;
  }

  std::uint64_t seed_;
  std::string text_;
  char before_row_ = '[';
  std::string row_;                     ///< the members of the object that is open
  std::vector<std::string_view> keys_;  ///< theirs
  std::vector<std::size_t> begins_;     ///< where each begins in row_, and where the last one ends
  std::vector<Shape> shapes_;           ///< so far; there are few
};

}  // namespace pmx::sim
