#include <doctest/doctest.h>

#include <stdexcept>

#include "base/executor.h"
#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

ServerOptions impatient() {
  ServerOptions options = Harness::default_options();
  options.exit_grace = std::chrono::milliseconds(1);
  return options;
}

std::string wait_call(const char* id) { return modern(id, "tools/call", {{"name", "wait"}}); }

std::string cancel(const char* id) {
  return std::string(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":)") +
         R"({"requestId":)" + id + "}}";
}

/// Takes requests and cannot write a single answer.
class BrokenTransport final : public Transport {
 public:
  Result<std::optional<std::string>> read() override { return input.read(); }
  Result<void> write_all(std::span<const Cleared>) override {
    throw std::runtime_error("cannot write");
  }

  MemoryTransport input;
};

/// Blocks until released, whatever is asked of it.
struct Stubborn {
  std::mutex mutex;
  std::condition_variable signal;
  bool entered = false;
  bool released = false;

  ToolHandler handler() {
    return [this](const Context&, const Json&, Progress&) -> Result<ToolOutput> {
      std::unique_lock lock(mutex);
      entered = true;
      signal.notify_all();
      signal.wait(lock, [this] { return released; });
      return ToolOutput{nullptr, "late"};
    };
  }
  void wait_entered() {
    std::unique_lock lock(mutex);
    signal.wait(lock, [this] { return entered; });
  }
  void release() {
    const std::lock_guard lock(mutex);
    released = true;
    signal.notify_all();
  }
};

std::vector<Json> progress_of(Harness& h, const Json& steps, int step_ms, const Json& meta) {
  const Json params{{"name", "progress"}, {"arguments", {{"steps", steps}, {"step_ms", step_ms}}}};
  h.tell(modern("1", "tools/call", params, meta));
  std::vector<Json> seen;
  while (true) {
    Json message = h.next();
    if (message.contains("id")) return seen;
    seen.push_back(message["params"]);
  }
}

}  // namespace

TEST_CASE("cancellation: a cancelled request gets no answer and its id is free again") {
  Harness h;
  h.tell(wait_call("5"));
  h.tell(cancel("5"));
  CHECK(h.finish());
  CHECK(h.transport.written().empty());
  CHECK(h.observer.lines().size() != 1);  // never a start without its end
}

