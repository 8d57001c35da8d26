#include "mcp/server/quotas.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using test::FakeClock;

TEST_CASE("quotas: so many requests and bytes of one principal, given back when they end") {
  FakeClock clock;
  Quotas quotas({.requests = 2, .bytes = 100}, clock);
  auto first = quotas.request("ann", 1000);  // one alone is never too much
  REQUIRE(first.ok());
  const auto heavy = quotas.request("ann", 10);
  REQUIRE_FALSE(heavy.ok());
  CHECK(heavy.error().code == Code::kResourceExhausted);
  CHECK(heavy.error().message.find("bytes") != std::string::npos);
  CHECK(quotas.request("bob", 10).ok());
  first->reset();
  const auto a = quotas.request("ann", 50);
  const auto b = quotas.request("ann", 50);
  REQUIRE(b.ok());
  const auto many = quotas.request("ann", 0);
  REQUIRE_FALSE(many.ok());
  CHECK(many.error().message.find("2 requests") != std::string::npos);
  CHECK_FALSE(many.error().advice.empty());
}

TEST_CASE("quotas: streams are counted apart, and a lease may outlive the quotas") {
  FakeClock clock;
  Quotas::Lease kept;
  {
    Quotas quotas({.requests = 1, .streams = 1}, clock);
    kept = *quotas.stream("ann");
    CHECK(quotas.request("ann", 1).ok());
    CHECK(quotas.stream("ann").error().code == Code::kResourceExhausted);
    CHECK(quotas.stream("bob").ok());
  }
  kept.reset();
}

TEST_CASE("quotas: a minute's worth at once, then as fast as the bucket fills") {
  FakeClock clock;
  Quotas quotas({.calls_per_minute = 60, .completions_per_minute = 1}, clock);
  const auto call = [&] { return quotas.count("ann", Quotas::Rate::kCalls); };
  for (int i = 0; i < 60; ++i) REQUIRE(call().ok());
  const auto refused = call();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kResourceExhausted);
  CHECK(refused.error().message == "too many tool calls: at most 60 a minute");
  CHECK(refused.error().advice == "try again in 1 second");
  CHECK(quotas.count("bob", Quotas::Rate::kCalls).ok());
  CHECK(quotas.count("ann", Quotas::Rate::kCompletions).ok());
  CHECK(quotas.count("ann", Quotas::Rate::kCompletions).error().advice ==
        "try again in 60 seconds");
  clock.tick(std::chrono::milliseconds(999));
  CHECK_FALSE(call().ok());
  clock.tick(std::chrono::milliseconds(1));
  CHECK(call().ok());
  CHECK_FALSE(call().ok());
  clock.tick(std::chrono::hours(1));
  for (int i = 0; i < 60; ++i) REQUIRE(call().ok());
  CHECK_FALSE(call().ok());
}

namespace {

ServerOptions with(const QuotaLimits& quotas) {
  ServerOptions options = test::Harness::default_options();
  options.quotas = quotas;
  return options;
}

Json echo() { return {{"name", "echo"}, {"arguments", {{"text", "x"}}}}; }

}  // namespace

TEST_CASE(
    "quotas: a call too many is a result that the model can read, other methods get an error") {
  test::Harness h(with({.calls_per_minute = 2}));
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(h.ask(test::modern("1", "tools/call", echo()))["result"].contains("isError"));
  }
  const Json refused = h.ask(test::modern("1", "tools/call", echo()))["result"];
  CHECK(refused["isError"] == true);
  const std::string text = refused["content"][0]["text"];
  CHECK(text == "too many tool calls: at most 2 a minute. try again in 30 seconds");
  const auto lines = h.observer.lines();  // what never began is no entry of the audit trail
  CHECK(lines.size() == 4);
  CHECK(h.ask(test::modern("2", "tools/list"))["result"].contains("tools"));
  h.clock.tick(std::chrono::seconds(30));
  CHECK_FALSE(h.ask(test::modern("3", "tools/call", echo()))["result"].contains("isError"));
}

TEST_CASE("quotas: completions have a rate of their own") {
  test::Harness h(with({.completions_per_minute = 1}), 2, 64, [](Catalogue& catalogue) {
    catalogue.prompts.front().complete = [](const auto&...) -> Result<Completions> {
      return Completions{{"a"}, std::nullopt};
    };
  });
  const Json params{{"ref", {{"type", "ref/prompt"}, {"name", "greet"}}},
                    {"argument", {{"name", "who"}, {"value", ""}}}};
  CHECK(h.ask(test::modern("1", "completion/complete", params)).contains("result"));
  const Json refused = h.ask(test::modern("2", "completion/complete", params))["error"];
  CHECK(refused["code"] == -32603);
  CHECK(refused["message"] == "too many completions: at most 1 a minute. try again in 60 seconds");
}

TEST_CASE("quotas: requests that wait count for their principal until they are answered") {
  test::Harness h(with({.requests = 1}));
  h.tell(test::modern("1", "tools/call", {{"name", "wait"}}));
  const Json refused = h.ask(test::modern("2", "tools/list"))["error"];
  CHECK(refused["code"] == -32603);
  CHECK(refused["message"].get<std::string>().find("1 requests of this client") !=
        std::string::npos);
  h.tell(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  h.executor.drain();
  CHECK(h.ask(test::modern("3", "tools/list")).contains("result"));
}

TEST_CASE("quotas: who wants errors only is sent no warning that some were left out") {
  test::Harness h(test::Harness::default_options(), 2, 64, [](Catalogue& catalogue) {
    catalogue.logs = true;
    catalogue.tools.push_back(
        {{{"name", "chatter"}, {"inputSchema", {{"type", "object"}}}},
         [](const Context&, const Json&, Interaction& interaction) -> Result<ToolReply> {
           for (int i = 0; i < 700; ++i) interaction.log(LogLevel::kError, "", "again");
           return ToolReply(ToolOutput{nullptr, "done"});
         }});
  });
  h.tell(test::modern("1", "tools/call", {{"name", "chatter"}},
                      {{"io.modelcontextprotocol/logLevel", "error"}}));
  for (int i = 0; i < 600; ++i) REQUIRE(h.next()["params"]["level"] == "error");
  CHECK(h.next()["id"] == 1);
}

TEST_CASE("quotas: log messages have a rate, and it is said how many were left out") {
  test::Harness h(test::Harness::default_options(), 2, 64, [](Catalogue& catalogue) {
    catalogue.logs = true;
    catalogue.tools.push_back(
        {{{"name", "chatter"}, {"inputSchema", {{"type", "object"}}}},
         [](const Context&, const Json&, Interaction& interaction) -> Result<ToolReply> {
           for (int i = 0; i < 1000; ++i) interaction.log(LogLevel::kInfo, "", "again");
           return ToolReply(ToolOutput{nullptr, "done"});
         }});
  });
  h.tell(test::modern("1", "tools/call", {{"name", "chatter"}},
                      {{"io.modelcontextprotocol/logLevel", "info"}}));
  for (int i = 0; i < 600; ++i) REQUIRE(h.next()["params"]["data"] == "again");
  const Json last = h.next();
  CHECK(last["params"]["level"] == "warning");
  CHECK(last["params"]["data"] == "log messages left out, there were too many: 400");
  CHECK(h.next()["id"] == 1);
}
