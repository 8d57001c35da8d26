// The tasks extension of 2026-07-28.
#include "base/executor.h"
#include "tests/unit/mcp/server/task_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

std::string id_of(const Json& task) { return task["taskId"].get<std::string>(); }

Json accept(const std::string& name) {
  return {{"action", "accept"}, {"content", {{"name", name}}}};
}

int code_of(const Json& answer) { return answer["error"]["code"].get<int>(); }

/// Every line that the observer holds begins with what is expected.
bool saw(const FakeObserver& observer, const std::vector<std::string>& beginnings) {
  const auto lines = observer.lines();
  if (lines.size() != beginnings.size()) return false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with(beginnings[i])) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("tasks: a call that is put off becomes a task, and tasks/get brings its result") {
  TaskBench bench;
  const Json created = bench.start("job", {{"guest", 7}});
  CHECK(created["resultType"] == "task");
  CHECK(created["status"] == "working");
  CHECK(created["ttlMs"] == 3'600'000);
  CHECK(created["pollIntervalMs"] == 250);
  CHECK(created["statusMessage"] == "begun at safe-name");
  CHECK(created["_meta"].contains("io.modelcontextprotocol/serverInfo"));
  for (const char* foreign :
       {"task", "result", "inputRequests", "requestState", "content", "ttl"}) {
    CAPTURE(foreign);
    CHECK_FALSE(created.contains(foreign));
  }
  const std::string id = id_of(created);
  CHECK(id.size() == 5 + 32);
  REQUIRE(bench.latch.wait_for(1));
  const Json working = bench.get(id);
  CHECK(working["status"] == "working");
  CHECK(working["resultType"] == "complete");
  CHECK(working["statusMessage"] == "half way at safe-name");
  CHECK_FALSE(working.contains("result"));
  CHECK(saw(bench.observer, {"started job"}));
  bench.latch.open();
  REQUIRE(bench.await(id, TaskStatus::kCompleted));
  const Json done = bench.get(id);
  CHECK(done["status"] == "completed");
  CHECK(done["result"]["structuredContent"]["text"] == "safe-name");
  CHECK(done["result"]["content"][0]["text"] == R"(did {"guest":7})");
  CHECK_FALSE(done["result"].contains("_meta"));
  bench.executor.drain();
  CHECK(saw(bench.observer, {"started job", "finished 1 ok did"}));
  CHECK(bench.finish());
}

TEST_CASE("tasks: discovery names the extension, and tools say nothing of it") {
  TaskBench bench;
  const Json found = bench.modern_ask("server/discover", Json::object())["result"];
  CHECK(found["capabilities"]["extensions"]["io.modelcontextprotocol/tasks"] == Json::object());
  CHECK_FALSE(found["capabilities"].contains("tasks"));
  const Json tools = bench.modern_ask("tools/list", Json::object());
  for (const Json& tool : tools["result"]["tools"]) {
    CHECK_FALSE(tool.contains("execution"));
  }
}

TEST_CASE("tasks: a client that did not declare them gets the result at once") {
  TaskBench bench;
  bench.latch.open();
  const Json answer =
      bench.ask(modern("1", "tools/call", {{"name", "job"}, {"task", {{"ttl", 1}}}}));
  CHECK(answer["result"]["resultType"] == "complete");
  CHECK(answer["result"]["structuredContent"]["text"] == "safe-name");
  CHECK(bench.store->list("local", 1000, 10)->empty());
  CHECK(saw(bench.observer, {"started job", "finished 1 ok"}));
}

TEST_CASE("tasks: a tool that insists refuses clients without them, and the attempt is observed") {
  TaskBench bench;
  const Json answer = bench.ask(modern("1", "tools/call", {{"name", "required"}}));
  CHECK(code_of(answer) == -32021);
  const Json extensions{{"io.modelcontextprotocol/tasks", Json::object()}};
  CHECK(answer["error"]["data"]["requiredCapabilities"]["extensions"] == extensions);
  CHECK(saw(bench.observer, {"started required", "finished 1 failed"}));
  CHECK(bench.latch.times() == 0);
}

