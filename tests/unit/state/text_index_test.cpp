#include "state/text_index.h"

#include <doctest/doctest.h>

namespace pmx::state {
namespace {

std::vector<std::size_t> numbers(TextIndex& index, const std::vector<std::string>& words,
                                 int limit = 10) {
  const auto hits = index.find(words, limit);
  REQUIRE(hits.ok());
  std::vector<std::size_t> out;
  for (const TextHit& hit : *hits) out.push_back(hit.number);
  return out;
}

}  // namespace

TEST_CASE("text index: stems are found, a title weighs more than details, any word is enough") {
  auto index = TextIndex::build({{"list of tasks", "", "", "snapshot"},
                                 {"take a snapshot", "", "", "task"},
                                 {"delete a user", "", "", ""}});
  REQUIRE(index.ok());
  CHECK(numbers(**index, {"snapshots"}) == std::vector<std::size_t>{1, 0});
  CHECK(numbers(**index, {"deleting", "nothing"}) == std::vector<std::size_t>{2});
  CHECK(numbers(**index, {"snapshot"}, 1) == std::vector<std::size_t>{1});
  CHECK(numbers(**index, {"nothing"}).empty());
  CHECK(numbers(**index, {}).empty());
}

TEST_CASE("text index: no word is an operator") {
  auto index = TextIndex::build({{"alpha", "beta", "gamma", "delta"}});
  REQUIRE(index.ok());
  for (const char* word : {"AND", "NOT", "NEAR(", "\"", "*", "a:b", "", "^", "(", "alpha\" OR \""})
    CHECK((*index)->find({word, "zeta"}, 5).ok());
}

}  // namespace pmx::state
