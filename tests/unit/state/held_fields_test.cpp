// What one look meets; how holds begin and end between processes is in hold_store_test.cpp.
#include "state/held_fields.h"

#include "state/sqlite.h"
#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::in_memory;
using testing::need;

constexpr SystemTime kNow{std::chrono::hours(1000)};

Object guest(Json fields) { return {"guest", "101", std::move(fields)}; }

class StillClock final : public Clock {
 public:
  SystemTime now() const override { return kNow; }
  SteadyTime steady() const override { return {}; }
  bool wait(const std::stop_token&, std::chrono::milliseconds) override { return false; }
};

struct Bench {
  Bench() : database(in_memory()), holds(*database, clock) {}

  void hold(const Object& object) { need(holds.begin("lab", object)); }
  void expect(const Object& object, const char* cause) {
    const HoldId id = need(holds.begin("lab", object));
    need(holds.expect(id, object.fields, cause));
    need(holds.release(id));
  }
  void settle(const Object& object, const char* cause = "") {
    need(HeldFields::settle(*database, "lab", object, kNow, cause));
  }
  HeldFields look(SystemTime asked = kNow) {
    return need(HeldFields::load(*database, "lab", asked, kNow));
  }
  std::int64_t left() {
    Statement query = need(database->db().prepare("SELECT count(*) FROM hold"));
    REQUIRE(need(query.step()));
    return query.integer(0);
  }

  StillClock clock;
  std::unique_ptr<Database> database;
  HoldStore holds;
};

TEST_CASE("held fields: what nothing holds is recorded as it is, without a copy") {
  Bench bench;
  const Object seen = guest({{"status", "running"}});
  auto empty = bench.look();
  CHECK(need(empty.apply(seen, true)) == &seen);
  bench.hold({"guest", "102", {{"status", "stopped"}}});
  bench.hold({"pool", "101", {{"status", "stopped"}}});  // the same id, another kind
  bench.expect(guest({{"status", "stopped"}}), "UPID:1");
  auto held = bench.look();
  CHECK(need(held.apply(seen, true)) == &seen);
  CHECK(held.shown().empty());
}

TEST_CASE("held fields: held ones are put over what was seen, the others stay") {
  Bench bench;
  bench.hold(guest({{"status", "stopped"}, {"lock", "backup"}}));
  auto held = bench.look();
  const Object seen = guest({{"status", "running"}, {"name", "web"}});
  const Object* recorded = need(held.apply(seen, true));
  CHECK(recorded->fields == Json{{"status", "stopped"}, {"lock", "backup"}, {"name", "web"}});
  CHECK(seen.fields == Json{{"status", "running"}, {"name", "web"}});
  REQUIRE(held.shown().size() == 1);
  CHECK(held.shown()[0].fields == Json{{"status", "stopped"}, {"lock", "backup"}});
}

TEST_CASE("held fields: what was recorded first stays where it is while others follow") {
  Bench bench;
  std::vector<Object> seen;
  for (int n = 0; n < 200; ++n) seen.push_back({"guest", std::to_string(n), {{"n", n}}});
  for (const Object& object : seen) bench.hold({"guest", object.id, {{"held", object.id}}});
  auto held = bench.look();
  std::vector<const Object*> recorded;
  for (const Object& object : seen) recorded.push_back(need(held.apply(object, true)));
  for (std::size_t n = 0; n < seen.size(); ++n) {
    CHECK(recorded[n]->fields == Json{{"n", n}, {"held", std::to_string(n)}});
  }
}

TEST_CASE("held fields: a change under way wins over what was read live before it began") {
  Bench bench;
  bench.settle(guest({{"status", "running"}, {"name", "web"}}));
  bench.hold(guest({{"status", "stopped"}}));
  auto held = bench.look();
  const Object seen = guest({{"status", "paused"}, {"name", "old"}});
  CHECK(need(held.apply(seen, true))->fields == Json{{"status", "stopped"}, {"name", "web"}});
}

TEST_CASE("held fields: only a newer look that shows every one of them ends a hold") {
  struct Row {
    const char* what;
    Json seen;
    bool newer;
    std::int64_t left;
  };
  const Row rows[] = {
      {"all shown", {{"a", 1}, {"b", 2}, {"c", 3}}, true, 0},
      {"all shown by an overtaken look", {{"a", 1}, {"b", 2}}, false, 1},
      {"one lags behind", {{"a", 1}, {"b", 1}}, true, 1},
      {"one is missing", {{"a", 1}}, true, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.what));
    Bench bench;
    bench.settle(guest({{"a", 1}, {"b", 2}}));
    auto held = bench.look();
    const Object seen = guest(row.seen);
    const Object* recorded = need(held.apply(seen, row.newer));
    CHECK(string_member(recorded->fields, "a").empty());
    CHECK(*find_member(recorded->fields, "b") == 2);
    CHECK(bench.left() == row.left);
    CHECK(held.shown().size() == static_cast<std::size_t>(row.left));
  }
}