TEST_CASE(
    "tasks: the method must exist, then the capability be declared, then the task be theirs") {
  TaskBench bench;
  for (const char* method : {"tasks/result", "tasks/list"}) {
    CAPTURE(method);
    CHECK(code_of(bench.ask(modern("1", method, {{"taskId", "x"}}))) == -32601);
    CHECK(code_of(bench.modern_ask(method, {{"taskId", "x"}})) == -32601);
  }
  TaskRow foreign;
  foreign.id = "task-foreign";
  foreign.principal = "somebody else";
  foreign.expires = SystemTime(std::chrono::hours(100));
  REQUIRE(bench.store->add(foreign, {}).ok());
  for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    CAPTURE(method);
    CHECK(code_of(bench.ask(modern("1", method))) == -32021);
    Json params{{"inputResponses", Json::object()}};
    CHECK(code_of(bench.modern_ask(method, params)) == -32602);
    params["taskId"] = "task-unknown";
    CHECK(code_of(bench.modern_ask(method, params)) == -32602);
    params["taskId"] = "task-foreign";
    CHECK(code_of(bench.modern_ask(method, params)) == -32602);
  }
  CHECK(bench.store->find("task-foreign")->status == TaskStatus::kWorking);
  CHECK(code_of(bench.modern_ask("tasks/update", {{"taskId", "task-foreign"}})) == -32602);
}

TEST_CASE("tasks: a server whose tools never put anything off has none") {
  Harness harness;
  CHECK(harness.ask(modern("1", "tasks/get"))["error"]["code"] == -32601);
  const Json found = harness.ask(modern("2", "server/discover"))["result"];
  CHECK_FALSE(found["capabilities"].contains("extensions"));
}

TEST_CASE("tasks: cancelling stops the work, is answered empty, and may be repeated") {
  TaskBench bench;
  const std::string id = id_of(bench.start("job"));
  REQUIRE(bench.latch.wait_for(1));
  for (int i = 0; i < 2; ++i) {
    const Json answer = bench.modern_ask("tasks/cancel", {{"taskId", id}})["result"];
    CHECK(answer["resultType"] == "complete");
    CHECK_FALSE(answer.contains("status"));
  }
  CHECK(bench.get(id)["status"] == "cancelled");
  bench.executor.drain();
  CHECK(saw(bench.observer, {"started job", "finished 1 failed the task was cancelled"}));
  CHECK(bench.store->find(id)->status == TaskStatus::kCancelled);
}

TEST_CASE("tasks: a tool's failure completes the task, a protocol error makes it fail") {
  TaskBench bench;
  const std::string tool_error = id_of(bench.start("fail"));
  REQUIRE(bench.await(tool_error, TaskStatus::kCompleted));
  const Json completed = bench.get(tool_error);
  CHECK(completed["result"]["isError"] == true);
  CHECK(completed["result"]["content"][0]["text"] == "safe-name does not answer");
  const std::string protocol_error = id_of(bench.start("break"));
  REQUIRE(bench.await(protocol_error, TaskStatus::kFailed));
  const Json failed = bench.get(protocol_error);
  CHECK(failed["status"] == "failed");
  CHECK(failed["error"] == Json{{"code", -32603}, {"message", "broken at safe-name"}});
  CHECK_FALSE(failed.contains("result"));
  const Json inline_error = bench.ask(modern("1", "tools/call", {{"name", "break"}}));
  CHECK(code_of(inline_error) == -32603);
}

TEST_CASE("tasks: results pass the output schema and the gate") {
  TaskBench bench;
  const std::string lie = id_of(bench.start("lie"));
  REQUIRE(bench.await(lie, TaskStatus::kCompleted));
  const Json caught = bench.get(lie)["result"];
  CHECK(caught["isError"] == true);
  CHECK_FALSE(caught.contains("structuredContent"));
  const std::string poison = id_of(bench.start("poison"));
  REQUIRE(bench.await(poison, TaskStatus::kCompleted));
  const Json withheld = bench.modern_ask("tasks/get", {{"taskId", poison}});
  CHECK(withheld["error"]["message"] == "withheld by the privacy gate");
}

