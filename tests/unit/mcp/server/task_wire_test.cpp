// Tasks as data on the wire; how they come about and end is in tasks_test and legacy_tasks_test.
#include "mcp/server/task_wire.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/server/core_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

TaskRow row(TaskStatus status = TaskStatus::kWorking) {
  TaskRow made;
  made.id = "task-1";
  made.status = status;
  made.created = SystemTime(std::chrono::milliseconds(1'000));
  made.updated = SystemTime(std::chrono::milliseconds(2'000));
  made.expires = SystemTime(std::chrono::milliseconds(61'000));
  made.work.tool = "echo";
  made.work.poll_ms = 250;
  return made;
}

Call call_with(CoreBench& bench, const Json& capabilities, const Json& params,
               Version version = kModern) {
  Call call = bench.call(params, version);
  call.capabilities = capabilities.is_null() ? nullptr : std::make_shared<const Json>(capabilities);
  return call;
}

const Json kDeclared{{"extensions", {{kTasksExtension, Json::object()}}}};

}  // namespace

TEST_CASE("task wire: a client of 2026-07-28 may get a task when it declared the extension") {
  CoreBench bench;
  CHECK(task_wish(call_with(bench, kDeclared, Json::object())) == TaskWish::kMay);
  CHECK_FALSE(refuse_undeclared(call_with(bench, kDeclared, Json::object())));
  const Json undeclared[] = {Json(),
                             Json::object(),
                             {{"extensions", Json::array()}},
                             {{"extensions", {{kTasksExtension, true}}}},
                             {{"extensions", {{kTasksExtension, nullptr}}}},
                             {{"tasks", Json::object()}}};
  for (const Json& capabilities : undeclared) {
    CAPTURE(dump_json(capabilities));
    // `task` in the parameters is the older versions' word.
    const Call call = call_with(bench, capabilities, {{"task", Json::object()}});
    CHECK(task_wish(call) == TaskWish::kNone);
    const auto refused = refuse_undeclared(call);
    REQUIRE(refused);
    CHECK(refused->code == -32021);
    CHECK(refused->refused);
    CHECK(refused->echo == Json{{"requiredCapabilities", kDeclared}});
  }
}

TEST_CASE("task wire: before, only 2025-11-25 knows tasks, and the call itself asks for one") {
  CoreBench bench;
  for (const Version version : kAllVersions) {
    if (version == kModern) continue;
    const bool knows = version == Version::k2025_11_25;
    CHECK(task_wish(call_with(bench, kDeclared, Json::object(), version)) == TaskWish::kNone);
    CHECK(task_wish(call_with(bench, Json(), {{"task", {{"ttl", 1}}}}, version)) ==
          (knows ? TaskWish::kMust : TaskWish::kNone));
    CHECK(task_wish(call_with(bench, Json(), {{"task", true}}, version)) == TaskWish::kNone);
    CHECK_FALSE(refuse_undeclared(call_with(bench, Json(), Json::object(), version)));
  }
}

TEST_CASE("task wire: a tool that can go on as a task says so, unless it says something itself") {
  Tool plain{{{"name", "a"}}, {}, {}};
  CHECK_FALSE(listed_tool(plain).contains("execution"));
  CHECK_FALSE(tasks_only(plain));
  Tool goes_on = plain;
  goes_on.resume = [](const auto&...) -> Result<ToolReply> { return ToolReply(ToolOutput{}); };
  CHECK(listed_tool(goes_on)["execution"] == Json{{"taskSupport", "optional"}});
  CHECK_FALSE(goes_on.definition.contains("execution"));
  goes_on.definition["execution"] = {{"taskSupport", "required"}};
  CHECK(listed_tool(goes_on) == goes_on.definition);
  CHECK(tasks_only(goes_on));
  for (const Json& execution : {Json("required"), Json{{"taskSupport", 1}}, Json::object()}) {
    goes_on.definition["execution"] = execution;
    CHECK_FALSE(tasks_only(goes_on));
  }
}

TEST_CASE("task wire: capabilities gain what their version calls tasks, and lose nothing") {
  for (const Version version : kAllVersions) {
    Json capabilities{{"tools", Json::object()}};
    add_task_capabilities(version, capabilities);
    CHECK(capabilities.contains("tools"));
    CHECK(capabilities.contains("extensions") == (version == kModern));
    CHECK(capabilities.contains("tasks") == (version == Version::k2025_11_25));
  }
  Json others{{"extensions", {{"x", 1}}}};
  add_task_capabilities(kModern, others);
  CHECK(others["extensions"] == Json{{"x", 1}, {kTasksExtension, Json::object()}});
}

TEST_CASE(
    "task wire: times, life and pace have the names of their version; the id goes unscrubbed") {
  for (const Version version : {Version::k2025_11_25, kModern}) {
    const bool modern = version == kModern;
    Json verbatim = Json::object();
    CHECK(plain_task(row(), version, verbatim) ==
          Json{{"status", "working"},
               {"createdAt", "1970-01-01T00:00:01.000Z"},
               {"lastUpdatedAt", "1970-01-01T00:00:02.000Z"},
               {modern ? "ttlMs" : "ttl", 60'000},
               {modern ? "pollIntervalMs" : "pollInterval", 250}});
    CHECK(verbatim == Json{{"taskId", "task-1"}});
  }
  TaskRow said = row();
  said.work.message = "half way";
  Json verbatim = Json::object();
  CHECK(plain_task(said, kModern, verbatim)["statusMessage"] == "half way");
}

TEST_CASE(
    "task wire: a tool that failed is a failed task in 2025-11-25 and a completed one later") {
  TaskRow failed = row(TaskStatus::kCompleted);
  failed.work.output = ToolOutput{nullptr, "no", Json::array(), true};
  Json verbatim = Json::object();
  CHECK(plain_task(failed, Version::k2025_11_25, verbatim)["status"] == "failed");
  CHECK(plain_task(failed, kModern, verbatim)["status"] == "completed");
  failed.work.output->failed = false;
  CHECK(plain_task(failed, Version::k2025_11_25, verbatim)["status"] == "completed");
}

TEST_CASE("task wire: a created task lets nothing but its own fields past the scrubber") {
  CoreBench bench;
  TaskRow made = row();
  made.work.message = "begun at SECRET";
  const Answer modern = created_task(*bench.core, made, kModern);
  CHECK(modern.result["resultType"] == "task");
  CHECK(modern.result["statusMessage"] == "begun at SECRET");
  CHECK(modern.verbatim == Json{{"taskId", "task-1"}});
  const Answer legacy = created_task(*bench.core, made, Version::k2025_11_25);
  CHECK(legacy.result == Json::object());
  CHECK(legacy.verbatim["task"]["taskId"] == "task-1");
  CHECK(dump_json(legacy.verbatim).find("SECRET") == std::string::npos);
}

TEST_CASE("task wire: a task in full has what its status calls for and nothing else") {
  CoreBench bench;
  struct Row {
    TaskStatus status;
    const char* member;
  };
  const Row rows[] = {{TaskStatus::kWorking, ""},
                      {TaskStatus::kInputRequired, "inputRequests"},
                      {TaskStatus::kCompleted, "result"},
                      {TaskStatus::kFailed, "error"},
                      {TaskStatus::kCancelled, ""}};
  for (const Row& each : rows) {
    TaskRow made = row(each.status);
    made.work.asked["q"] = ask_form("Who?", Json::object());
    made.work.output = ToolOutput{{{"text", "x"}}, "in words"};
    made.work.error = ProtocolError{-32603, "broken"};
    Json verbatim = Json::object();
    const Json task = detailed_task(*bench.core, Context{}, made, verbatim);
    CAPTURE(dump_json(task));
    for (const char* member : {"inputRequests", "result", "error"}) {
      CHECK(task.contains(member) == (std::string_view(member) == each.member));
    }
  }
}

TEST_CASE("task wire: a task that ended without saying what it came to is shown all the same") {
  CoreBench bench;
  Json verbatim = Json::object();
  TaskRow done = row(TaskStatus::kCompleted);
  done.work.tool = "gone since";  // a tool that this version no longer has
  const Json completed = detailed_task(*bench.core, Context{}, done, verbatim);
  CHECK(completed["result"]["content"].is_array());
  const Json failed = detailed_task(*bench.core, Context{}, row(TaskStatus::kFailed), verbatim);
  CHECK(failed["error"]["code"] == -32603);
}

TEST_CASE("task wire: what a completed task holds must fit its tool's schema as it is now") {
  CoreBench bench;
  TaskRow done = row(TaskStatus::kCompleted);
  done.work.output = ToolOutput{{{"text", 7}}, "seven"};
  CHECK(task_output(*bench.core, Context{}, done, kModern)["isError"] == true);
  done.work.output = ToolOutput{{{"text", "x"}}, "fits"};
  CHECK_FALSE(task_output(*bench.core, Context{}, done, kModern).contains("isError"));
}

TEST_CASE("task wire: what belongs to a task names it") {
  CHECK(related_task("task-1") ==
        Json{{"_meta", {{"io.modelcontextprotocol/related-task", {{"taskId", "task-1"}}}}}});
}