TEST_CASE("cancellation: ids are told apart by type, and unknown ones ignored") {
  Harness h;
  h.tell(wait_call("5"));
  h.tell(cancel("\"5\""));
  h.tell(cancel("6"));
  h.tell(cancel("null"));
  h.tell(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");
  const Json duplicate = h.ask(wait_call("5"));  // still live
  CHECK(duplicate["error"]["code"] == -32600);
  h.tell(cancel("5"));
  CHECK(h.finish());
  CHECK(h.transport.written().size() == 1);
}

TEST_CASE("shutdown: answers in flight are still written") {
  FakeClock clock;
  FakeGate gate;
  FakeObserver observer;
  Executor executor(1, 8);
  Catalogue catalogue = make_catalogue(clock);
  Server server(Harness::default_options(), catalogue, gate, observer, executor, clock);
  MemoryTransport transport;
  for (const char* id : {"1", "2", "3"}) {
    transport.push(modern(id, "tools/call", {{"name", "plain"}}));
  }
  transport.end();
  OfficialCheck official(transport);
  CHECK(server.serve(official));
  expect_official(official);
  CHECK(transport.written().size() == 3);
}

TEST_CASE("shutdown: what outlasts the grace is stopped") {
  Harness h(impatient());
  h.tell(wait_call("1"));
  CHECK(h.finish());
  CHECK(h.transport.written().empty());
}

TEST_CASE("shutdown: a handler that does not listen is left behind, and silent for ever") {
  Stubborn stubborn;
  FakeClock clock;
  FakeGate gate;
  FakeObserver observer;
  Executor executor(1, 8);
  Catalogue catalogue = make_catalogue(clock);
  catalogue.tools.front().run = stubborn.handler();
  MemoryTransport transport;
  OfficialCheck official(transport);
  {
    Server server(impatient(), catalogue, gate, observer, executor, clock);
    transport.push(modern("1", "tools/call", {{"name", "echo"}, {"arguments", {{"text", "x"}}}}));
    bool clean = true;
    std::jthread serving([&] { clean = server.serve(official); });
    stubborn.wait_entered();  // a call that only waits in the queue could still be dropped in time
    transport.end();
    serving.join();
    CHECK_FALSE(clean);
  }
  stubborn.release();
  executor.drain();
  CHECK(transport.written().empty());
}

TEST_CASE("executor: a full queue is an answer, not a loss") {
  Stubborn stubborn;
  Harness h(Harness::default_options(), 1, 1);
  h.catalogue.tools.front().run = stubborn.handler();
  const Json echo{{"name", "echo"}, {"arguments", {{"text", "x"}}}};
  h.tell(modern("1", "tools/call", echo));
  stubborn.wait_entered();
  h.tell(modern("2", "tools/call", {{"name", "plain"}}));
  const Json refused = h.ask(modern("3", "tools/call", {{"name", "plain"}}));
  CHECK(refused["id"] == 3);
  CHECK(refused["result"]["isError"] == true);
  CHECK(refused["result"]["resultType"] == "complete");
  const Json read = h.ask(modern("4", "resources/list"));
  CHECK(read["error"]["code"] == -32603);
  CHECK(h.ask(modern("5", "tools/list")).contains("result"));  // the reader is not blocked
  stubborn.release();
  CHECK(h.finish());
  CHECK(h.transport.written().size() == 5);
}

TEST_CASE("session: no line ends it") {
  Harness h;
  for (const char* line : {"{", "\xff\xfe", "[", "null", "{}", "\"", "[[[[]]]]"}) {
    CAPTURE(line);
    CHECK(h.ask(line).contains("error"));
  }
  h.tell(R"({"jsonrpc":"2.0","id":1,"result":{}})");  // an answer that nobody asked for
  h.tell(R"({"jsonrpc":"2.0","method":"notifications/unknown"})");
  h.transport.push_oversized();
  CHECK(h.next()["error"]["code"] == -32600);
  CHECK(h.ask(modern("1", "server/discover")).contains("result"));
}

TEST_CASE("session: a peer that is gone ends nothing early") {
  Harness h;
  h.transport.hang_up();
  h.tell(modern("1", "server/discover"));
  h.tell(modern("2", "tools/call", {{"name", "plain"}}));
  CHECK(h.finish());
  CHECK(h.transport.written().empty());
}

TEST_CASE("progress: only with a token, always rising, and scrubbed") {
  Harness h;
  CHECK(progress_of(h, {1, 2}, 200, Json::object()).empty());
  const auto seen = progress_of(h, {1, 3, 2, 3}, 200, {{"progressToken", "SECRET"}});
  REQUIRE(seen.size() == 4);
  double last = 0;
  for (const Json& params : seen) {
    CHECK(params["progressToken"] == "SECRET");  // the client's own word
    CHECK(params["message"] == "at safe-name");
    CHECK(params["total"] == 10);
    CHECK(params["progress"].get<double>() > last);
    last = params["progress"].get<double>();
  }
}

TEST_CASE("progress: at most ten a second, and the last one always") {
  Harness h;
  const auto seen = progress_of(h, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 25, {{"progressToken", 7}});
  REQUIRE(seen.size() == 4);
  CHECK(seen[0]["progress"] == 1);
  CHECK(seen[1]["progress"] == 5);
  CHECK(seen[2]["progress"] == 9);
  CHECK(seen[3]["progress"] == 10);
}

TEST_CASE("ending: a gate that breaks down still gives the request its one answer") {
  Harness h;
  h.gate.bomb = "BOMB";
  const Json params{{"name", "echo"}, {"arguments", {{"text", "BOMB"}}}};
  const Json answer = h.ask(modern("1", "tools/call", params));
  CHECK(answer["id"] == 1);
  CHECK(answer["error"]["code"] == -32603);
  CHECK(h.ask(modern("1", "server/discover")).contains("result"));  // the id is free again
  CHECK(h.finish());
  const auto observed = h.observer.lines();
  REQUIRE(observed.size() == 2);
  CHECK(observed[1].starts_with("finished 1 ok"));
}

TEST_CASE("ending: a progress report that cannot leave does not cost the answer") {
  Harness h;
  h.gate.bomb = "\"progress\":2";
  const auto seen = progress_of(h, {1, 2}, 25, {{"progressToken", 7}});
  CHECK(seen.size() == 1);
  CHECK(h.transport.written().back().find("\"result\"") != std::string::npos);
  CHECK(h.finish());
}

TEST_CASE("ending: a transport that throws ends no session and leaves nothing in flight") {
  FakeClock clock;
  FakeGate gate;
  FakeObserver observer;
  Executor executor(1, 8);
  Catalogue catalogue = make_catalogue(clock);
  Server server(Harness::default_options(), catalogue, gate, observer, executor, clock);
  BrokenTransport transport;
  transport.input.push(modern("1", "server/discover"));
  transport.input.push(modern("2", "tools/call", {{"name", "plain"}}));
  transport.input.end();
  CHECK(server.serve(transport));
  const auto observed = observer.lines();
  REQUIRE(observed.size() == 2);
  CHECK(observed[1].starts_with("finished 1 ok"));
}

TEST_CASE("budget: what would hold too many bytes is refused, and the reading goes on") {
  ServerOptions options = Harness::default_options();
  options.max_in_flight_bytes = 4000;
  Harness h(options);
  const Json padding{{"padding", std::string(3000, 'x')}};
  h.tell(modern("1", "tools/call", {{"name", "wait"}}, padding));
  const Json refused = h.ask(modern("2", "tools/call", {{"name", "plain"}}, padding));
  CHECK(refused["id"] == 2);
  CHECK(refused["error"]["code"] == -32603);
  CHECK(refused["error"]["data"]["reason"] == "resource_exhausted");
  CHECK(refused["error"]["message"].get<std::string>().find("wait for answers") !=
        std::string::npos);
  CHECK(h.ask(modern("3", "tools/call", {{"name", "plain"}})).contains("result"));
  h.tell(cancel("1"));
  CHECK(h.ask(modern("4", "tools/list")).contains("result"));  // the cancellation was read
  h.executor.drain();
  CHECK(h.ask(modern("5", "tools/call", {{"name", "plain"}}, padding)).contains("result"));
}

TEST_CASE("budget: one request alone is never too much, and a batch counts by its parts") {
  ServerOptions options = Harness::default_options();
  options.max_in_flight_bytes = 10;
  Harness h(options);
  CHECK(h.ask(modern("1", "tools/call", {{"name", "plain"}})).contains("result"));
  h.executor.drain();
  h.handshake("2025-03-26");
  const std::string wait = legacy("7", "tools/call", {{"name", "wait"}});
  const std::string late = legacy("8", "tools/call", {{"name", "plain"}});
  h.tell("[" + wait + "," + late + "]");
  h.tell(cancel("7"));
  const Json answers = h.next();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0]["id"] == 8);
  CHECK(answers[0]["error"]["data"]["reason"] == "resource_exhausted");
}
