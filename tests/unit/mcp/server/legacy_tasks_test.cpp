// The experimental tasks of 2025-11-25.
#include "tests/unit/mcp/server/task_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

constexpr const char* kRelated = "io.modelcontextprotocol/related-task";

Json as_task(const std::string& tool, const Json& task = Json::object()) {
  return {{"name", tool}, {"task", task}};
}

/// Calls a tool as a task; the task.
Json start(TaskBench& bench, const std::string& tool, const Json& task = Json::object()) {
  const Json answer = bench.legacy_ask("tools/call", as_task(tool, task));
  REQUIRE(answer.contains("result"));
  return answer["result"]["task"];
}

std::string id_of(const Json& task) { return task["taskId"].get<std::string>(); }

int code_of(const Json& answer) { return answer["error"]["code"].get<int>(); }

}  // namespace

TEST_CASE("legacy tasks: capabilities and tools announce them in 2025-11-25 only") {
  for (const char* version : {"2025-06-18", "2025-11-25"}) {
    CAPTURE(version);
    const bool known = std::string(version) == "2025-11-25";
    TaskBench bench;
    const Json capabilities = bench.handshake(version)["result"]["capabilities"];
    CHECK(capabilities.contains("tasks") == known);
    CHECK_FALSE(capabilities.contains("extensions"));
    if (known) CHECK(capabilities["tasks"]["requests"]["tools"]["call"] == Json::object());
    const Json listed = bench.legacy_ask("tools/list");
    for (const Json& tool : listed["result"]["tools"]) {
      const Json* execution = find_member(tool, "execution");
      CHECK((execution != nullptr) == (known && tool["name"] != "plain"));
      if (execution == nullptr) continue;
      CHECK((*execution)["taskSupport"] == (tool["name"] == "required" ? "required" : "optional"));
    }
    if (!known) CHECK(code_of(bench.legacy_ask("tasks/list")) == -32601);
  }
}

