// Answers of any size in pages: lists by rows, texts by lines, each page bounded in bytes. What was
// read is kept for the pages that follow, so that nothing moves between them. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace pmx::app {

/// How much of an answer is wanted.
struct Shape {
  std::vector<std::string> fields{};  ///< members of objects, also of those in a list; empty: all
  std::size_t limit = 50;             ///< rows or lines
};

/// A part of an answer.
struct AnswerPage {
  Json data;                          ///< rows, lines, or the whole when it is neither
  std::optional<std::size_t> total;   ///< rows or lines there are; nothing for other answers
  std::optional<std::int64_t> next;   ///< for the page that follows
  std::vector<std::string> left_out;  ///< members of an object that were too much
};

class AnswerPages {
 public:
  /// `clock` outlives the object.
  explicit AnswerPages(Clock& clock) : clock_(clock) {}

  /// The first page. `about` comes back with each later one.
  Result<AnswerPage> first(std::string_view principal, std::string about, Json data,
                           const Shape& shape);

  /// The page that `cursor` names, of the same caller. kInvalidArgument for every other number,
  /// after ten minutes, when later answers took its place, and in another process.
  Result<AnswerPage> next(std::string_view principal, std::int64_t cursor, std::size_t limit,
                          std::string& about);

 private:
  using Rows = std::shared_ptr<const std::vector<Json>>;
  struct Kept {
    std::int64_t cursor = 0;
    std::string principal;
    std::string about;
    Rows rows;
    std::size_t from = 0;
    SteadyTime at;
  };

  Result<AnswerPage> cut(Kept list, std::size_t limit);
  Result<std::int64_t> keep(Kept list);
  /// For the latest list, whose caller's older ones go first.
  void make_room();
  [[nodiscard]] std::size_t rows_kept() const;

  Clock& clock_;
  std::mutex mutex_;
  std::deque<Kept> kept_;  // oldest first
};

}  // namespace pmx::app