TEST_CASE(
    "tasks: questions wait in the task, are answered bit by bit, and never under an old key") {
  TaskBench bench;
  const std::string id = id_of(bench.start("ask"));
  REQUIRE(bench.await(id, TaskStatus::kInputRequired));
  bench.executor.drain();  // nothing holds a thread
  const auto update = [&](const Json& responses) {
    return bench.modern_ask("tasks/update", {{"taskId", id}, {"inputResponses", responses}});
  };
  Json asked = bench.get(id);
  CHECK(asked["status"] == "input_required");
  CHECK(asked["inputRequests"].size() == 2);
  CHECK(asked["inputRequests"]["one"]["method"] == "elicitation/create");
  CHECK(asked["inputRequests"]["one"]["params"]["message"] == "One of safe-name?");
  CHECK(update({{"other", accept("x")}, {"one", 5}})["result"]["resultType"] == "complete");
  CHECK(bench.get(id)["inputRequests"].size() == 2);
  CHECK(code_of(update(7)) == -32602);
  update({{"one", accept("safe-name")}});
  asked = bench.get(id);
  CHECK(asked["status"] == "input_required");
  CHECK(asked["inputRequests"].size() == 1);
  CHECK(asked["inputRequests"].contains("two"));
  update({{"one", accept("changed")}, {"two", accept("safe-name")}});
  bench.executor.drain();
  REQUIRE(bench.await(id, TaskStatus::kInputRequired));
  asked = bench.get(id);
  CHECK(asked["inputRequests"].size() == 1);
  CHECK(asked["inputRequests"].contains("one-2"));
  update({{"one-2", accept("Ann")}});
  REQUIRE(bench.await(id, TaskStatus::kCompleted));
  CHECK(bench.get(id)["result"]["content"][0]["text"] == "Ann and safe-name");
  CHECK(bench.store->find(id)->work.output->text == "Ann and SECRET");
  bench.executor.drain();
  CHECK(saw(bench.observer, {"started ask", "finished 1 ok Ann and SECRET"}));
}

TEST_CASE("tasks: a task that cannot ask its client says so, and a waiting one can be cancelled") {
  TaskBench bench;
  const Json only_tasks{{"extensions", {{"io.modelcontextprotocol/tasks", Json::object()}}}};
  const Json created =
      bench.ask(modern("1", "tools/call", {{"name", "ask"}},
                       {{"io.modelcontextprotocol/clientCapabilities", only_tasks}}));
  const std::string mute = id_of(created["result"]);
  REQUIRE(bench.await(mute, TaskStatus::kCompleted));
  CHECK(bench.get(mute)["result"]["isError"] == true);
  const std::string waiting = id_of(bench.start("ask"));
  REQUIRE(bench.await(waiting, TaskStatus::kInputRequired));
  bench.modern_ask("tasks/cancel", {{"taskId", waiting}});
  CHECK(bench.get(waiting)["status"] == "cancelled");
  CHECK_FALSE(bench.get(waiting).contains("inputRequests"));
  CHECK(bench.observer.lines().back() == "finished 2 failed the task was cancelled");
}

TEST_CASE("tasks: work waits for its turn, and can be cancelled before it") {
  TaskBench bench(std::make_shared<MemoryTaskStore>(),
                  [](ServerOptions& options) { options.tasks_at_once = 1; });
  const std::string first = id_of(bench.start("job"));
  REQUIRE(bench.latch.wait_for(1));
  const std::string second = id_of(bench.start("job"));
  CHECK(bench.get(second)["status"] == "working");
  bench.modern_ask("tasks/cancel", {{"taskId", second}});
  CHECK(bench.latch.times() == 1);
  bench.latch.open();
  REQUIRE(bench.await(first, TaskStatus::kCompleted));
  bench.executor.drain();
  CHECK(bench.store->find(second)->status == TaskStatus::kCancelled);
  CHECK(bench.observer.lines().back() == "finished 2 failed the task was cancelled");
}

