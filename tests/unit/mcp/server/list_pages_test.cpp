#include "mcp/server/list_pages.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

std::vector<Json> numbers(int count) {
  std::vector<Json> list;
  for (int i = 0; i < count; ++i) {
    list.push_back({{"uri", "demo://SECRET/guests/" + std::to_string(i)}, {"name", "SECRET"}});
  }
  return list;
}

}  // namespace

TEST_CASE("pages: a cursor is good for its principal, its list, its process and its time") {
  FakeClock clock;
  const Secret key(std::string(32, 'k'));
  ListPages pages("resources/list", 2, key, clock);
  const ListPage first = pages.first("alice", numbers(5));
  CHECK(first.to == 2);
  REQUIRE_FALSE(first.next.empty());
  const auto second = pages.next("alice", first.next);
  REQUIRE(second.ok());
  CHECK(second->from == 2);
  CHECK(second->to == 4);
  const auto third = pages.next("alice", second->next);
  REQUIRE(third.ok());
  CHECK(third->to == 5);
  CHECK(third->next.empty());
  CHECK(pages.next("alice", first.next)->to == 4);  // a page can be asked for again

  std::string damaged = first.next;
  damaged[20] = damaged[20] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {std::string(), std::string("2"), damaged}) {
    CHECK(pages.next("alice", bad).error().code == Code::kInvalidArgument);
  }
  CHECK_FALSE(pages.next("mallory", first.next).ok());
  ListPages other_method("tasks/list", 2, key, clock);
  CHECK_FALSE(other_method.next("alice", first.next).ok());
  ListPages other_process("resources/list", 2, key, clock);
  CHECK_FALSE(other_process.next("alice", first.next).ok());
  clock.tick(std::chrono::minutes(11));
  CHECK_FALSE(pages.next("alice", first.next).ok());
}

TEST_CASE("pages: only the latest lists are kept") {
  FakeClock clock;
  ListPages pages("resources/list", 2, Secret(), clock);
  const ListPage old = pages.first("alice", numbers(3));
  for (int i = 0; i < 31; ++i) pages.first("alice", numbers(3));
  CHECK(pages.next("alice", old.next).ok());
  const ListPage huge = pages.first("alice", numbers(60'000));  // more than all together
  CHECK_FALSE(pages.next("alice", old.next).ok());
  CHECK(pages.next("alice", huge.next).ok());
}

TEST_CASE("pages: resources are listed page by page from one snapshot, in both eras") {
  ServerOptions options = Harness::default_options();
  options.page_size = 2;
  Harness h(options);
  int count = 5;
  h.catalogue.list_resources = [&count](const Context&) -> Result<std::vector<Json>> {
    return numbers(count);
  };
  h.handshake();
  const auto ask = [&h](bool is_modern, const Json& params) {
    return h.ask(is_modern ? modern("1", "resources/list", params)
                           : legacy("1", "resources/list", params));
  };
  for (const bool is_modern : {true, false}) {
    CAPTURE(is_modern);
    count = 5;
    Json page = ask(is_modern, Json::object())["result"];
    std::vector<std::string> uris;
    std::vector<std::size_t> sizes;
    count = 1;  // the list changes meanwhile
    while (true) {
      sizes.push_back(page["resources"].size());
      for (const Json& entry : page["resources"]) uris.push_back(entry["uri"]);
      CHECK(page.contains("cacheScope") == is_modern);
      if (!page.contains("nextCursor")) break;
      page = ask(is_modern, {{"cursor", page["nextCursor"]}})["result"];
    }
    CHECK(sizes == std::vector<std::size_t>{2, 2, 1});
    CHECK(uris.front() == "demo://safe-name/guests/0");
    CHECK(uris.back() == "demo://safe-name/guests/4");
    for (const Json& bad : {Json(""), Json(7), Json("SECRET")}) {
      const Json error = ask(is_modern, {{"cursor", bad}})["error"];
      CHECK(error["code"] == -32602);
      CHECK(error["message"].get<std::string>().find("without a cursor") != std::string::npos);
    }
  }
}

TEST_CASE("pages: a list that fits one page has no cursor") {
  Harness h;
  CHECK_FALSE(h.ask(modern("1", "resources/list"))["result"].contains("nextCursor"));
}
