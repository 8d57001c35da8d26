#include "state/inventory_store.h"

#include <algorithm>
#include <random>

#include "tests/unit/state/temporary.h"

namespace pmx::state {
namespace {

using testing::in_memory;
using testing::need;

SystemTime at(std::int64_t millis) { return SystemTime(std::chrono::milliseconds(millis)); }

const std::vector<std::string> kGuests{"guest"};

Object guest(std::string id, Json fields) { return {"guest", std::move(id), std::move(fields)}; }

TEST_CASE("the first record of a cluster is remembered and makes no events") {
  const auto database = in_memory();
  InventoryStore store(*database);
  CHECK_FALSE(need(store.last_sync("lab")).has_value());
  const auto events =
      need(store.record("lab", kGuests, {guest("101", {{"name", "web"}})}, at(1000))).events;
  CHECK(events.empty());
  const auto objects = need(store.objects("lab", "guest"));
  REQUIRE(objects.size() == 1);
  CHECK(objects[0].id == "101");
  CHECK(objects[0].fields == Json{{"name", "web"}});
  CHECK(need(store.last_sync("lab")) == at(1000));
  CHECK_FALSE(need(store.last_sync("other")).has_value());
}

TEST_CASE("events are read on from any of them, oldest first") {
  const auto database = in_memory();
  InventoryStore store(*database);
  CHECK(need(store.newest_event()) == 0);
  need(store.record("lab", kGuests, {guest("101", {{"n", 1}})}, at(1)));
  for (int n = 2; n <= 4; ++n)
    need(store.record("lab", kGuests, {guest("101", {{"n", n}})}, at(n)));
  const std::int64_t newest = need(store.newest_event());
  const auto first = need(store.events_after(0, 2));
  REQUIRE(first.size() == 2);
  CHECK(first[0].new_value == 2);
  CHECK(first[1].new_value == 3);
  const auto rest = need(store.events_after(first[1].id, 10));
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].id == newest);
  CHECK(need(store.events_after(newest, 10)).empty());
  CHECK(store.events_after(0, 0).error().code == Code::kInvalidArgument);
}

TEST_CASE("every changed field becomes one event, nested ones by their own path") {
  const auto database = in_memory();
  InventoryStore store(*database);
  const Json before = {{"name", "web"},
                       {"status", "running"},
                       {"tags", {"a", "b"}},
                       {"config", {{"memory", 2048}, {"net/0", "virtio"}, {"boot", "scsi0"}}}};
  const Json after = {{"name", "web"},
                      {"status", "stopped"},
                      {"tags", {"b", "a"}},
                      {"config", {{"memory", 4096}, {"net/0", "e1000"}, {"cores", 2}}}};
  need(store.record("lab", kGuests, {guest("101", before)}, at(1)));
  const auto events = need(store.record("lab", kGuests, {guest("101", after)}, at(2))).events;
  std::vector<std::string> lines;
  for (const Event& event : events) {
    lines.push_back(event.path + " " + dump_json(event.old_value) + " " +
                    dump_json(event.new_value));
    CHECK(event.time == at(2));
    CHECK(event.object == "101");
  }
  CHECK(lines ==
        std::vector<std::string>{R"(/config/boot "scsi0" null)", "/config/cores null 2",
                                 "/config/memory 2048 4096", R"(/config/net~10 "virtio" "e1000")",
                                 R"(/status "running" "stopped")", R"(/tags ["a","b"] ["b","a"])"});
}

TEST_CASE("an object that comes or goes is one event about the whole") {
  const auto database = in_memory();
  InventoryStore store(*database);
  need(store.record("lab", kGuests, {guest("101", {{"name", "web"}})}, at(1)));
  const auto events =
      need(store.record("lab", kGuests, {guest("102", {{"name", "db"}})}, at(2))).events;
  REQUIRE(events.size() == 2);
  CHECK(events[0].path.empty());
  CHECK(events[0].object == "101");
  CHECK(events[0].old_value == Json{{"name", "web"}});
  CHECK(events[0].new_value.is_null());
  CHECK(events[1].object == "102");
  CHECK(events[1].old_value.is_null());
  CHECK(need(store.objects("lab", "guest")).size() == 1);
}

TEST_CASE("a kind or cluster that was not recorded stays as it is") {
  const auto database = in_memory();
  InventoryStore store(*database);
  need(store.record("lab", {"guest", "node"},
                    {guest("101", {{"a", 1}}), {"node", "n1", {{"b", 1}}}}, at(1)));
  need(store.record("home", kGuests, {guest("101", {{"a", 2}})}, at(1)));
  CHECK(need(store.record("lab", kGuests, {}, at(2))).events.size() == 1);
  CHECK(need(store.objects("lab", "guest")).empty());
  CHECK(need(store.objects("lab", "node")).size() == 1);
  CHECK(need(store.objects("home", "guest")).size() == 1);
}