TEST_CASE("tasks: they expire, and where there are too many the work is done at once") {
  TaskBench bench(std::make_shared<MemoryTaskStore>(),
                  [](ServerOptions& options) { options.task_limits.per_principal = 1; });
  bench.latch.open();
  const std::string id = id_of(bench.start("job"));
  REQUIRE(bench.await(id, TaskStatus::kCompleted));
  CHECK(bench.start("job")["resultType"] == "complete");
  CHECK(bench.start("required")["isError"] == true);
  bench.clock.tick(std::chrono::hours(1) - std::chrono::milliseconds(1));
  CHECK(bench.get(id)["status"] == "completed");
  bench.clock.tick(std::chrono::milliseconds(1));
  CHECK(code_of(bench.modern_ask("tasks/get", {{"taskId", id}})) == -32602);
  CHECK(bench.start("job")["resultType"] == "task");
}

TEST_CASE("tasks: work that a stopping server interrupts is gone on with by the next one") {
  const auto store = std::make_shared<MemoryTaskStore>();
  std::string running;
  std::string waiting;
  {
    TaskBench bench(store);
    running = id_of(bench.start("job", {{"guest", 7}}));
    REQUIRE(bench.latch.wait_for(1));
    waiting = id_of(bench.start("ask"));
    REQUIRE(bench.await(waiting, TaskStatus::kInputRequired));
    CHECK(bench.finish());
    CHECK(saw(bench.observer, {"started job", "started ask"}));
  }
  CHECK(store->find(running)->status == TaskStatus::kWorking);
  CHECK_FALSE(store->find(running)->held);
  TaskBench bench(store);
  bench.latch.open();
  CHECK(bench.get(waiting)["inputRequests"].size() == 2);
  CHECK(bench.server.resume_tasks() == 1);
  REQUIRE(bench.await(running, TaskStatus::kCompleted));
  CHECK(bench.get(running)["result"]["content"][0]["text"] == R"(did {"guest":7})");
  bench.executor.drain();
  CHECK(saw(bench.observer, {"finished 1 ok did"}));
  bench.modern_ask(
      "tasks/update",
      {{"taskId", waiting}, {"inputResponses", {{"one", accept("a")}, {"two", accept("b")}}}});
  bench.executor.drain();
  CHECK(bench.get(waiting)["inputRequests"].contains("one-2"));
}

TEST_CASE("tasks: a server takes up what its own tools go on with, and leaves the rest to others") {
  const auto store = std::make_shared<MemoryTaskStore>();
  REQUIRE(store->add(abandoned("task-old", "elsewhere"), {}).ok());
  TaskRow row = abandoned("task-asks", "elsewhere");
  row.status = TaskStatus::kInputRequired;
  row.work.keys = {{"one", "one"}};
  row.work.asked["one"] = ask_form("One?", kName);
  REQUIRE(store->add(row, {}).ok());
  row = abandoned("task-bob", "elsewhere");
  row.principal = "bob";
  REQUIRE(store->add(row, {}).ok());
  const auto local = [](std::string_view who) { return who == "local"; };

  TaskBench observe(store);
  CHECK(observe.server.resume_tasks(local) == 0);
  observe.modern_ask("tasks/update", {{"taskId", "task-asks"},
                                      {"inputResponses", {{"one", {{"action", "decline"}}}}}});
  observe.executor.drain();
  for (const char* id : {"task-old", "task-asks"}) {
    CAPTURE(id);
    CHECK(observe.get(id)["status"] == "working");
    CHECK_FALSE(store->find(id)->held);
  }

  Catalogue more;
  const auto done = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return ToolReply(ToolOutput{nullptr, "done"});
  };
  more.tools = {{task_tool("elsewhere"), done, done}};
  Executor executor(2, 64);
  ServerOptions options;
  options.tasks = store;
  Server operate(options, more, observe.gate, observe.observer, executor, observe.clock);
  CHECK(operate.resume_tasks(local) == 2);
  executor.drain();
  CHECK(store->find("task-old")->status == TaskStatus::kCompleted);
  CHECK(store->find("task-asks")->status == TaskStatus::kCompleted);
  CHECK(store->find("task-bob")->status == TaskStatus::kWorking);
}

TEST_CASE("tasks: abandoned work is taken up when somebody asks for it") {
  const auto store = std::make_shared<MemoryTaskStore>();
  REQUIRE(store->add(abandoned("task-old", "fail"), {}).ok());
  TaskBench bench(store);
  CHECK(bench.get("task-old")["status"] == "working");
  CHECK(bench.await("task-old", TaskStatus::kCompleted));
}

