// Handlers that ask the user: multi round-trip requests of 2026-07-28, and the same handlers served
// by real requests to older clients.
#include <doctest/doctest.h>

#include "mcp/rpc/error.h"
#include "tests/unit/mcp/fixture.h"

namespace pmx::mcp::test {
namespace {

const Json kNameSchema = *parse_json(
    R"({"type":"object","properties":{"name":{"type":"string","format":"name","maxLength":20}},
        "required":["name"]})");

Tool asking_tool(const char* name, bool read_only, ToolHandler run) {
  return {{{"name", name},
           {"description", "asks"},
           {"annotations", {{"readOnlyHint", read_only}}},
           {"inputSchema", {{"type", "object"}}}},
          std::move(run)};
}

/// Asks for a name, keeps "asked" as its state, and greets.
Result<ToolReply> greet(const Context&, const Json&, Interaction& interaction) {
  PMX_TRY(const auto content, interaction.elicited("who", kNameSchema));
  if (content && interaction.state() == "asked") {
    return ToolReply(ToolOutput{nullptr, "Hello " + std::string(string_member(*content, "name"))});
  }
  InputRequired ask{{{"who", ask_form("Who are you, SECRET?", kNameSchema)}}, "asked"};
  return ToolReply(std::move(ask));
}

Result<ToolReply> ask_model_and_roots(const Context&, const Json&, Interaction& interaction) {
  const Json* model = interaction.answer("model");
  const Json* roots = interaction.answer("roots");
  if (model != nullptr && roots != nullptr) {
    return ToolReply(ToolOutput{nullptr, std::string(string_member(*model, "model"))});
  }
  InputRequired ask;
  ask.requests["model"] = {"sampling/createMessage",
                           {{"messages", Json::array()}, {"maxTokens", 5}}};
  ask.requests["roots"] = {"roots/list", Json::object()};
  return ToolReply(std::move(ask));
}

Result<ToolReply> ask_for_visit(const Context&, const Json&, Interaction& interaction) {
  if (interaction.answer("visit") != nullptr) return ToolReply(ToolOutput{nullptr, "visited"});
  InputRequired ask;
  ask.requests["visit"] = {
      "elicitation/create",
      {{"mode", "url"}, {"message", "Sign in"}, {"url", "https://example.com/"}}};
  return ToolReply(std::move(ask));
}

Result<ToolReply> ask_for_size(const Context&, const Json&, Interaction&) {
  InputRequired ask;
  ask.requests["size"] = ask_form("Which?", *parse_json(R"({"type":"object","properties":{
      "size":{"type":"string","default":"s","oneOf":[{"const":"s","title":"Small"},{"const":"l"}]},
      "count":{"type":"integer","default":3},"sure":{"type":"boolean","default":true}}})"));
  return ToolReply(std::move(ask));
}

Result<ToolReply> ask_for_several(const Context&, const Json&, Interaction&) {
  InputRequired ask;
  ask.requests["tags"] = ask_form("Which?", *parse_json(R"({"type":"object","properties":{
      "sure":{"type":"boolean"},
      "tags":{"type":"array","items":{"type":"string","enum":["a","b"]}}}})"));
  return ToolReply(std::move(ask));
}

Result<ToolReply> ask_model_with_tools(const Context&, const Json&, Interaction&) {
  InputRequired ask;
  ask.requests["model"] = {
      "sampling/createMessage",
      {{"messages", Json::array()}, {"maxTokens", 5}, {"tools", Json::array()}}};
  return ToolReply(std::move(ask));
}

void add_tools(Catalogue& catalogue) {
  catalogue.tools.push_back(asking_tool("several", true, &ask_for_several));
  catalogue.tools.push_back(asking_tool("tooled", true, &ask_model_with_tools));
  catalogue.tools.push_back(asking_tool("size", true, &ask_for_size));
  catalogue.tools.push_back(asking_tool("visit", true, &ask_for_visit));
  catalogue.tools.push_back(asking_tool("greet_user", true, &greet));
  catalogue.tools.push_back(asking_tool("change", false, &greet));
  catalogue.tools.push_back(asking_tool("both", true, &ask_model_and_roots));
}

