#include "app/published.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace pmx;
using namespace pmx::app;

namespace {

/// Hears of everything that is watched, under the words it was asked with.
class Recorder final : public mcp::Receiver {
 public:
  void changed(mcp::ChangedList list) override {
    note(list == mcp::ChangedList::kResources ? "list" : "another list");
  }
  void updated(const std::string& word) override { note(word); }

  std::vector<std::string> heard;  ///< read once the hub is gone

 private:
  void note(std::string what) { heard.push_back(std::move(what)); }
};

/// What a client that watches all of these hears of one change.
std::vector<std::string> heard_of(const state::Event& event) {
  auto recorder = std::make_shared<Recorder>();
  {
    mcp::Events events(mcp::Topics{true, true, true, true});
    const mcp::Events::Watches watches{{"overview", overview_uri("home")},
                                       {"other overview", overview_uri("lab")},
                                       {"guest 101", guest_uri("home", "101")},
                                       {"guest 10", guest_uri("home", "10")},
                                       {"guest 101 of lab", guest_uri("lab", "101")}};
    REQUIRE(events.open(&events, recorder, mcp::Topics{true, true, true, true}, watches).ok());
    publish(events, event);
    REQUIRE(events.settle(std::chrono::seconds(20)));
  }
  std::sort(recorder->heard.begin(), recorder->heard.end());
  return recorder->heard;
}

state::Event event(const char* kind, const char* object, const char* path) {
  state::Event made;
  made.cluster = "home";
  made.kind = kind;
  made.object = object;
  made.path = path;
  return made;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("published: resources have the cluster's name in their URI, encoded") {
  CHECK(overview_uri("home") == "pve://home/overview");
  CHECK(guest_uri("home", "101") == "pve://home/guests/101");
  CHECK(overview_uri("a/b c") == "pve://a%2Fb%20c/overview");
  CHECK(guest_uri("a/b", "1") == "pve://a%2Fb/guests/1");
}

TEST_CASE("published: a guest's change concerns the guest and the overview, of its cluster alone") {
  for (const char* path : {"/status", "/tags", "/node", "/names", "/config/name"}) {
    CAPTURE(std::string(path));
    CHECK(heard_of(event("guest", "101", path)) == Lines{"guest 101", "overview"});
  }
}

TEST_CASE("published: the list has changed when a guest came, went or is called otherwise") {
  for (const char* path : {"", "/name"}) {
    CAPTURE(std::string(path));
    CHECK(heard_of(event("guest", "101", path)) == Lines{"guest 101", "list", "overview"});
  }
}

TEST_CASE("published: whatever else changed concerns the overview") {
  for (const char* kind : {"node", "storage", "pool", "cluster"}) {
    CAPTURE(std::string(kind));
    CHECK(heard_of(event(kind, "101", "")) == Lines{"overview"});
    CHECK(heard_of(event(kind, "101", "/name")) == Lines{"overview"});
  }
}
