#include "app/answer_pages.h"

#include "tests/unit/app/workbench.h"

using pmx::Json;
using pmx::app::AnswerPage;
using pmx::app::AnswerPages;

namespace {

Json rows(std::size_t count, std::size_t bytes = 4) {
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i)
    list.push_back({{"id", i}, {"text", std::string(bytes, 'x')}});
  return list;
}

}  // namespace

TEST_CASE("answer pages: every row of a list comes once, in its order, whatever the page") {
  pmx::app::test::JumpingClock clock;
  AnswerPages pages(clock);
  for (const std::size_t bytes : {4U, 9000U}) {
    auto page = pages.first("me", "what", rows(23, bytes), {{"id", "text"}, 5});
    std::size_t seen = 0;
    while (true) {
      REQUIRE(page.ok());
      CHECK(page->total == 23U);
      CHECK(page->data.size() <= 5);
      for (const Json& row : page->data) CHECK(row["id"] == seen++);
      if (!page->next) break;
      std::string about;
      page = pages.next("me", *page->next, 5, about);
      CHECK(about == "what");
    }
    CHECK(seen == 23);
  }
}

TEST_CASE("answer pages: a cursor is its caller's alone, and holds ten minutes") {
  pmx::app::test::JumpingClock clock;
  AnswerPages pages(clock);
  const auto page = pages.first("me", "what", rows(9), {{}, 5});
  REQUIRE(page.ok());
  REQUIRE(page->next.has_value());
  std::string about;
  CHECK_FALSE(pages.next("you", *page->next, 5, about).ok());
  CHECK_FALSE(pages.next("me", *page->next + 1, 5, about).ok());
  CHECK(pages.next("me", *page->next, 5, about).ok());
  CHECK(pages.next("me", *page->next, 5, about).ok());
  clock.advance(std::chrono::minutes(10));
  CHECK_FALSE(pages.next("me", *page->next, 5, about).ok());
}

TEST_CASE("answer pages: only so many lists are kept, the latest ones") {
  pmx::app::test::JumpingClock clock;
  AnswerPages pages(clock);
  std::vector<std::int64_t> cursors;
  for (int i = 0; i < 40; ++i)
    cursors.push_back(*pages.first("me", "what", rows(9), {{}, 5})->next);
  std::string about;
  CHECK_FALSE(pages.next("me", cursors.front(), 5, about).ok());
  CHECK(pages.next("me", cursors.back(), 5, about).ok());
}

TEST_CASE("answer pages: the pages of one list count its rows once") {
  pmx::app::test::JumpingClock clock;
  AnswerPages pages(clock);
  const auto other = pages.first("you", "what", rows(9), {{}, 5});
  const auto first = pages.first("me", "what", rows(20'000), {{}, 5});
  std::string about;
  std::int64_t cursor = *first->next;
  for (int i = 0; i < 5; ++i) cursor = *pages.next("me", cursor, 5, about)->next;
  CHECK(pages.next("you", *other->next, 5, about).ok());
  CHECK(pages.next("me", *first->next, 5, about).ok());
}

TEST_CASE("answer pages: who asks much loses the own oldest lists, not those of others") {
  pmx::app::test::JumpingClock clock;
  AnswerPages pages(clock);
  const auto other = pages.first("you", "what", rows(9), {{}, 5});
  std::vector<std::int64_t> cursors;
  for (int i = 0; i < 40; ++i)
    cursors.push_back(*pages.first("me", "what", rows(9), {{}, 5})->next);
  std::string about;
  CHECK(pages.next("you", *other->next, 5, about).ok());
  CHECK_FALSE(pages.next("me", cursors.front(), 5, about).ok());
  CHECK(pages.next("me", cursors.back(), 5, about).ok());
}

TEST_CASE("answer pages: texts come by lines, objects by members, values whole") {
  pmx::app::test::JumpingClock clock;
  AnswerPages pages(clock);
  const auto text = pages.first("me", "", "one\ntwo\n\nfour", {{}, 3});
  CHECK(text->data == Json({"one", "two", ""}));
  CHECK(text->total == 4U);
  CHECK(pages.first("me", "", "one", {})->data == "one");
  CHECK(pages.first("me", "", nullptr, {})->data == nullptr);
  CHECK(pages.first("me", "", Json::array(), {})->total == 0U);
  const Json object{{"a", 1}, {"b", std::string(30'000, 'x')}, {"c", 2}};
  const auto whole = pages.first("me", "", object, {});
  CHECK(whole->data == Json{{"a", 1}, {"c", 2}});
  CHECK(whole->left_out == std::vector<std::string>{"b"});
  CHECK(pages.first("me", "", object, {{"c", "d"}, 5})->data == Json{{"c", 2}});
}
