#include "mcp/server/events.h"

#include <doctest/doctest.h>

#include <future>

using namespace pmx;
using namespace pmx::mcp;

namespace {

constexpr std::chrono::seconds kPatience{20};

/// Writes down what it hears; can be made to hang in its first update.
class Recorder final : public Receiver {
 public:
  void opened() override { note("opened"); }
  void changed(ChangedList list) override {
    constexpr const char* kNames[] = {"tools", "prompts", "resources"};
    note(kNames[static_cast<int>(list)]);
  }
  void updated(const std::string& word) override {
    note("updated " + word);
    if (!hang) return;
    hang = false;
    reached.set_value();
    release.get_future().wait();
  }
  bool task_changed(const std::string& id) override {
    note("task " + id);
    return id != over;
  }
  void ended(bool graceful) override { note(graceful ? "ended by us" : "ended"); }

  std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  std::string over;  // the task that will not change again
  bool hang = false;
  std::promise<void> reached;
  std::promise<void> release;

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(what));
  }
  mutable std::mutex mutex_;
  std::vector<std::string> heard_;
};

using Lines = std::vector<std::string>;

constexpr Topics kAll{true, true, true, true};

}  // namespace

TEST_CASE("events: a receiver hears first that it is open and last that it has ended") {
  Events events(kAll);
  const auto receiver = std::make_shared<Recorder>();
  const auto ticket = events.open(&events, receiver, {.tools = true}, {{"mine", "x://1"}});
  REQUIRE(ticket.ok());
  events.tools_changed();
  events.prompts_changed();  // not wanted
  events.resource_updated("x://1");
  events.resource_updated("x://2");  // not watched
  REQUIRE(events.settle(kPatience));
  events.close(*ticket);
  events.close(*ticket);
  events.tools_changed();
  REQUIRE(events.settle(kPatience));
  CHECK(receiver->heard() == Lines{"opened", "tools", "updated mine", "ended"});
}

TEST_CASE("events: a receiver that hangs holds up no publisher, and repetitions become one") {
  Events events(kAll);
  const auto receiver = std::make_shared<Recorder>();
  receiver->hang = true;
  REQUIRE(events.open(&events, receiver, {}, {{"a", "x://1"}, {"b", "x://2"}}).ok());
  events.resource_updated("x://1");
  receiver->reached.get_future().wait();
  for (int i = 0; i < 1000; ++i) events.resource_updated(i % 2 == 0 ? "x://1" : "x://2");
  CHECK_FALSE(events.settle(std::chrono::milliseconds(1)));
  receiver->release.set_value();
  REQUIRE(events.settle(kPatience));
  CHECK(receiver->heard() == Lines{"opened", "updated a", "updated a", "updated b"});
}

TEST_CASE("events: two words for one resource are both told, and each can be taken back") {
  Events events(kAll);
  const auto receiver = std::make_shared<Recorder>();
  const auto ticket = events.open(&events, receiver, {}, {{"a", "x://1"}});
  REQUIRE(ticket.ok());
  REQUIRE(events.watch(*ticket, "b", "x://1").ok());
  REQUIRE(events.watch(*ticket, "b", "x://1").ok());
  events.resource_updated("x://1");
  REQUIRE(events.settle(kPatience));
  events.unwatch(*ticket, "a");
  events.unwatch(*ticket, "unknown");
  events.resource_updated("x://1");
  REQUIRE(events.settle(kPatience));
  CHECK(receiver->heard() == Lines{"opened", "updated a", "updated b", "updated b"});
}

TEST_CASE("events: it is known whether anybody wants news of resources") {
  Events events(kAll);
  const auto receiver = std::make_shared<Recorder>();
  const auto tools = events.open(&events, receiver, {.tools = true}, {});
  CHECK_FALSE(events.wanted());
  REQUIRE(events.watch(*tools, "a", "x://1").ok());
  CHECK(events.wanted());
  events.unwatch(*tools, "a");
  CHECK_FALSE(events.wanted());
  const auto both = events.open(&events, receiver, {.resources = true}, {{"a", "x://1"}});
  CHECK(events.wanted());
  events.close(*both);
  CHECK_FALSE(events.wanted());
}