TEST_CASE("tasks: what another process cancels is stopped here with the next look") {
  const auto store = std::make_shared<MemoryTaskStore>();
  TaskBench here(store);
  TaskBench there(store);
  const std::string id = id_of(here.start("job"));
  REQUIRE(here.latch.wait_for(1));
  here.server.look_around();
  CHECK(here.get(id)["status"] == "working");
  CHECK(there.modern_ask("tasks/cancel", {{"taskId", id}})["result"]["resultType"] == "complete");
  here.server.look_around();
  here.executor.drain();  // the latch is still closed: the work was stopped
  CHECK(here.get(id)["status"] == "cancelled");
  CHECK(saw(here.observer, {"started job", "finished 1 failed the task was cancelled"}));
  CHECK(there.observer.lines().empty());
}

TEST_CASE("tasks: an abandoned task can be cancelled, and its call has an end then") {
  const auto store = std::make_shared<MemoryTaskStore>();
  for (const char* tool : {"job", "removed"}) {
    CAPTURE(tool);
    TaskRow row = abandoned("task-old", tool);
    row.work.observation = 5;
    REQUIRE(store->remove_expired(SystemTime(std::chrono::hours(2))).ok());
    REQUIRE(store->add(row, {}).ok());
    TaskBench bench(store);
    bench.modern_ask("tasks/cancel", {{"taskId", "task-old"}});
    bench.executor.drain();
    CHECK(bench.get("task-old")["status"] == "cancelled");
    CHECK(bench.observer.lines() ==
          std::vector<std::string>{"finished 5 failed the task was cancelled"});
  }
}

TEST_CASE("tasks: a call whose task expires has an end then, whoever removes the row") {
  const std::vector<std::string> expired{"finished 5 failed the task expired before it had ended",
                                         "finished 6 failed the task expired before it had ended"};
  const std::function<void(TaskBench&)> cleaners[] = {
      [](TaskBench& bench) { bench.server.resume_tasks(); },
      [](TaskBench& bench) {
        bench.latch.open();
        bench.start("job");
      },
      [](TaskBench& bench) {
        bench.handshake();
        bench.legacy_ask("tasks/list");
      }};
  for (const auto& clean : cleaners) {
    const auto store = std::make_shared<MemoryTaskStore>();
    TaskRow row = abandoned("task-gone", "removed");
    row.work.observation = 5;
    REQUIRE(store->add(row, {}).ok());
    row.id = "task-waits";
    row.status = TaskStatus::kInputRequired;
    row.work.observation = 6;
    REQUIRE(store->add(row, {}).ok());
    row.id = "task-over";
    row.status = TaskStatus::kCompleted;
    row.work.observation = 7;
    REQUIRE(store->add(row, {}).ok());
    TaskBench bench(store);
    bench.server.resume_tasks();
    CHECK(bench.observer.lines().empty());
    bench.clock.tick(std::chrono::hours(1));
    clean(bench);
    bench.executor.drain();
    std::vector<std::string> ends;
    for (const std::string& line : bench.observer.lines())
      if (line.ends_with("expired before it had ended")) ends.push_back(line);
    CHECK(ends == expired);
    CHECK(store->find("task-waits").error().code == Code::kNotFound);
  }
}

TEST_CASE("tasks: of work that is under way when its task expires, the worker tells, once") {
  TaskBench bench(std::make_shared<MemoryTaskStore>(),
                  [](ServerOptions& options) { options.tasks_at_once = 1; });
  const std::string running = id_of(bench.start("job"));
  REQUIRE(bench.latch.wait_for(1));
  const std::string queued = id_of(bench.start("job"));
  bench.clock.tick(std::chrono::hours(1));
  bench.server.resume_tasks();
  CHECK(bench.store->find(running).error().code == Code::kNotFound);
  CHECK(bench.store->find(queued).error().code == Code::kNotFound);
  CHECK(saw(bench.observer, {"started job", "started job"}));
  bench.latch.open();
  bench.executor.drain();
  CHECK(saw(bench.observer, {"started job", "started job", "finished 1 ok did",
                             "finished 2 failed the task expired before it had ended"}));
  CHECK(bench.latch.times() == 1);
}