const Json kForms{{"elicitation", Json::object()}};

struct Asking : Harness {
  explicit Asking(ServerOptions options = default_options())
      : Harness(std::move(options), 2, 64, &add_tools) {}

  Json call(const std::string& id, const char* tool, Json more = Json::object(),
            const Json& capabilities = kForms) {
    more["name"] = tool;
    return ask(modern(id, "tools/call", std::move(more),
                      {{"io.modelcontextprotocol/clientCapabilities", capabilities}}));
  }
};

Json accepted(const char* name) {
  return {{"who", {{"action", "accept"}, {"content", {{"name", name}}}}}};
}

std::string text_of(const Json& answer) {
  return answer["result"]["content"][0]["text"].get<std::string>();
}

}  // namespace

TEST_CASE("rounds: a modern request ends with the question and is repeated with the answer") {
  Asking h;
  const Json first = h.call("1", "greet_user")["result"];
  CHECK(first["resultType"] == "input_required");
  const Json& question = first["inputRequests"]["who"];
  CHECK(question["method"] == "elicitation/create");
  CHECK(question["params"]["message"] == "Who are you, safe-name?");  // through the gate
  CHECK_FALSE(question["params"]["requestedSchema"]["properties"]["name"].contains("format"));
  CHECK_FALSE(first.contains("ttlMs"));
  const Json second =
      h.call("2", "greet_user",
             {{"inputResponses", accepted("safe-name")}, {"requestState", first["requestState"]}});
  CHECK(text_of(second) == "Hello safe-name");
  CHECK(second["result"]["resultType"] == "complete");
  // The handler worked with the real name, and both rounds were observed.
  CHECK(h.observer.lines().back().find("Hello SECRET") != std::string::npos);
}

TEST_CASE("rounds: a wrong, missing or malformed answer is asked for again") {
  Asking h;
  const Json state = h.call("1", "greet_user")["result"]["requestState"];
  const Json kAnswers[] = {
      {{"other", {{"action", "accept"}}}},
      {{"who", 12345}},
      {{"who", {{"action", "accept"}, {"content", {{"name", 7}}}}}},
      {{"who", {{"action", "accept"}}}},
      Json(nullptr),
      Json(3),
  };
  for (const Json& answers : kAnswers) {
    CAPTURE(answers);
    const Json again =
        h.call("2", "greet_user", {{"inputResponses", answers}, {"requestState", state}});
    CHECK(again["result"]["resultType"] == "input_required");
  }
}

TEST_CASE("rounds: a declined question ends the call in words") {
  Asking h;
  const Json state = h.call("1", "greet_user")["result"]["requestState"];
  for (const char* action : {"decline", "cancel"}) {
    const Json answer =
        h.call("2", "greet_user",
               {{"inputResponses", {{"who", {{"action", action}}}}}, {"requestState", state}});
    CHECK(answer["result"]["isError"] == true);
    CHECK(text_of(answer).find("declined") != std::string::npos);
  }
}

TEST_CASE("rounds: a state that was changed, moved or is too old is refused") {
  Asking h;
  const auto state = h.call("1", "greet_user")["result"]["requestState"].get<std::string>();
  std::string changed = state;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  const auto code = [&](const char* tool, const Json& given, const Json& arguments) {
    Json more{{"inputResponses", accepted("x")}, {"requestState", given}};
    if (!arguments.is_null()) more["arguments"] = arguments;
    const Json answer = h.call("2", tool, std::move(more));
    return answer.contains("error") ? answer["error"]["code"].get<int>() : 0;
  };
  CHECK(code("greet_user", changed, nullptr) == kInvalidParams);
  CHECK(code("greet_user", state + "-TAMPERED", nullptr) == kInvalidParams);
  CHECK(code("greet_user", "", nullptr) == kInvalidParams);
  CHECK(code("greet_user", 7, nullptr) == kInvalidParams);
  CHECK(code("change", state, nullptr) == kInvalidParams);             // another tool
  CHECK(code("greet_user", state, Json{{"a", 1}}) == kInvalidParams);  // other arguments
  CHECK(code("greet_user", state, nullptr) == 0);
  CHECK(code("greet_user", state, nullptr) == 0);  // reading may be repeated
  h.clock.tick(std::chrono::minutes(11));
  CHECK(code("greet_user", state, nullptr) == kInvalidParams);
}