TEST_CASE("events: the limits hold for one client and for all, and what ends makes room") {
  Events events(
      kAll, {.subscriptions = 3, .subscriptions_of_one = 2, .resources = 4, .resources_of_one = 3});
  const auto receiver = std::make_shared<Recorder>();
  const int one = 0;
  const int other = 0;
  const auto code = [](const auto& result) { return result.error().code; };
  const auto first = events.open(&one, receiver, {}, {{"a", "1"}, {"b", "2"}});
  REQUIRE(first.ok());
  CHECK(code(events.open(&one, receiver, {}, {{"c", "3"}, {"d", "4"}})) ==
        Code::kResourceExhausted);
  REQUIRE(events.open(&one, receiver, {}, {}).ok());
  CHECK(code(events.open(&one, receiver, {}, {})) == Code::kResourceExhausted);
  const auto third = events.open(&other, receiver, {}, {{"a", "1"}, {"b", "2"}});
  REQUIRE(third.ok());
  CHECK(code(events.open(&events, receiver, {}, {})) == Code::kResourceExhausted);
  CHECK(code(events.watch(*third, "c", "3")) == Code::kResourceExhausted);
  events.close(*first);
  CHECK(events.watch(*third, "c", "3").ok());
  CHECK(code(events.watch(*third, "d", "4")) == Code::kResourceExhausted);
  CHECK(events.open(&one, receiver, {}, {}).ok());
  CHECK(events.watch(*first, "a", "1").error().code == Code::kCancelled);
}

TEST_CASE("events: all of one client can be ended, or all there are") {
  Events events(kAll);
  const int one = 0;
  const int other = 0;
  const auto mine = std::make_shared<Recorder>();
  const auto theirs = std::make_shared<Recorder>();
  REQUIRE(events.open(&one, mine, kAll, {}).ok());
  REQUIRE(events.open(&other, theirs, kAll, {}).ok());
  events.close_all(&one);
  REQUIRE(events.settle(kPatience));
  CHECK(mine->heard() == Lines{"opened", "ended by us"});
  CHECK(theirs->heard() == Lines{"opened"});
  events.close_all(nullptr);
  REQUIRE(events.settle(kPatience));
  CHECK(theirs->heard() == Lines{"opened", "ended by us"});
}

TEST_CASE("events: publishers, openers and closers on many threads lose nothing") {
  Events events(kAll);
  const auto keeper = std::make_shared<Recorder>();
  REQUIRE(events.open(&events, keeper, {}, {{"last", "x://last"}}).ok());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&events, t] {
        const std::string uri = "x://" + std::to_string(t);
        for (int i = 0; i < 200; ++i) {
          const auto receiver = std::make_shared<Recorder>();
          const auto ticket = events.open(&uri, receiver, {.tools = true}, {{"w", uri}});
          events.resource_updated(uri);
          events.tools_changed();
          events.close(*ticket);
        }
      });
    }
  }
  events.resource_updated("x://last");
  REQUIRE(events.settle(kPatience));
  CHECK(keeper->heard() == Lines{"opened", "updated last"});
}

TEST_CASE("events: a watched task is looked at from the beginning, until it is over") {
  Events events(Topics{});
  const auto receiver = std::make_shared<Recorder>();
  const auto ticket = events.open(&events, receiver, {}, {}, {"a"});
  REQUIRE(ticket.ok());
  REQUIRE(events.settle(kPatience));
  REQUIRE(events.watch_task(*ticket, "b").ok());
  REQUIRE(events.watch_task(*ticket, "b").ok());
  REQUIRE(events.settle(kPatience));
  CHECK_FALSE(events.wanted());  // tasks are no resources
  events.task_changed("a");
  events.task_changed("unknown");
  REQUIRE(events.settle(kPatience));
  receiver->over = "a";
  events.tasks_changed();
  REQUIRE(events.settle(kPatience));
  events.tasks_changed();
  REQUIRE(events.settle(kPatience));
  CHECK(receiver->heard() ==
        Lines{"opened", "task a", "task b", "task a", "task a", "task b", "task b"});
}

TEST_CASE("events: tasks count as resources do, and one that is over makes room") {
  Events events(Topics{}, {.resources_of_one = 1});
  const auto receiver = std::make_shared<Recorder>();
  CHECK_FALSE(events.open(&events, receiver, {}, {}, {"a", "b"}).ok());
  receiver->over = "a";
  const auto ticket = events.open(&events, receiver, {}, {}, {"a"});
  REQUIRE(ticket.ok());
  REQUIRE(events.settle(kPatience));
  REQUIRE(events.watch_task(*ticket, "b").ok());
  CHECK(events.watch_task(*ticket, "c").error().code == Code::kResourceExhausted);
  events.close(*ticket);
  CHECK(events.watch_task(*ticket, "c").error().code == Code::kCancelled);
  CHECK(events.open(&events, receiver, {}, {}, {"c"}).ok());
}
