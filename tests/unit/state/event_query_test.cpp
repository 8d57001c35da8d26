// InventoryStore's questions about events: both shapes of the query, at the edges of its filters.
#include <algorithm>

#include "state/inventory_store.h"
#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::in_memory;
using testing::need;

SystemTime at(std::int64_t millis) { return SystemTime(std::chrono::milliseconds(millis)); }

/// Events with the ids 1, 2, 3, ... as given. Written directly: the order of their times is any.
struct Trail {
  Trail() : database(in_memory()), store(*database) {}

  void add(std::int64_t time, const char* cluster, const char* kind, const char* object) {
    Db& db = database->db();
    const auto lock = db.lock();
    Statement insert =
        need(db.prepare("INSERT INTO event (time, cluster, kind, object, path, old_value, "
                        "new_value, cause) VALUES (?, ?, ?, ?, '/a', 'null', '1', 'UPID:1')"));
    need(insert.run(time, cluster, kind, object));
  }

  std::vector<std::int64_t> ids(const EventQuery& query) {
    std::vector<std::int64_t> found;
    for (const Event& event : need(store.events(query))) found.push_back(event.id);
    return found;
  }

  std::unique_ptr<Database> database;
  InventoryStore store;
};

using Ids = std::vector<std::int64_t>;

TEST_CASE("event query: an event comes back with all that was stored") {
  Trail trail;
  trail.add(1234, "lab", "guest", "101");
  for (const auto& found : {trail.store.events({}), trail.store.events_after(0, 9)}) {
    REQUIRE(found.value().size() == 1);
    const Event& event = found.value()[0];
    CHECK(event.id == 1);
    CHECK(event.time == at(1234));
    CHECK(event.cluster == "lab");
    CHECK(event.kind == "guest");
    CHECK(event.object == "101");
    CHECK(event.path == "/a");
    CHECK(event.old_value.is_null());
    CHECK(event.new_value == 1);
    CHECK(event.cause == "UPID:1");
  }
}

TEST_CASE("event query: an empty trail answers with nothing, not with an error") {
  Trail trail;
  CHECK(trail.ids({}).empty());
  CHECK(trail.ids({.since = at(0)}).empty());
  CHECK(need(trail.store.events_after(0, 1)).empty());
  CHECK(need(trail.store.newest_event()) == 0);
}

TEST_CASE("event query: every filter is exact and all of them count together") {
  Trail trail;
  trail.add(100, "lab", "guest", "101");
  trail.add(200, "lab", "guest", "10");
  trail.add(300, "lab", "pool", "101");
  trail.add(400, "home", "guest", "101");
  trail.add(500, "LAB", "guest", "101");
  CHECK(trail.ids({.object = "101"}) == Ids{5, 4, 3, 1});
  CHECK(trail.ids({.kind = "guest", .object = "101"}) == Ids{5, 4, 1});
  CHECK(trail.ids({.cluster = "lab", .object = "101"}) == Ids{3, 1});
  CHECK(trail.ids({.cluster = "lab", .kind = "guest", .object = "101"}) == Ids{1});
  CHECK(trail.ids({.cluster = "lab", .kind = "guest", .object = "%"}).empty());
  CHECK(trail.ids({.cluster = "none"}).empty());
}

TEST_CASE("event query: both ends of a span belong to it, for one object as for all") {
  Trail trail;
  for (const std::int64_t time : {100, 200, 200, 300, -5}) trail.add(time, "lab", "guest", "101");
  for (EventQuery query : {EventQuery{}, {.cluster = "lab", .kind = "guest", .object = "101"}}) {
    query.since = at(200);
    CHECK(trail.ids(query) == Ids{4, 3, 2});
    query.until = at(200);
    CHECK(trail.ids(query) == Ids{3, 2});
    query.until = at(199);
    CHECK(trail.ids(query).empty());
    query.since = at(0);
    CHECK(trail.ids(query) == Ids{1});
    query.since = at(-5);  // before 1970 is a time like any other
    query.until = at(-1);
    CHECK(trail.ids(query) == Ids{5});
  }
}

TEST_CASE("event query: one object is found in a span although the clock was set back") {
  Trail trail;
  for (const std::int64_t time : {900, 100, 300, 950}) trail.add(time, "lab", "guest", "101");
  const EventQuery query{.cluster = "lab", .since = at(300), .kind = "guest", .object = "101"};
  CHECK(trail.ids(query) == Ids{4, 3, 1});
}

TEST_CASE("event query: pages join without a gap or a repetition, whatever the filter") {
  Trail trail;
  for (int n = 0; n < 30; ++n) {
    trail.add(1000 - n, n % 2 == 0 ? "lab" : "home", n % 3 == 0 ? "node" : "guest", "101");
  }
  const std::vector<EventQuery> queries{
      {},
      {.cluster = "lab"},
      {.since = at(975), .until = at(995)},
      {.cluster = "home", .since = at(975), .kind = "guest", .object = "101"}};
  for (EventQuery query : queries) {
    query.limit = 1000;
    const Ids whole = trail.ids(query);
    CHECK(std::is_sorted(whole.rbegin(), whole.rend()));
    Ids joined;
    query.limit = 3;
    for (Ids page = trail.ids(query); !page.empty(); page = trail.ids(query)) {
      CHECK(page.size() <= 3);
      joined.insert(joined.end(), page.begin(), page.end());
      query.before_id = page.back();
    }
    CHECK(joined == whole);
    CHECK(whole.size() > 3);
  }
}

TEST_CASE("event query: paging on below the first event and above the last gives nothing") {
  Trail trail;
  trail.add(1, "lab", "guest", "101");
  CHECK(trail.ids({.before_id = 1}).empty());
  CHECK(trail.ids({.before_id = 2}) == Ids{1});
  CHECK(trail.ids({.before_id = -1}).empty());
  CHECK(need(trail.store.events_after(1, 1)).empty());
  CHECK(need(trail.store.events_after(-7, 1)).size() == 1);
}

TEST_CASE("event query: a limit below one is refused before anything is read") {
  Trail trail;
  for (const int limit : {0, -1, INT_MIN}) {
    CHECK(trail.store.events({.limit = limit}).error().code == Code::kInvalidArgument);
    CHECK(trail.store.events_after(0, limit).error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("event query: a damaged value is an error, not an event without it") {
  Trail trail;
  trail.add(1, "lab", "guest", "101");
  need(trail.database->db().execute("UPDATE event SET new_value = '{'"));
  CHECK_FALSE(trail.store.events({}).ok());
  CHECK_FALSE(trail.store.events_after(0, 1).ok());
}

}  // namespace
}  // namespace pmx::state