TEST_CASE("rounds: the state of a change works once") {
  Asking h;
  const Json state = h.call("1", "change")["result"]["requestState"];
  const Json more{{"inputResponses", accepted("x")}, {"requestState", state}};
  CHECK(text_of(h.call("2", "change", more)) == "Hello x");
  CHECK(h.call("3", "change", more)["error"]["data"]["reason"] == "invalid_request_state");
}

namespace {

/// The options of servers that stand in for each other.
ServerOptions shared_options(SpendNonce spend) {
  ServerOptions options = Harness::default_options();
  options.state_key = Secret(std::string(32, 'k'));
  options.spend_state = std::move(spend);
  return options;
}

}  // namespace

TEST_CASE("rounds: another server with the same key goes on, and a change is made once in all") {
  std::mutex mutex;
  std::map<std::string, SystemTime, std::less<>> spent;
  const auto options = shared_options([&](std::string_view nonce, SystemTime expiry) {
    const std::lock_guard lock(mutex);
    return Result<bool>(spent.emplace(nonce, expiry).second);
  });
  Asking first(options);
  Asking second(options);
  for (const char* tool : {"greet_user", "change"}) {
    CAPTURE(std::string(tool));
    const Json state = first.call("1", tool)["result"]["requestState"];
    const Json more{{"inputResponses", accepted("x")}, {"requestState", state}};
    CHECK(text_of(second.call("2", tool, more)) == "Hello x");
    const Json again = first.call("3", tool, more);
    const bool changes = std::string(tool) == "change";
    CHECK(again.contains("error") == changes);
    if (changes) CHECK(again["error"]["data"]["reason"] == "invalid_request_state");
  }
}

TEST_CASE("rounds: a change is not made when nobody knows whether it was made before") {
  Asking h(shared_options([](std::string_view, SystemTime) -> Result<bool> {
    return Error{Code::kResourceExhausted, "disk full", "free some space"};
  }));
  const Json state = h.call("1", "change")["result"]["requestState"];
  const Json answer =
      h.call("2", "change", {{"inputResponses", accepted("x")}, {"requestState", state}});
  CHECK(answer["error"]["code"] == kInternalError);
  CHECK(answer["error"]["message"] == "disk full. free some space");
}

TEST_CASE("rounds: a client that cannot be asked is told what it lacks") {
  Asking h;
  const Json none = h.call("1", "greet_user", Json::object(), Json::object());
  CHECK(none["error"]["code"] == kMissingCapability);
  CHECK(none["error"]["data"]["requiredCapabilities"]["elicitation"]["form"] == Json::object());
  const Json url_only =
      h.call("2", "greet_user", Json::object(), {{"elicitation", {{"url", Json::object()}}}});
  CHECK(url_only["error"]["code"] == kMissingCapability);
  const Json half = h.call("3", "both", Json::object(), {{"roots", Json::object()}});
  CHECK(half["error"]["data"]["requiredCapabilities"] == Json{{"sampling", Json::object()}});
}

TEST_CASE("rounds: an older client is asked by a request of ours, then gets the answer") {
  Asking h;
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  const Json question = h.next();
  CHECK(question["method"] == "elicitation/create");
  CHECK(question["params"]["message"] == "Who are you, safe-name?");
  CHECK(question["params"]["mode"] == "form");
  const Json reply{
      {"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", accepted("safe-name")["who"]}};
  const Json answer = h.ask(dump_json(reply));
  CHECK(answer["id"] == 1);
  CHECK(text_of(answer) == "Hello safe-name");
  CHECK_FALSE(answer["result"].contains("resultType"));
}

