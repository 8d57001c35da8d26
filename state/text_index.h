// Full-text search over a fixed set of short texts: SQLite's FTS5 in memory, English stems, ranked
// by bm25. Nothing of it is stored. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pmx::state {

class Db;

/// What can be found. Words of the title count most, those of the details least.
struct IndexedText {
  std::string title;
  std::string keywords;
  std::string place;
  std::string details;
};

/// A text by its number, counted from 0 in the order given. Higher is better.
struct TextHit {
  std::size_t number = 0;
  double score = 0;
};

class TextIndex {
 public:
  static Result<std::unique_ptr<TextIndex>> build(const std::vector<IndexedText>& texts);
  ~TextIndex();

  /// Texts with any of the words, the best first. A word is letters and digits; anything else in it
  /// separates.
  Result<std::vector<TextHit>> find(const std::vector<std::string>& words, int limit);

 private:
  explicit TextIndex(std::unique_ptr<Db> db);
  std::unique_ptr<Db> db_;
};

}  // namespace pmx::state
