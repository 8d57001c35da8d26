// completion/complete, called directly.
#include <doctest/doctest.h>

#include <stdexcept>

#include "mcp/server/handlers.h"
#include "tests/unit/mcp/server/core_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

/// What completers were asked, "NAME TYPED CONTEXT", and what they answer.
struct Bench : CoreBench {
  Bench(ServerOptions options = Harness::default_options())
      : CoreBench([this](Catalogue& made) { extend(made); }, std::move(options)) {}

  void extend(Catalogue& made) {
    const Completer completer = [this](const Context&, std::string_view name,
                                       std::string_view typed,
                                       const std::map<std::string, std::string>& context) {
      asked.push_back(std::string(name) + " " + std::string(typed) + " " + dump_json(context));
      return answer();
    };
    made.prompts.front().complete = completer;
    made.templates.front().complete = completer;
  }

  Answer complete(const Json& ref, const Json& argument, const Json& context = nullptr) {
    Json params{{"ref", ref}, {"argument", argument}};
    if (!context.is_null()) params["context"] = context;
    return mcp::complete(*core, call(std::move(params)));
  }

  std::vector<std::string> asked;
  std::function<Result<Completions>()> answer = [] { return Completions{{"a", "b"}, {}}; };
};

const Json kPrompt{{"type", "ref/prompt"}, {"name", "greet"}};
const Json kGuest{{"type", "ref/resource"}, {"uri", "demo://{cluster}/guests/{vmid}"}};
const Json kWho{{"name", "who"}, {"value", "sa"}};

Json completion(const Answer& answer) {
  REQUIRE_FALSE(answer.error);
  return answer.result["completion"];
}

int code_of(const Answer& answer) { return answer.error ? answer.error->code : 0; }

Completions many(std::size_t count, std::optional<std::size_t> total = {}) {
  Completions made{{}, total};
  for (std::size_t n = 0; n < count; ++n) made.values.push_back(std::to_string(n));
  return made;
}

}  // namespace

TEST_CASE("completion: the completer hears the client's words as they are") {
  Bench bench;
  const Json context{{"arguments", {{"cluster", "safe-name"}, {"n", 1}, {"x", nullptr}}}};
  CHECK(completion(bench.complete(kPrompt, kWho)) ==
        Json{{"values", {"a", "b"}}, {"total", 2}, {"hasMore", false}});
  completion(bench.complete(kGuest, {{"name", "vmid"}, {"value", ""}}, context));
  CHECK(bench.asked == std::vector<std::string>{"who sa {}", R"(vmid  {"cluster":"safe-name"})"});
}

TEST_CASE("completion: a context of another shape is none") {
  Bench bench;
  for (const Json& context : {Json("x"), Json::array(), Json{{"arguments", "x"}},
                              Json{{"arguments", Json::array({"a"})}}, Json::object()}) {
    completion(bench.complete(kPrompt, kWho, context));
    CHECK(bench.asked.back() == "who sa {}");
  }
}

TEST_CASE("completion: at most a hundred are sent, and it is said that there are more") {
  struct Row {
    std::size_t found;
    std::optional<std::size_t> total;
    std::size_t sent;
    std::size_t told;
    bool more;
  };
  const Row rows[] = {{0, {}, 0, 0, false}, {100, {}, 100, 100, false}, {101, {}, 100, 101, true},
                      {5, 5, 5, 5, false},  {5, 900, 5, 900, true},     {150, 900, 100, 900, true}};
  for (const Row& row : rows) {
    CAPTURE(row.found);
    Bench bench;
    bench.answer = [&row] { return many(row.found, row.total); };
    const Json found = completion(bench.complete(kPrompt, kWho));
    CHECK(found["values"].is_array());
    CHECK(found["values"].size() == row.sent);
    CHECK(found["total"] == row.told);
    CHECK(found["hasMore"] == row.more);
    if (row.sent > 0) CHECK(found["values"][row.sent - 1] == std::to_string(row.sent - 1));
  }
}

TEST_CASE("completion: what names nothing of ours is refused and asks nobody") {
  Bench bench;
  const Json refs[] = {{{"type", "ref/prompt"}, {"name", "other"}},
                       {{"type", "ref/prompt"}, {"uri", "greet"}},
                       {{"type", "ref/prompt"}},
                       {{"type", "ref/resource"}, {"uri", "demo://c/guests/1"}},
                       {{"type", "ref/resource"}, {"name", "guest"}},
                       {{"type", "ref/tool"}, {"name", "greet"}},
                       {{"name", "greet"}},
                       "greet",
                       nullptr};
  for (const Json& ref : refs) {
    CAPTURE(dump_json(ref));
    CHECK(code_of(bench.complete(ref, kWho)) == -32602);
  }
  CHECK(bench.asked.empty());
}

TEST_CASE("completion: an argument needs a name and a value, strings") {
  Bench bench;
  const Json arguments[] = {{{"name", "who"}},
                            {{"value", "x"}},
                            {{"name", ""}, {"value", "x"}},
                            {{"name", 1}, {"value", "x"}},
                            {{"name", "who"}, {"value", 1}},
                            {{"name", "who"}, {"value", nullptr}},
                            "who",
                            nullptr};
  for (const Json& argument : arguments) {
    CAPTURE(dump_json(argument));
    CHECK(code_of(bench.complete(kPrompt, argument)) == -32602);
  }
  CHECK(code_of(mcp::complete(*bench.core, bench.call({{"ref", kPrompt}}))) == -32602);
  CHECK(code_of(mcp::complete(*bench.core, bench.call({{"argument", kWho}}))) == -32602);
  CHECK(bench.asked.empty());
}

TEST_CASE("completion: what is known and has no completer has no values") {
  Bench bench;
  const Json log{{"type", "ref/resource"}, {"uri", "demo://{cluster}/tasks/{upid}/log"}};
  CHECK(completion(bench.complete(log, {{"name", "upid"}, {"value", "U"}})) ==
        Json{{"values", Json::array()}, {"total", 0}, {"hasMore", false}});
}

TEST_CASE("completion: a completer that fails or throws is an error without its secrets") {
  Bench bench;
  bench.answer = []() -> Result<Completions> {
    return Error{Code::kInvalidArgument, "no such argument", ""};
  };
  CHECK(code_of(bench.complete(kPrompt, kWho)) == -32602);
  bench.answer = []() -> Result<Completions> { throw std::runtime_error("payroll-db"); };
  const Answer thrown = bench.complete(kPrompt, kWho);
  CHECK(code_of(thrown) == -32603);
  CHECK(thrown.error->message.find("payroll-db") == std::string::npos);
}

TEST_CASE("completion: attempts count towards the rate, wrong ones too") {
  ServerOptions options = Harness::default_options();
  options.quotas.completions_per_minute = 2;
  Bench bench(options);
  CHECK(code_of(bench.complete("wrong", kWho)) == -32602);
  completion(bench.complete(kPrompt, kWho));
  CHECK(code_of(bench.complete(kPrompt, kWho)) == -32603);
  CHECK(bench.asked.size() == 1);
  bench.clock.tick(std::chrono::minutes(1));
  completion(bench.complete(kPrompt, kWho));
}