TEST_CASE("held fields: what was read live ends at its time, to the millisecond") {
  const std::chrono::milliseconds one{1};
  Bench bench;
  bench.settle(guest({{"status", "running"}}));
  const Object seen = guest({{"status", "stopped"}});
  auto last = bench.look(kNow + kListLag - one);
  CHECK(need(last.apply(seen, true)) != &seen);
  auto after = bench.look(kNow + kListLag);
  CHECK(need(after.apply(seen, true)) == &seen);
}

TEST_CASE("held fields: a look drops what it has outlived, in its cluster alone") {
  Bench bench;
  bench.settle(guest({{"a", 1}}));
  need(HeldFields::settle(*bench.database, "home", guest({{"a", 1}}), kNow, ""));
  bench.hold(guest({{"a", 2}}));
  need(bench.look(kNow + kListLag).drop_outlived());
  CHECK(bench.left() == 3);
  need(bench.look(kNow + kListLag + std::chrono::milliseconds(1)).drop_outlived());
  CHECK(bench.left() == 2);  // a change under way and another cluster's
}

TEST_CASE("held fields: a cause belongs to one field of one object with one value") {
  Bench bench;
  bench.expect(guest({{"net/0~a", "virtio"}}), "UPID:1");
  auto held = bench.look();
  const std::string path = "/net~10~0a";
  CHECK(need(held.cause("pool", "101", path, "virtio")).empty());
  CHECK(need(held.cause("guest", "10", path, "virtio")).empty());
  CHECK(need(held.cause("guest", "101", "/net/0~a", "virtio")).empty());
  CHECK(need(held.cause("guest", "101", "", "virtio")).empty());
  CHECK(need(held.cause("guest", "101", path, "e1000")).empty());
  CHECK(need(held.cause("guest", "101", path, nullptr)).empty());
  CHECK(need(held.cause("guest", "101", path, "virtio")) == "UPID:1");
  CHECK(need(held.cause("guest", "101", path, "virtio")).empty());
  CHECK(bench.left() == 0);
}

TEST_CASE("held fields: of two tasks that explain a change the first is named, and both are done") {
  Bench bench;
  bench.expect(guest({{"status", "running"}}), "UPID:1");
  bench.expect(guest({{"status", "running"}}), "UPID:2");
  bench.expect(guest({{"status", "stopped"}}), "UPID:3");
  auto held = bench.look();
  CHECK(need(held.cause("guest", "101", "/status", "running")) == "UPID:1");
  CHECK(bench.left() == 1);
  CHECK(need(held.cause("guest", "101", "/status", "stopped")) == "UPID:3");
}

TEST_CASE("held fields: what was read live ends the holds of its cause and is held once") {
  Bench bench;
  bench.expect(guest({{"status", "running"}}), "UPID:1");
  bench.expect(guest({{"name", "web"}}), "UPID:2");
  bench.expect({"guest", "102", {{"status", "running"}}}, "UPID:1");
  bench.settle(guest({{"status", "running"}}), "UPID:1");
  bench.settle(guest({{"status", "running"}}), "UPID:1");
  CHECK(bench.left() == 3);  // UPID:2, the other guest's, and what was read
  auto held = bench.look();
  CHECK(need(held.cause("guest", "101", "/status", "running")).empty());
  CHECK(need(held.cause("guest", "101", "/name", "web")) == "UPID:2");
}

TEST_CASE("held fields: other changes of the object hold what was read live, whole") {
  Bench bench;
  bench.hold(guest({{"net", {{"a", 1}, {"b", 2}}}, {"name", "web"}}));
  bench.settle(guest({{"net", {{"a", 3}}}, {"status", "running"}}));
  auto held = bench.look(kNow + kListLag);  // what was read itself is over
  const Object seen = guest({{"name", "x"}});
  CHECK(need(held.apply(seen, true))->fields ==
        Json{{"net", {{"a", 3}}}, {"name", "web"}, {"status", "running"}});
}

TEST_CASE("held fields: fields that cannot be stored settle nothing") {
  Bench bench;
  bench.settle(guest({{"status", "running"}}));
  const auto refused =
      HeldFields::settle(*bench.database, "lab", guest(Json::array()), kNow, "UPID:1");
  CHECK(refused.error().code == Code::kInvalidArgument);
  CHECK(bench.left() == 1);
}

}  // namespace
}  // namespace pmx::state
