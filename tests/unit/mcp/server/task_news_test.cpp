// What clients hear of their tasks unasked: notifications/tasks on subscriptions/listen, and
// notifications/tasks/status of 2025-11-25.
#include "tests/unit/mcp/server/task_bench.h"

#include "mcp/server/events.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

constexpr const char* kId = "io.modelcontextprotocol/subscriptionId";
constexpr std::chrono::seconds kPatience{20};

/// A server with tasks whose product publishes nothing else.
struct NewsBench {
  NewsBench() { bench.catalogue.events = &events; }

  /// Asks to hear of tasks; the acknowledgement, or why not.
  Json listen(const Json& ids) {
    return bench.modern_ask("subscriptions/listen", {{"notifications", {{"taskIds", ids}}}});
  }

  /// The params of the next message, which must be news of a task.
  Json news(const char* method = "notifications/tasks") {
    const Json message = bench.next();
    CHECK(message["method"] == method);
    return message["params"];
  }

  /// Nothing else was written than what the test took.
  void expect_silence() {
    REQUIRE(events.settle(kPatience));
    CHECK(bench.modern_ask("server/discover", Json::object()).contains("result"));
  }

  /// Changes a row as another process of the installation does: nobody here is told.
  void set_message(const std::string& id, const char* message) {
    REQUIRE(bench.store
                ->change(id,
                         [message](TaskRow& row) {
                           row.work.message = message;
                           return true;
                         })
                .ok());
  }

  Events events{Topics{}};
  TaskBench bench;
};

std::string id_of(const Json& task) { return task["taskId"].get<std::string>(); }

}  // namespace

TEST_CASE("task news: a listening client gets the whole task, as tasks/get shows it") {
  NewsBench h;
  const std::string id = id_of(h.bench.start("job", {{"n", 1}}));
  REQUIRE(h.bench.latch.wait_for(1));
  const Json ack = h.listen({id});
  CHECK(ack["method"] == "notifications/subscriptions/acknowledged");
  CHECK(ack["params"]["notifications"] == Json{{"taskIds", {id}}});
  const Json subscription = ack["params"]["_meta"][kId];
  Json now = h.news();
  CHECK(now["_meta"] == Json{{kId, subscription}});
  now.erase("_meta");
  Json got = h.bench.get(id);
  got.erase("resultType");
  got.erase("_meta");
  CHECK(now == got);
  CHECK(now["status"] == "working");
  CHECK(now["statusMessage"] == "half way at safe-name");
  h.bench.latch.open();
  const Json end = h.news();
  CHECK(end["status"] == "completed");
  CHECK(end["result"]["structuredContent"]["text"] == "safe-name");
  CHECK(end["_meta"][kId] == subscription);
  h.events.tasks_changed();  // what has ended is not told again
  h.expect_silence();
}

TEST_CASE("task news: a task that ended before anybody listened is told as it ended") {
  NewsBench h;
  const std::string id = id_of(h.bench.start("break"));
  REQUIRE(h.bench.await(id, TaskStatus::kFailed));
  h.listen({id});
  const Json end = h.news();
  CHECK(end["status"] == "failed");
  CHECK(end["error"] == Json{{"code", -32603}, {"message", "broken at safe-name"}});
  h.expect_silence();
}

TEST_CASE("task news: questions arrive with the task, and a cancellation is its last news") {
  NewsBench h;
  const std::string id = id_of(h.bench.start("ask"));
  REQUIRE(h.bench.await(id, TaskStatus::kInputRequired));
  h.listen({id});
  const Json asked = h.news();
  CHECK(asked["status"] == "input_required");
  CHECK(asked["inputRequests"]["one"]["method"] == "elicitation/create");
  h.bench.transport.push(
      modern("7", "tasks/cancel", {{"taskId", id}},
             {{"io.modelcontextprotocol/clientCapabilities",
               {{"extensions", {{"io.modelcontextprotocol/tasks", Json::object()}}}}}}));
  std::set<std::string> seen;
  for (int i = 0; i < 2; ++i) {
    const Json message = h.bench.next();
    seen.insert(message.contains("id") ? "answer" : message["params"]["status"].get<std::string>());
  }
  CHECK(seen == std::set<std::string>{"answer", "cancelled"});
  h.expect_silence();
}

TEST_CASE("task news: who did not declare tasks is told what is missing") {
  NewsBench h;
  const std::string id = id_of(h.bench.start("job"));
  const Json refused =
      h.bench.ask(modern("1", "subscriptions/listen", {{"notifications", {{"taskIds", {id}}}}}));
  CHECK(refused["error"]["code"] == -32021);
  CHECK(refused["error"]["data"]["requiredCapabilities"]["extensions"].contains(
      "io.modelcontextprotocol/tasks"));
  h.bench.latch.open();
}

TEST_CASE("task news: somebody else's task and an unknown one are not honoured, alike") {
  NewsBench h;
  TaskRow foreign;
  foreign.id = "task-foreign";
  foreign.principal = "alice";
  foreign.expires = h.bench.clock.now() + std::chrono::hours(1);
  REQUIRE(h.bench.store->add(foreign, {}).ok());
  const Json ack = h.listen({"task-foreign", "task-unknown"});
  CHECK(ack["params"]["notifications"] == Json{{"taskIds", Json::array()}});
  h.set_message("task-foreign", "secret work");
  h.events.task_changed("task-foreign");
  h.events.tasks_changed();
  h.expect_silence();
}

TEST_CASE("task news: what is no list of ids is refused") {
  NewsBench h;
  for (const Json& ids : {Json("task-1"), Json::array({7}), Json(true)}) {
    CHECK(h.listen(ids)["error"]["code"] == -32602);
  }
}

TEST_CASE("task news: what another process did is told once it is looked for, and once only") {
  NewsBench h;
  const std::string id = id_of(h.bench.start("job"));
  REQUIRE(h.bench.latch.wait_for(1));
  h.listen({id});
  h.news();
  h.set_message(id, "three quarters");
  h.events.tasks_changed();
  CHECK(h.news()["statusMessage"] == "three quarters");
  h.events.tasks_changed();
  h.expect_silence();
  h.bench.latch.open();
  CHECK(h.news()["status"] == "completed");
}

TEST_CASE("task news: a client of 2025-11-25 hears of the status of the tasks it began") {
  NewsBench h;
  h.bench.handshake();
  const Json begun = h.bench.legacy_ask("tools/call", {{"name", "ask"}, {"task", Json::object()}});
  const std::string id = id_of(begun["result"]["task"]);
  const Json asked = h.news("notifications/tasks/status");
  CHECK(asked["taskId"] == id);
  CHECK(asked["status"] == "input_required");
  CHECK(asked.contains("ttl"));
  CHECK_FALSE(asked.contains("_meta"));
  h.bench.transport.push(legacy("7", "tasks/cancel", {{"taskId", id}}));
  std::set<std::string> seen;
  for (int i = 0; i < 2; ++i) {
    const Json message = h.bench.next();
    seen.insert(message.value("method", "answer"));
  }
  CHECK(seen == std::set<std::string>{"answer", "notifications/tasks/status"});
  h.expect_silence();
}