TEST_CASE("legacy tasks: a call with `task` is answered by a task, one without by its result") {
  TaskBench bench;
  bench.handshake();
  const Json task = start(bench, "job", {{"ttl", 60'000}});
  CHECK(task["status"] == "working");
  CHECK(task["ttl"] == 60'000);
  CHECK(task["pollInterval"] == 250);
  REQUIRE(bench.latch.wait_for(1));
  const Json seen = bench.legacy_ask("tasks/get", {{"taskId", task["taskId"]}})["result"];
  CHECK(seen["status"] == "working");
  CHECK(seen["taskId"] == task["taskId"]);
  CHECK(seen["statusMessage"] == "half way at safe-name");
  CHECK_FALSE(seen.contains("resultType"));
  bench.latch.open();
  const Json direct = bench.legacy_ask("tools/call", {{"name", "job"}})["result"];
  CHECK(direct["structuredContent"]["text"] == "safe-name");
}

TEST_CASE("legacy tasks: tasks/result waits without a thread and names its task") {
  TaskBench bench(std::make_shared<MemoryTaskStore>(), {}, 2);
  bench.handshake();
  const std::string id = id_of(start(bench, "job"));
  REQUIRE(bench.latch.wait_for(1));  // one of the two threads works on the task
  for (const char* request : {"7", "8", "9"}) {
    bench.transport.push(legacy(request, "tasks/result", {{"taskId", id}}));
  }
  CHECK(bench.legacy_ask("tools/call", {{"name", "plain"}})["result"]["content"][0]["text"] ==
        "at once");
  bench.transport.push(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}})");
  CHECK(bench.legacy_ask("ping").contains("result"));
  bench.latch.open();
  std::vector<int> answered;
  for (int i = 0; i < 2; ++i) {
    const Json answer = bench.next();
    answered.push_back(answer["id"].get<int>());
    CHECK(answer["result"]["structuredContent"]["text"] == "safe-name");
    CHECK(answer["result"]["_meta"][kRelated] == Json{{"taskId", id}});
  }
  std::sort(answered.begin(), answered.end());
  CHECK(answered == std::vector<int>{7, 9});
  CHECK(bench.legacy_ask("tasks/result", {{"taskId", id}})["result"].contains("content"));
}

TEST_CASE("legacy tasks: what a task asks is asked by tasks/result, with the task's name") {
  TaskBench bench;
  bench.handshake();
  const std::string id = id_of(start(bench, "ask"));
  REQUIRE(bench.await(id, TaskStatus::kInputRequired));
  CHECK(bench.legacy_ask("tasks/get", {{"taskId", id}})["result"]["status"] == "input_required");
  bench.transport.push(legacy("7", "tasks/result", {{"taskId", id}}));
  for (int question = 0; question < 3; ++question) {
    const Json asked = bench.next();
    CHECK(asked["method"] == "elicitation/create");
    CHECK(asked["params"]["_meta"][kRelated] == Json{{"taskId", id}});
    const Json result{{"action", "accept"}, {"content", {{"name", "Ann"}}}};
    bench.transport.push(
        dump_json(Json{{"jsonrpc", "2.0"}, {"id", asked["id"]}, {"result", result}}));
  }
  const Json answer = bench.next();
  CHECK(answer["id"] == 7);
  CHECK(answer["result"]["content"][0]["text"] == "Ann and Ann");
}

TEST_CASE("legacy tasks: failures of the tool are failed tasks that have a result") {
  TaskBench bench;
  bench.handshake();
  const std::string id = id_of(start(bench, "fail"));
  REQUIRE(bench.await(id, TaskStatus::kCompleted));
  CHECK(bench.legacy_ask("tasks/get", {{"taskId", id}})["result"]["status"] == "failed");
  CHECK(bench.legacy_ask("tasks/result", {{"taskId", id}})["result"]["isError"] == true);
  const std::string broken = id_of(start(bench, "break"));
  REQUIRE(bench.await(broken, TaskStatus::kFailed));
  CHECK(code_of(bench.legacy_ask("tasks/result", {{"taskId", broken}})) == -32603);
}

TEST_CASE("legacy tasks: a call that is done at once is a task that has ended") {
  TaskBench bench;
  bench.handshake();
  const Json task = start(bench, "quick");
  CHECK(task["status"] == "completed");
  const Json answer = bench.legacy_ask("tasks/result", {{"taskId", task["taskId"]}});
  CHECK(answer["result"]["content"][0]["text"] == "at once");
}

TEST_CASE("legacy tasks: tool and call must agree on there being a task") {
  TaskBench bench;
  bench.handshake();
  CHECK(code_of(bench.legacy_ask("tools/call", as_task("plain"))) == -32601);
  CHECK(code_of(bench.legacy_ask("tools/call", {{"name", "required"}})) == -32601);
  CHECK(code_of(bench.legacy_ask("tools/call", as_task("job", 7))) == -32602);
  CHECK(code_of(bench.legacy_ask(
            "tools/call", {{"name", "job"}, {"arguments", Json::object()}, {"task", "soon"}})) ==
        -32602);
  CHECK(bench.store->list("local", 1000, 10)->empty());
}

TEST_CASE("legacy tasks: cancelling ends a task once") {
  TaskBench bench;
  bench.handshake();
  const std::string id = id_of(start(bench, "job"));
  REQUIRE(bench.latch.wait_for(1));
  bench.transport.push(legacy("7", "tasks/result", {{"taskId", id}}));
  bench.transport.push(legacy("8", "tasks/cancel", {{"taskId", id}}));
  for (int i = 0; i < 2; ++i) {
    const Json answer = bench.next();
    if (answer["id"] == 7) CHECK(code_of(answer) == -32602);
    if (answer["id"] == 8) CHECK(answer["result"]["status"] == "cancelled");
  }
  CHECK(code_of(bench.legacy_ask("tasks/cancel", {{"taskId", id}})) == -32602);
  CHECK(code_of(bench.legacy_ask("tasks/get", {{"taskId", "task-unknown"}})) == -32602);
}

TEST_CASE("legacy tasks: the list shows the principal's own, page by page") {
  TaskBench bench;
  bench.handshake();
  TaskRow row;
  row.expires = SystemTime(std::chrono::hours(1));
  row.status = TaskStatus::kCompleted;
  row.work.message = "about SECRET";
  for (int i = 0; i < 120; ++i) {
    row.id = "task-" + std::to_string(i);
    row.principal = i % 10 == 0 ? "bob" : "local";
    REQUIRE(bench.store->add(row, {}).ok());
  }
  std::set<std::string> seen;
  Json params = Json::object();
  for (int page = 0; page < 3; ++page) {
    const Json result = bench.legacy_ask("tasks/list", params)["result"];
    CHECK(result["tasks"].size() == (page < 2 ? 50 : 8));
    for (const Json& task : result["tasks"]) seen.insert(id_of(task));
    CHECK(result.contains("nextCursor") == (page < 2));
    if (page < 2) params["cursor"] = result["nextCursor"];
  }
  CHECK(seen.size() == 108);
  CHECK_FALSE(seen.contains("task-10"));
  CHECK(code_of(bench.legacy_ask("tasks/list", {{"cursor", "x"}})) == -32602);
}

TEST_CASE("legacy tasks: tasks/result of work that nobody here can go on with says so at once") {
  const auto store = std::make_shared<MemoryTaskStore>();
  REQUIRE(store->add(abandoned("task-there", "elsewhere"), {}).ok());
  TaskBench bench(store);
  bench.handshake();
  const Json answer = bench.legacy_ask("tasks/result", {{"taskId", "task-there"}});
  REQUIRE(answer.contains("error"));
  CHECK(answer["error"]["message"].get<std::string>().find("nobody who works on this task") !=
        std::string::npos);
}

TEST_CASE("legacy tasks: tasks/result waits for work that another process does") {
  const auto store = std::make_shared<MemoryTaskStore>();
  TaskRow row = abandoned("task-there", "plain");
  row.held = true;
  REQUIRE(store->add(row, {}).ok());
  TaskBench bench(store);
  bench.handshake();
  bench.transport.push(legacy("7", "tasks/result", {{"taskId", "task-there"}}));
  CHECK(bench.legacy_ask("ping").contains("result"));
  bench.executor.drain();
  bench.server.look_around();  // still at work there
  REQUIRE(store
              ->change("task-there",
                       [](TaskRow& changed) {
                         changed.status = TaskStatus::kCompleted;
                         changed.held = false;
                         changed.work.output = ToolOutput{nullptr, "done there"};
                         return true;
                       })
              .ok());
  bench.server.look_around();
  const Json answer = bench.next();
  CHECK(answer["id"] == 7);
  CHECK(answer["result"]["content"][0]["text"] == "done there");
}
