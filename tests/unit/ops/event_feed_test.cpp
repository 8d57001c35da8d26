#include "ops/event_feed.h"

#include "tests/unit/ops/fake_pve.h"

using pmx::Context;
using pmx::ops::EventFeed;
using pmx::ops::test::Bench;

namespace {

/// A feed that writes down what it was told, as "kind/object path".
struct Listener {
  explicit Listener(Bench& bench)
      : feed(bench.inventory, [this](const pmx::state::Event& event) {
          heard.push_back(event.kind + "/" + event.object + " " + event.path);
        }) {}
  std::vector<std::string> heard;
  EventFeed feed;
};

void set_status(Bench& bench, std::size_t row, const char* status) {
  bench.pve.answers["GET /cluster/resources"][row]["status"] = status;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
}

}  // namespace

TEST_CASE("event feed: tells each change once, in order, and none from before it began") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  set_status(bench, 2, "running");
  Listener listener(bench);
  listener.feed.poll();
  CHECK(listener.heard.empty());
  set_status(bench, 3, "stopped");
  set_status(bench, 2, "stopped");
  listener.feed.poll();
  listener.feed.poll();
  CHECK(listener.heard == std::vector<std::string>{"guest/101 /status", "guest/100 /status"});
}

TEST_CASE("event feed: hears of changes that another process recorded first") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  Listener listener(bench);
  // The store is what the processes share: whoever records takes the difference from the others.
  pmx::state::InventoryStore other(*bench.database, bench.clock);
  const pmx::state::Object seen{"guest", "100", {{"status", "running"}}};
  REQUIRE(other.record_one("home", seen, bench.clock.now(), "").ok());
  listener.feed.poll();
  CHECK(listener.heard == std::vector<std::string>{"guest/100 /status"});
}

TEST_CASE("event feed: what happened while nobody wanted it is not told later") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  Listener listener(bench);
  set_status(bench, 2, "running");
  listener.feed.turn([] { return false; });
  set_status(bench, 3, "stopped");
  listener.feed.turn([] { return true; });
  CHECK(listener.heard == std::vector<std::string>{"guest/101 /status"});
}

TEST_CASE("event feed: a flood is told in pieces and none is lost") {
  Bench bench;
  Listener listener(bench);
  using pmx::state::Object;
  const std::vector<std::string> guests{"guest"};
  REQUIRE(bench.inventory.record("home", guests, {}, bench.clock.now()).ok());
  std::vector<Object> many;
  for (int vmid = 1; vmid <= EventFeed::kMost + 5; ++vmid) {
    many.push_back({"guest", std::to_string(vmid), {{"status", "running"}}});
  }
  bench.clock.elapsed += std::chrono::seconds(1);
  REQUIRE(bench.inventory.record("home", guests, many, bench.clock.now()).ok());
  listener.feed.poll();
  CHECK(listener.heard.size() == EventFeed::kMost);
  listener.feed.poll();
  CHECK(listener.heard.size() == many.size());
}