TEST_CASE("a kind seen for the first time in a known cluster makes no events") {
  const auto database = in_memory();
  InventoryStore store(*database);
  need(store.record("lab", kGuests, {guest("101", {{"a", 1}})}, at(1)));
  CHECK(need(store.record("lab", {"pool"}, {{"pool", "p", {{"a", 1}}}}, at(2))).events.empty());
  CHECK(need(store.record("lab", {"pool"}, {{"pool", "q", {{"a", 1}}}}, at(3))).events.size() == 2);
}

TEST_CASE("unchanged objects make no events, whatever the order of their fields") {
  const auto database = in_memory();
  InventoryStore store(*database);
  const auto a = need(parse_json(R"({"x":1,"y":{"p":null,"q":[null]},"z":null})"));
  const auto b = need(parse_json(R"({"y":{"q":[null]},"x":1})"));
  need(store.record("lab", kGuests, {guest("101", a)}, at(1)));
  CHECK(need(store.record("lab", kGuests, {guest("101", b)}, at(2))).events.empty());
  CHECK(need(store.objects("lab", "guest"))[0].fields == b);
}

TEST_CASE("text that is not UTF-8 is stored once and not seen as a change") {
  const auto database = in_memory();
  InventoryStore store(*database);
  const Json fields = {{"note", "caf\xe9"}, {"n", 1}};
  need(store.record("lab", kGuests, {guest("101", fields)}, at(1)));
  CHECK(need(store.record("lab", kGuests, {guest("101", fields)}, at(2))).events.empty());
  const Json other = {{"note", "caf\xe9"}, {"n", 2}};
  CHECK(need(store.record("lab", kGuests, {guest("101", other)}, at(3))).events.size() == 1);
}

TEST_CASE("record_one leaves the fields that it is not given as they are stored at that moment") {
  const auto database = in_memory();
  InventoryStore store(*database);
  need(store.record("lab", kGuests, {guest("101", {{"s", "stopped"}, {"t", "new"}})}, at(1)));
  const auto events =
      need(store.record_one("lab", guest("101", {{"s", "running"}}), at(2), "UPID:x"));
  REQUIRE(events.size() == 1);
  CHECK(events[0].path == "/s");
  CHECK(need(store.objects("lab", "guest"))[0].fields == Json{{"s", "running"}, {"t", "new"}});
}

TEST_CASE("record_one replaces one object, names the cause and leaves the others") {
  const auto database = in_memory();
  InventoryStore store(*database);
  need(store.record("lab", kGuests, {guest("101", {{"s", "stopped"}}), guest("102", {{"s", "x"}})},
                    at(1)));
  const auto events =
      need(store.record_one("lab", guest("101", {{"s", "running"}}), at(2), "UPID:n1:1"));
  REQUIRE(events.size() == 1);
  CHECK(events[0].cause == "UPID:n1:1");
  CHECK(need(store.objects("lab", "guest")).size() == 2);
  CHECK(need(store.record_one("lab", guest("101", {{"s", "running"}}), at(3), "")).empty());
  CHECK(need(store.record_one("lab", guest("103", {{"s", "new"}}), at(4), "audit:7")).size() == 1);
  CHECK(need(store.last_sync("lab")) == at(1));
}

TEST_CASE("a record with a wrong object changes nothing at all") {
  const auto database = in_memory();
  InventoryStore store(*database);
  need(store.record("lab", kGuests, {guest("101", {{"a", 1}})}, at(1)));
  Json deep = 1;
  for (int i = 0; i < 100; ++i) deep = Json{{"d", deep}};
  const std::vector<Object> wrong{
      guest("102", Json::array()), guest("102", deep), {"node", "n1", Json::object()}};
  for (const Object& object : wrong) {
    const auto result = store.record("lab", kGuests, {guest("101", {{"a", 2}}), object}, at(2));
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code == Code::kInvalidArgument);
    CHECK(need(store.objects("lab", "guest"))[0].fields == Json{{"a", 1}});
    CHECK(need(store.events({})).empty());
  }
}

TEST_CASE("events can be filtered and paged, newest first") {
  const auto database = in_memory();
  InventoryStore store(*database);
  for (int i = 0; i < 10; ++i) {
    for (const char* cluster : {"lab", "home"}) {
      need(store.record(cluster, {"guest", "node"},
                        {guest("101", {{"n", i}}), {"node", "n1", {{"n", i}}}}, at(i * 100)));
    }
  }
  CHECK(need(store.events({.limit = 1000})).size() == 36);
  CHECK(need(store.events({.cluster = "lab", .limit = 1000})).size() == 18);
  CHECK(need(store.events({.kind = "node", .limit = 1000})).size() == 18);
  CHECK(need(store.events({.since = at(700), .limit = 1000})).size() == 12);
  CHECK(need(store.events({.until = at(200), .limit = 1000})).size() == 8);
  CHECK(need(store.events({.since = at(5000)})).empty());
  EventQuery query{.cluster = "lab", .kind = "guest", .object = "101", .limit = 4};
  std::vector<int> seen;
  while (true) {
    const auto page = need(store.events(query));
    if (page.empty()) break;
    for (const Event& event : page) seen.push_back(event.new_value.get<int>());
    query.before_id = page.back().id;
  }
  CHECK(seen == std::vector<int>{9, 8, 7, 6, 5, 4, 3, 2, 1});
  CHECK(store.events({.limit = 0}).error().code == Code::kInvalidArgument);
}

