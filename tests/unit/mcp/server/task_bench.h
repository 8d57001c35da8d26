// A server whose tools put off their work, a latch that holds the work up, and a look at the store:
// what the tests of tasks share.
#pragma once

#include <doctest/doctest.h>

#include "base/executor.h"
#include "mcp/server/core.h"
#include "mcp/server/memory_task_store.h"
#include "tests/unit/mcp/fixture.h"

namespace pmx::mcp::test {

/// Work waits here until it is let through or stopped.
class Latch {
 public:
  /// False when stopped.
  bool pass(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    return changed_.wait(lock, stop, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Waits until work has come `times` times in all.
  bool wait_for(int times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [this, times] { return waiting_ >= times; });
  }
  int times() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  int waiting_ = 0;
};

inline Json task_tool(const char* name, const char* output = "") {
  Json definition{{"name", name},
                  {"description", "Puts off its work"},
                  {"inputSchema", *parse_json(R"({"type":"object"})")}};
  if (*output != '\0') definition["outputSchema"] = *parse_json(output);
  return definition;
}

inline const Json kName = *parse_json(
    R"({"type":"object","properties":{"name":{"type":"string","format":"name"}},"required":["name"]})");

/// Asks for two names, then once more for the first, and says all.
inline Result<ToolReply> ask_names(const Context&, const Json&, Interaction& interaction) {
  PMX_TRY(const auto one, interaction.elicited("one", kName));
  PMX_TRY(const auto two, interaction.elicited("two", kName));
  if (one && two && interaction.state() == "again") {
    return ToolReply(ToolOutput{nullptr, std::string(string_member(*one, "name")) + " and " +
                                             std::string(string_member(*two, "name"))});
  }
  InputRequired ask;
  ask.requests["one"] = ask_form("One of SECRET?", kName);
  if (!two) ask.requests["two"] = ask_form("Two?", kName);
  ask.state = two ? "again" : "first";
  return ToolReply(std::move(ask));
}

inline Catalogue task_catalogue(Latch& latch) {
  const auto put_off = [](const Context&, const Json& arguments,
                          Interaction&) -> Result<ToolReply> {
    return ToolReply(Deferred{arguments, false, "begun at SECRET", std::chrono::milliseconds(250)});
  };
  const auto insist = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return ToolReply(Deferred{Json::object(), true, "", std::chrono::milliseconds(250)});
  };
  const auto work = [&latch](const Context& ctx, const Json& data,
                             Interaction& interaction) -> Result<ToolReply> {
    interaction.report(1, 2, "half way at SECRET");
    if (!latch.pass(ctx.stop)) return Error{Code::kCancelled, "stopped", ""};
    return ToolReply(ToolOutput{{{"text", "SECRET"}}, "did " + dump_json(data)});
  };
  const auto fail = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return Error{Code::kUnavailable, "SECRET does not answer", ""};
  };
  const auto breakdown = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return ToolReply(ProtocolError{-32603, "broken at SECRET"});
  };
  const auto lie = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return ToolReply(ToolOutput{{{"text", 7}}, "seven"});
  };
  const auto poison = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return ToolReply(ToolOutput{nullptr, "POISON"});
  };
  const auto quick = [](const Context&, const Json&, Interaction&) -> Result<ToolReply> {
    return ToolReply(ToolOutput{nullptr, "at once"});
  };
  constexpr const char* kText =
      R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]})";
  Json required = task_tool("required");
  required["execution"] = {{"taskSupport", "required"}};
  Catalogue catalogue;
  catalogue.tools = {{task_tool("job", kText), put_off, work},
                     {required, insist, work},
                     {task_tool("fail"), put_off, fail},
                     {task_tool("break"), put_off, breakdown},
                     {task_tool("lie", kText), put_off, lie},
                     {task_tool("poison"), put_off, poison},
                     {task_tool("ask"), put_off, &ask_names},
                     {task_tool("quick"), quick, work},
                     {task_tool("plain"), quick}};
  return catalogue;
}

/// A task of the principal `local` that goes on with `tool`, and that nobody works on.
inline TaskRow abandoned(const std::string& id, const std::string& tool) {
  TaskRow row;
  row.id = id;
  row.principal = "local";
  row.expires = SystemTime(std::chrono::hours(1));
  row.work.tool = tool;
  return row;
}

/// A server over a MemoryTransport, with a store that may outlive it.
class TaskBench {
 public:
  explicit TaskBench(std::shared_ptr<TaskStore> kept = std::make_shared<MemoryTaskStore>(),
                     const std::function<void(ServerOptions&)>& set = {}, std::size_t threads = 2)
      : store(std::move(kept)),
        catalogue(task_catalogue(latch)),
        executor(threads, 64),
        server(options(set), catalogue, gate, observer, executor, clock) {
    server.core()->tasks->listen([this](const std::string&) {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    thread_ = std::thread([this] { clean_ = server.serve(official); });
  }
  ~TaskBench() {
    if (thread_.joinable()) finish();
  }

  bool finish() {
    transport.end();
    thread_.join();
    expect_official(official);
    return clean_;
  }

  Json next() {
    REQUIRE(transport.wait_written(taken_ + 1));
    return *parse_json(transport.written()[taken_++]);
  }

  Json ask(const std::string& line) {
    transport.push(line);
    return next();
  }

  /// A modern request of a client that knows tasks and forms.
  Json modern_ask(const std::string& method, Json params) {
    const Json capabilities{{"elicitation", Json::object()},
                            {"extensions", {{"io.modelcontextprotocol/tasks", Json::object()}}}};
    return ask(modern(std::to_string(++id_), method, std::move(params),
                      {{"io.modelcontextprotocol/clientCapabilities", capabilities}}));
  }

  /// Calls a tool as a task; the CreateTaskResult.
  Json start(const std::string& tool, const Json& arguments = Json::object()) {
    const Json answer = modern_ask("tools/call", {{"name", tool}, {"arguments", arguments}});
    REQUIRE(answer.contains("result"));
    return answer["result"];
  }

  Json get(const Json& task_id) { return modern_ask("tasks/get", {{"taskId", task_id}})["result"]; }

  Json legacy_ask(const std::string& method, Json params = Json::object()) {
    return ask(legacy(std::to_string(++id_), method, std::move(params)));
  }

  /// The handshake of a client that has forms.
  Json handshake(const std::string& version = "2025-11-25") {
    return legacy_ask("initialize", {{"protocolVersion", version},
                                     {"capabilities", {{"elicitation", Json::object()}}},
                                     {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
  }

  /// Waits until the task has this status.
  bool await(const std::string& task_id, TaskStatus status) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      const auto row = store->find(task_id);
      return row.ok() && row->status == status;
    });
  }

  Latch latch;
  FakeGate gate;
  FakeObserver observer;
  FakeClock clock;
  MemoryTransport transport;
  OfficialCheck official{transport};
  std::shared_ptr<TaskStore> store;
  Catalogue catalogue;
  Executor executor;
  Server server;

 private:
  ServerOptions options(const std::function<void(ServerOptions&)>& set) const {
    ServerOptions options;
    options.name = "bench";
    options.version = "1";
    options.exit_grace = std::chrono::seconds(20);
    options.tasks = store;
    if (set) set(options);
    return options;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t taken_ = 0;
  int id_ = 100;
  bool clean_ = false;
  std::thread thread_;
};

}  // namespace pmx::mcp::test