TEST_CASE("rounds: what happens at a URL has a name of its own in 2025-11-25, and none later") {
  Asking h;
  const Json capabilities{{"elicitation", {{"url", Json::object()}}}};
  const Json asked = h.call("1", "visit", Json::object(), capabilities)["result"];
  CHECK_FALSE(asked["inputRequests"]["visit"]["params"].contains("elicitationId"));
  h.handshake("2025-11-25", capabilities);
  h.tell(legacy("2", "tools/call", {{"name", "visit"}}));
  const Json question = h.next();
  CHECK(question["params"]["elicitationId"].get<std::string>().starts_with("elicitation-"));
  const Json reply{{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", {{"action", "accept"}}}};
  CHECK(text_of(h.ask(dump_json(reply))) == "visited");
}

TEST_CASE("rounds: 2025-06-18 knows no elicitation modes") {
  Asking h;
  h.handshake("2025-06-18", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  CHECK_FALSE(h.next()["params"].contains("mode"));
}

TEST_CASE("rounds: 2025-06-18 has defaults for booleans alone, and its own spelling of choices") {
  const auto asked = [](const char* version) {
    Asking h;
    h.handshake(version, kForms);
    h.tell(legacy("1", "tools/call", {{"name", "size"}}));
    return h.next()["params"]["requestedSchema"]["properties"];
  };
  CHECK(asked("2025-06-18") == *parse_json(R"({
      "size":{"type":"string","enum":["s","l"],"enumNames":["Small","l"]},
      "count":{"type":"integer"},"sure":{"type":"boolean","default":true}})"));
  const Json current = asked("2025-11-25");
  CHECK(current["size"].contains("oneOf"));
  CHECK(current["count"]["default"] == 3);
}

TEST_CASE("rounds: what a version has no words for is not asked of its client") {
  const Json everything{{"elicitation", {{"form", Json::object()}, {"url", Json::object()}}},
                        {"sampling", {{"tools", Json::object()}}}};
  const struct {
    const char* tool;
    const char* version;
    const char* lacks;  ///< empty = it is asked
  } rows[] = {{"several", "2025-11-25", ""},
              {"several", "2025-06-18", "forms with several choices"},
              {"visit", "2025-06-18", "elicitation.url"},
              {"tooled", "2025-06-18", "sampling.tools"},
              {"tooled", "2025-11-25", ""},
              {"greet_user", "2025-06-18", ""},
              {"greet_user", "2025-03-26", "elicitation.form"}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.tool));
    CAPTURE(std::string(row.version));
    Asking h;
    h.handshake(row.version, everything);
    h.tell(legacy("1", "tools/call", {{"name", row.tool}}));
    const Json told = h.next();
    const bool asked = *row.lacks == '\0';
    CHECK(told.contains("method") == asked);
    if (asked) continue;
    CHECK(told["result"]["isError"] == true);
    CHECK(text_of(told).find(std::string("it lacks ") + row.lacks + ")") != std::string::npos);
  }
}

TEST_CASE("rounds: several questions are asked at once and answered in any order") {
  Asking h;
  h.handshake("2025-11-25", {{"sampling", Json::object()}, {"roots", Json::object()}});
  h.tell(legacy("1", "tools/call", {{"name", "both"}}));
  std::map<std::string, Json> ids;
  for (int i = 0; i < 2; ++i) {
    const Json question = h.next();
    ids[question["method"].get<std::string>()] = question["id"];
  }
  h.tell(dump_json(
      {{"jsonrpc", "2.0"}, {"id", ids["roots/list"]}, {"result", {{"roots", Json::array()}}}}));
  const Json answer = h.ask(dump_json(
      {{"jsonrpc", "2.0"}, {"id", ids["sampling/createMessage"]}, {"result", {{"model", "m1"}}}}));
  CHECK(text_of(answer) == "m1");
}

TEST_CASE("rounds: a refused question ends the call; strange answers are ignored") {
  Asking h;
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  const Json question = h.next();
  h.tell(R"({"jsonrpc":"2.0","id":"ask-999","result":{}})");
  h.tell(R"({"jsonrpc":"2.0","id":7,"result":{}})");
  const Json answer = h.ask(dump_json({{"jsonrpc", "2.0"},
                                       {"id", question["id"]},
                                       {"error", {{"code", -1}, {"message", "user is away"}}}}));
  CHECK(answer["id"] == 1);
  CHECK(answer["result"]["isError"] == true);
  // The question is settled: a late answer meets nothing.
  h.tell(dump_json({{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", accepted("x")["who"]}}));
  CHECK(h.ask(legacy("2", "ping"))["id"] == 2);
}

TEST_CASE("rounds: a question that nobody answers ends the call; a late answer is ignored") {
  Asking h;
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  const Json question = h.next();
  h.clock.tick(std::chrono::minutes(5) - std::chrono::milliseconds(1));
  h.server.look_around();
  CHECK(h.ask(legacy("2", "ping"))["id"] == 2);  // it still waits
  h.clock.tick(std::chrono::milliseconds(1));
  h.server.look_around();
  const Json withdrawn = h.next();
  CHECK(withdrawn["method"] == "notifications/cancelled");
  CHECK(withdrawn["params"]["requestId"] == question["id"]);
  const Json answer = h.next();
  CHECK(answer["id"] == 1);
  CHECK(answer["result"]["isError"] == true);
  CHECK(text_of(answer).find("nobody answered the question in time") != std::string::npos);
  CHECK(text_of(answer).find("call again") != std::string::npos);
  h.tell(dump_json({{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", accepted("x")["who"]}}));
  CHECK(h.ask(legacy("3", "ping"))["id"] == 3);
  h.server.look_around();
  CHECK(h.finish());
  CHECK(h.transport.written().size() == 6);
}

TEST_CASE("rounds: the time that the user takes is not the handler's") {
  std::optional<SteadyTime> first;
  std::optional<SteadyTime> second;
  Harness h(Harness::default_options(), 2, 64, [&](Catalogue& catalogue) {
    catalogue.tools.push_back(asking_tool(
        "timed", true, [&](const Context& ctx, const Json& arguments, Interaction& interaction) {
          (first ? second : first) = ctx.deadline;
          return greet(ctx, arguments, interaction);
        }));
  });
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "timed"}}));
  const Json question = h.next();
  h.clock.tick(std::chrono::minutes(4));
  h.server.look_around();
  const Json answer = h.ask(dump_json(
      {{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", accepted("safe-name")["who"]}}));
  CHECK(text_of(answer) == "Hello safe-name");
  REQUIRE((first && second));
  CHECK(*second - *first == std::chrono::minutes(4));
  h.clock.tick(std::chrono::minutes(5));
  h.server.look_around();  // what was answered has no end any more
  CHECK(h.ask(legacy("2", "ping"))["id"] == 2);
}

TEST_CASE("rounds: a handler that keeps asking is stopped") {
  Asking h;
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  int questions = 0;
  Json message = h.next();
  for (; message.contains("method"); ++questions) {
    message = h.ask(dump_json({{"jsonrpc", "2.0"},
                               {"id", message["id"]},
                               {"result", {{"action", "accept"}, {"content", Json::object()}}}}));
  }
  CHECK(questions == 10);
  CHECK(message["result"]["isError"] == true);
}

TEST_CASE("rounds: cancelling while the user is asked ends the request without an answer") {
  Asking h;
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  const Json question = h.next();
  h.tell(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  CHECK(h.ask(legacy("2", "ping"))["id"] == 2);
  CHECK(h.finish());
}

TEST_CASE("rounds: the input that ends while the user is asked leaves nothing behind") {
  Asking h;
  h.handshake("2025-11-25", kForms);
  h.tell(legacy("1", "tools/call", {{"name", "greet_user"}}));
  CHECK(h.next().contains("method"));
  CHECK(h.finish());
}

TEST_CASE("rounds: an older client without the capability reads what is missing") {
  Asking h;
  h.handshake("2025-11-25");
  const Json answer = h.ask(legacy("1", "tools/call", {{"name", "greet_user"}}));
  CHECK(answer["result"]["isError"] == true);
  CHECK(text_of(answer).find("elicitation") != std::string::npos);
}

}  // namespace pmx::mcp::test