class SetClock final : public Clock {
 public:
  SystemTime now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  bool wait(const std::stop_token& stop, std::chrono::milliseconds) override {
    return !stop.stop_requested();
  }
  SystemTime time;
};

TEST_CASE("since finds events although the clock was set back in between") {
  const auto database = in_memory();
  SetClock clock;
  InventoryStore store(*database, clock);
  for (const std::int64_t time : {100, 900, 300, 950}) {
    clock.time = at(time);
    need(store.record("lab", kGuests, {guest("101", {{"t", time}})}, at(time)));
  }
  const auto events = need(store.events({.since = at(800)}));
  REQUIRE(events.size() == 2);
  CHECK(events[0].time == at(950));
  CHECK(events[1].time == at(900));
  CHECK(need(store.events({})).size() == 3);
}

TEST_CASE("ten thousand guests with one percent changed cost one event each and no other write") {
  const auto database = in_memory();
  InventoryStore store(*database);
  std::vector<Object> guests;
  for (int i = 0; i < 10000; ++i) {
    guests.push_back(guest(std::to_string(i), {{"name", "vm" + std::to_string(i)}, {"cores", 2}}));
  }
  need(store.record("lab", kGuests, guests, at(1)));
  for (std::size_t i = 0; i < guests.size(); i += 100) guests[i].fields["cores"] = 4;
  CHECK(need(store.record("lab", kGuests, guests, at(2))).events.size() == 100);
  CHECK(need(store.objects("lab", "guest")).size() == 10000);
}

/// A random value: leaf, array or nested object, over few keys so that histories collide.
Json random_value(std::mt19937& random, int depth) {
  const auto pick = [&random](unsigned below) { return static_cast<int>(random() % below); };
  static const std::vector<std::string> kKeys{"a", "b/c", "~d", "", "é"};
  switch (pick(depth > 0 ? 7 : 5)) {
    case 0: return pick(3);
    case 1: return "text" + std::to_string(pick(3));
    case 2: return pick(2) == 0;
    case 3: return 0.5 * pick(3);
    case 4: return Json::array({pick(2), nullptr, Json{{"x", pick(2)}}});
    default: break;
  }
  Json object = Json::object();
  for (const std::string& key : kKeys) {
    if (pick(2) == 0) object[key] = random_value(random, depth - 1);
  }
  return object;
}

using World = std::map<std::string, Json>;

World random_world(std::mt19937& random) {
  World world;
  for (int id = 100; id < 105; ++id) {
    Json fields = Json::object();
    for (const char* key : {"name", "config", "net"}) {
      if (random() % 3 != 0) fields[key] = random_value(random, 3);
    }
    if (random() % 4 != 0) world[std::to_string(id)] = fields;
  }
  return world;
}

void apply(World& world, const Event& event) {
  if (event.path.empty()) {
    if (event.new_value.is_null()) {
      world.erase(event.object);
    } else {
      world[event.object] = event.new_value;
    }
    return;
  }
  const Json::json_pointer pointer(event.path);
  Json& fields = world[event.object];
  if (event.old_value.is_null()) {
    REQUIRE_FALSE(fields.contains(pointer));
  } else {
    REQUIRE(fields[pointer] == event.old_value);
  }
  if (event.new_value.is_null()) {
    fields[pointer.parent_pointer()].erase(pointer.back());
  } else {
    fields[pointer] = event.new_value;
  }
}

std::vector<Object> objects_of(const World& world) {
  std::vector<Object> objects;
  for (const auto& [id, fields] : world) objects.push_back(guest(id, fields));
  return objects;
}

TEST_CASE("property: the first state plus all events is the inventory of today") {
  for (unsigned seed = 1; seed <= 16; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto database = in_memory();
    InventoryStore store(*database);
    World world = seed % 2 == 0 ? World() : random_world(random);
    need(store.record("lab", kGuests, objects_of(world), at(0)));
    World latest;
    for (int step = 1; step <= 20; ++step) {
      latest = random_world(random);
      need(store.record("lab", kGuests, objects_of(latest), at(step)));
    }
    auto events = need(store.events({.limit = 100000}));
    std::reverse(events.begin(), events.end());
    for (const Event& event : events) apply(world, event);
    CHECK(world == latest);
    World stored;
    for (const Object& object : need(store.objects("lab", "guest")))
      stored[object.id] = object.fields;
    CHECK(stored == latest);
  }
}

}  // namespace
}  // namespace pmx::state
