#include "app/durable_tasks.h"

#include <doctest/doctest.h>

#include "base/fields.h"

using namespace pmx;
using app::DurableTasks;

namespace {

mcp::TaskRow full_row() {
  mcp::TaskRow row;
  row.id = "task-1";
  row.principal = "ann";
  row.status = mcp::TaskStatus::kInputRequired;
  row.created = SystemTime(std::chrono::milliseconds(1001));
  row.updated = SystemTime(std::chrono::milliseconds(2002));
  row.expires = SystemTime(std::chrono::milliseconds(3003));
  row.work.tool = "guest_start";
  row.work.message = "waits";
  row.work.poll_ms = 250;
  row.work.observation = 7;
  row.work.capabilities = {{"elicitation", Json::object()}};
  row.work.data = {{"upid", "UPID:x"}};
  row.work.state = "second";
  row.work.asked["name-2"] = mcp::ask_form("Name?", Json::object());
  row.work.keys = {{"name", "name"}, {"name-2", "name"}};
  row.work.answers["age"] = {{"action", "accept"}};
  return row;
}

}  // namespace

TEST_CASE("durable tasks: every part of a row comes back from the database") {
  const auto database = state::Database::open_in_memory();
  REQUIRE(database.ok());
  DurableTasks store(**database);
  REQUIRE(store.add(full_row(), {}).ok());
  const auto found = store.find("task-1");
  REQUIRE(found.ok());
  const mcp::TaskRow wanted = full_row();
  CHECK(encode(found->work) == encode(wanted.work));
  CHECK(found->status == wanted.status);
  CHECK(found->principal == wanted.principal);
  CHECK(found->created == wanted.created);
  CHECK(found->updated == wanted.updated);
  CHECK(found->expires == wanted.expires);
  CHECK_FALSE(found->held);
  CHECK(found->number == 1);
}

TEST_CASE("durable tasks: results and errors come back, and what is changed is held here") {
  const auto database = state::Database::open_in_memory();
  REQUIRE(database.ok());
  DurableTasks store(**database);
  REQUIRE(store.add(full_row(), {}).ok());
  const auto working = store.change("task-1", [](mcp::TaskRow& row) {
    row.status = mcp::TaskStatus::kWorking;
    row.held = true;
    return true;
  });
  REQUIRE(working.ok());
  CHECK(working->held);
  const auto ended = store.change("task-1", [](mcp::TaskRow& row) {
    row.status = mcp::TaskStatus::kFailed;
    row.held = false;
    row.work.output = mcp::ToolOutput{{{"vmid", 105}}, "started", Json::array(), true};
    row.work.error = mcp::ProtocolError{-32603, "broken"};
    return true;
  });
  REQUIRE(ended.ok());
  const auto found = store.find("task-1");
  REQUIRE(found.ok());
  REQUIRE(found->work.output);
  CHECK(found->work.output->structured["vmid"] == 105);
  CHECK(found->work.output->failed);
  REQUIRE(found->work.error);
  CHECK(found->work.error->message == "broken");
}

TEST_CASE("durable tasks: abandoned work is taken over by those who can do it") {
  const auto database = state::Database::open_in_memory();
  REQUIRE(database.ok());
  DurableTasks store(**database);
  mcp::TaskRow row = full_row();
  row.status = mcp::TaskStatus::kWorking;
  REQUIRE(store.add(row, {}).ok());
  CHECK(
      store.take_abandoned([](const mcp::TaskRow& r) { return r.work.tool == "other"; })->empty());
  const auto taken = store.take_abandoned([](const mcp::TaskRow&) { return true; });
  REQUIRE(taken.ok());
  REQUIRE(taken->size() == 1);
  CHECK(taken->front().held);
  CHECK(store.list("ann", 100, 10)->size() == 1);
  row.id = "task-2";
  row.status = mcp::TaskStatus::kCompleted;
  REQUIRE(store.add(row, {}).ok());
  const auto unfinished = store.remove_expired(SystemTime(std::chrono::milliseconds(3003)));
  REQUIRE(unfinished.ok());
  REQUIRE(unfinished->size() == 1);
  CHECK(unfinished->front().id == "task-1");
  CHECK(unfinished->front().work.observation == 7);
  CHECK(store.find("task-1").error().code == Code::kNotFound);
  CHECK(store.find("task-2").error().code == Code::kNotFound);
}
