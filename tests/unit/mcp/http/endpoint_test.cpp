// Streamable HTTP above the wire: exchanges that a test makes by hand, both eras.
#include "base/executor.h"
#include "mcp/http/endpoint.h"

#include <doctest/doctest.h>

#include "mcp/rpc/error.h"
#include "tests/unit/mcp/fixture.h"
#include "tests/unit/mcp/http/fake_exchange.h"

namespace pmx::mcp::test {
namespace {

using Exchange = std::shared_ptr<FakeExchange>;
using Headers = std::vector<HttpHeader>;

const Json kForms{{"elicitation", Json::object()}};

Tool asking_tool() {
  return {{{"name", "ask"}, {"inputSchema", {{"type", "object"}}}},
          [](const Context&, const Json&, Interaction& interaction) -> Result<ToolReply> {
            if (interaction.answer("q") != nullptr) {
              return ToolReply(ToolOutput{nullptr, "answered"});
            }
            InputRequired ask{{{"q", ask_form("why?", {{"type", "object"}})}}, nullptr};
            return ToolReply(std::move(ask));
          }};
}

Tool leaving_tool() {
  return {{{"name", "leave"}, {"inputSchema", {{"type", "object"}}}},
          [](const Context&, const Json&, Interaction& interaction) -> Result<ToolOutput> {
            interaction.poll_later(std::chrono::milliseconds(5));
            return ToolOutput{nullptr, "worth the wait"};
          }};
}

/// Two principals with a token each, on one server.
struct Bench {
  Bench()
      : executor(2, 64),
        catalogue(extended_catalogue(clock,
                                     [](Catalogue& all) {
                                       all.tools.push_back(asking_tool());
                                       all.tools.push_back(leaving_tool());
                                     })),
        server(Harness::default_options(), catalogue, gate, observer, executor, clock),
        endpoint(
            {.hosts = {"proxy.example"},
             .origins = {"https://app.example"},
             .max_sessions_of_one = 3},
            [this](std::string_view token) -> std::optional<Caller> {
              if (token == "alice") return Caller{"alice", &server};
              if (token == "bob") return Caller{"bob", &server};
              return std::nullopt;
            },
            clock) {}

  Exchange send(const char* method, std::string body, const Headers& more = {}) {
    HttpRequest request;
    request.method = method;
    request.path = "/mcp";
    request.body = std::move(body);
    Headers all{{"host", "127.0.0.1:8585"},
                {"authorization", "Bearer alice"},
                {"content-type", "application/json"},
                {"accept", "application/json, text/event-stream"}};
    for (const HttpHeader& header : more) {
      std::erase_if(all, [&](const auto& known) { return known.name == header.name; });
      if (!header.value.empty()) all.push_back(header);
    }
    request.headers = std::move(all);
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    endpoint.handle(exchange);
    return exchange;
  }

  /// A modern POST with all headers that it needs.
  Exchange post_modern(const std::string& method, const Json& params = Json::object(),
                       const Headers& more = {}, const Json& meta = Json::object()) {
    Headers headers{{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", method}};
    const std::string_view name = string_member(params, "name");
    if (!name.empty()) headers.push_back({"mcp-name", std::string(name)});
    for (const HttpHeader& header : more) {
      std::erase_if(headers, [&](const auto& known) { return known.name == header.name; });
      headers.push_back(header);
    }
    return send("POST", modern("1", method, params, meta), headers);
  }

  /// Begins a session and returns its id.
  std::string begin(const std::string& version = "2025-11-25") {
    const auto opened =
        send("POST",
             legacy("0", "initialize", {{"protocolVersion", version}, {"capabilities", kForms}}));
    CHECK(opened->finished().status() == 200);
    const std::string id = opened->header("Mcp-Session-Id");
    CHECK(send("POST", R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
               {{"mcp-session-id", id}})
              ->status() == 202);
    return id;
  }

  Exchange post(const std::string& session, const std::string& body, const Headers& more = {}) {
    Headers headers = more;
    headers.push_back({"mcp-session-id", session});
    return send("POST", body, headers);
  }

  FakeGate gate;
  FakeObserver observer;
  FakeClock clock;
  Executor executor;
  Catalogue catalogue;
  Server server;
  Endpoint endpoint;
};

Json event_json(const FakeExchange::Event& event) { return *parse_json(event.data); }

}  // namespace

TEST_CASE("http: strangers, foreign pages and wrong doors are turned away before MCP begins") {
  Bench b;
  const std::string ping = legacy("1", "ping");
  CHECK(b.send("POST", ping, {{"authorization", ""}})->status() == 401);
  CHECK(b.send("POST", ping, {{"authorization", "Bearer eve"}})->status() == 401);
  CHECK(b.send("POST", ping, {{"authorization", "Basic alice"}})->status() == 401);
  CHECK(b.send("POST", ping, {{"authorization", ""}})->header("WWW-Authenticate") == "Bearer");
  CHECK(b.send("POST", ping, {{"authorization", "Bearer eve"}})->header("WWW-Authenticate") ==
        "Bearer error=\"invalid_token\"");
  CHECK(b.send("POST", ping, {{"host", "evil.example.com"}})->status() == 403);
  CHECK(b.send("POST", ping, {{"origin", "http://evil.example.com"}})->status() == 403);
  CHECK(b.send("POST", ping, {{"origin", "null"}})->status() == 403);
  CHECK(b.send("PUT", ping)->status() == 405);
  CHECK(b.send("POST", ping, {{"content-type", "text/plain"}})->status() == 415);
  CHECK(b.send("POST", ping, {{"accept", "text/html"}})->status() == 406);
  CHECK(b.send("POST", ping, {{"authorization", "Bearerish alice"}})->status() == 401);
  CHECK(b.send("POST", ping, {{"content-type", "application/jsonx"}})->status() == 415);
  CHECK(b.send("POST", ping, {{"accept", "application/jsonx, text/event-streams"}})->status() ==
        406);
  HttpRequest elsewhere;
  elsewhere.method = "POST";
  elsewhere.path = "/other";
  const auto lost = std::make_shared<FakeExchange>(elsewhere);
  b.endpoint.handle(lost);
  CHECK(lost->status() == 404);
}

TEST_CASE("http: local names and what the operator listed may call") {
  Bench b;
  for (const char* host : {"localhost", "127.0.0.1:1", "[::1]:8585", "proxy.example"}) {
    CHECK(b.post_modern("tools/list", Json::object(), {{"host", host}})->finished().status() ==
          200);
  }
  for (const char* origin : {"http://localhost:6274", "http://127.0.0.1", "https://app.example"}) {
    CHECK(b.post_modern("tools/list", Json::object(), {{"origin", origin}})->status() == 200);
  }
  const auto preflight = b.send("OPTIONS", "", {{"origin", "https://app.example"}});
  CHECK(preflight->status() == 204);
  CHECK(preflight->header("Access-Control-Allow-Origin") == "https://app.example");
}

TEST_CASE("http: the scheme of a token and media types have no letter case") {
  Bench b;
  for (const char* token : {"bearer alice", "BEARER alice", "Bearer  alice"}) {
    CAPTURE(token);
    CHECK(b.post_modern("tools/list", Json::object(), {{"authorization", token}})->status() == 200);
  }
  for (const char* type :
       {"Application/JSON", "application/json;charset=utf-8", "application/json ; charset=utf-8"}) {
    CAPTURE(type);
    CHECK(b.post_modern("tools/list", Json::object(), {{"content-type", type}})->status() == 200);
  }
  for (const char* types : {"Application/JSON", "text/html, application/json;q=0.5", "*/*",
                            "application/*", "text/html,TEXT/Event-Stream"}) {
    CAPTURE(types);
    CHECK(b.post_modern("tools/list", Json::object(), {{"accept", types}})->status() == 200);
  }
}

TEST_CASE("http: a modern request is answered as JSON, with the status of its error") {
  Bench b;
  const auto listed = b.post_modern("tools/list");
  CHECK(listed->finished().status() == 200);
  CHECK(listed->json()["result"]["resultType"] == "complete");
  const auto called =
      b.post_modern("tools/call", {{"name", "echo"}, {"arguments", {{"text", "x"}}}});
  CHECK(called->finished().json()["result"]["structuredContent"]["text"] == "x");
  CHECK(b.post_modern("no/such")->status() == 404);
  CHECK(b.post_modern("ping")->status() == 404);
  CHECK(b.post_modern("initialize")->status() == 404);
  CHECK(b.post_modern("tools/call", {{"name", "nothing"}})->finished().status() == 200);
  const auto asking = b.post_modern("tools/call", {{"name", "ask"}});
  CHECK(asking->finished().status() == 400);
  CHECK(asking->json()["error"]["code"] == kMissingCapability);
}

TEST_CASE("http: modern rejections are JSON-RPC errors with 400") {
  Bench b;
  struct Row {
    std::string body;
    Headers headers;
    int code;
  };
  const std::string list = modern("1", "tools/list");
  const Headers good{{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/list"}};
  const std::string future = modern("1", "tools/list", Json::object(),
                                    {{"io.modelcontextprotocol/protocolVersion", "v999.0.0"}});
  const Row kRows[] = {
      {"{", good, kParseError},
      {"[]", good, kInvalidRequest},
      {"[" + list + "]", good, kInvalidRequest},
      {legacy("1", "tools/list"), good, kInvalidParams},
      {legacy("1", "ping"), {good[0], {"mcp-method", "ping"}}, kInvalidParams},
      {legacy("1", "initialize", {{"protocolVersion", "2025-11-25"}}), good, kInvalidParams},
      {R"({"jsonrpc":"2.0","id":1,"result":{}})", good, kInvalidRequest},
      {"{", {}, kParseError},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", {}, kInvalidRequest},
      {list, {{"mcp-method", "tools/list"}}, kHeaderMismatch},
      {list, {{"mcp-protocol-version", "2026-07-28"}}, kHeaderMismatch},
      {list, {good[0], {"mcp-method", "TOOLS/LIST"}}, kHeaderMismatch},
      {future, good, kHeaderMismatch},
      {future, {{"mcp-protocol-version", "v999.0.0"}, good[1]}, kUnsupportedVersion},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.body);
    const auto answer = b.send("POST", row.body, row.headers);
    CHECK(answer->finished().status() == 400);
    CHECK(answer->json()["error"]["code"] == row.code);
    CHECK(answer->json().value("id", Json(1)) == 1);  // omitted rather than null
  }
}

TEST_CASE("http: a modern request that reports progress becomes a stream without event ids") {
  Bench b;
  const auto answer = b.post_modern(
      "tools/call", {{"name", "progress"}, {"arguments", {{"steps", {1, 2}}, {"step_ms", 200}}}},
      {}, {{"progressToken", "p"}});
  answer->finished();
  CHECK(answer->streaming());
  CHECK(answer->event_at(1).id.empty());
  CHECK(event_json(answer->event_at(1))["method"] == "notifications/progress");
  CHECK(event_json(answer->event_at(answer->event_count()))["result"].contains("content"));
}

TEST_CASE("http: a page that may call may read the answer, streams too") {
  Bench b;
  const Headers page{{"origin", "https://app.example"}};
  const auto whole = b.post_modern("server/discover", Json::object(), page);
  CHECK(whole->finished().status() == 200);
  CHECK(whole->header("Access-Control-Allow-Origin") == "https://app.example");
  CHECK(whole->header("Vary") == "Origin");
  CHECK(whole->header("Access-Control-Expose-Headers").find("Mcp-Session-Id") == 0);
  const Json steps{{"steps", Json::array({1})}, {"step_ms", 0}};
  const auto stream = b.post_modern("tools/call", {{"name", "progress"}, {"arguments", steps}},
                                    page, {{"progressToken", "p"}});
  stream->finished();
  CHECK(stream->streaming());
  CHECK(stream->header("Access-Control-Allow-Origin") == "https://app.example");
  const auto stranger =
      b.send("POST", "{}", {{"origin", "https://app.example"}, {"authorization", "Bearer nobody"}});
  CHECK(stranger->header("Access-Control-Allow-Origin") == "https://app.example");
  CHECK(stranger->header("WWW-Authenticate") == "Bearer error=\"invalid_token\"");
  CHECK(b.post_modern("server/discover")->header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("http: a client that takes JSON only gets its answer without what comes before") {
  Bench b;
  const Headers json{{"accept", "application/json"}};
  const Json steps{{"steps", Json::array({1, 2})}, {"step_ms", 1000}};
  const auto answer = b.post_modern("tools/call", {{"name", "progress"}, {"arguments", steps}},
                                    json, {{"progressToken", "p"}});
  CHECK(answer->finished().status() == 200);
  CHECK_FALSE(answer->streaming());
  CHECK(answer->json()["result"]["structuredContent"]["text"] == "done");
  const Json filter{{"notifications", Json::object()}};
  CHECK(b.post_modern("subscriptions/listen", filter, json)->status() == 406);
}

TEST_CASE("http: a modern client that leaves cancels its request; notifications are accepted") {
  Bench b;
  const auto waiting = b.post_modern("tools/call", {{"name", "wait"}});
  waiting->leave();
  waiting->finished();  // the handler was stopped: nothing keeps the exchange
  CHECK(b.send("POST", R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{}})",
               {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "notifications/cancelled"}})
            ->status() == 202);
}

TEST_CASE("http: an older client gets a session of its own, bound to its principal") {
  Bench b;
  const std::string id = b.begin();
  CHECK(id.size() >= 32);
  CHECK(b.post(id, legacy("1", "tools/list"))->finished().status() == 200);
  CHECK(b.send("POST", legacy("1", "tools/list"))->status() == 400);
  CHECK(b.post("unknown", legacy("1", "tools/list"))->status() == 404);
  CHECK(b.post(id, legacy("1", "tools/list"), {{"authorization", "Bearer bob"}})->status() == 404);
  CHECK(b.post(id, legacy("1", "tools/list"), {{"mcp-protocol-version", "1999-01-01"}})->status() ==
        400);
  CHECK(b.post(id, legacy("2", "ping"), {{"mcp-protocol-version", "2025-11-25"}})
            ->finished()
            .json()["result"] == Json::object());
  CHECK(b.send("DELETE", "", {{"mcp-session-id", id}, {"authorization", "Bearer bob"}})->status() ==
        404);
  CHECK(b.send("DELETE", "", {{"mcp-session-id", id}})->status() == 204);
  CHECK(b.post(id, legacy("3", "tools/list"))->status() == 404);
}

TEST_CASE("http: GET and DELETE are refused as POST is, without ending the session") {
  Bench b;
  const std::string id = b.begin();
  const Headers unknown{{"mcp-session-id", id}, {"mcp-protocol-version", "1999-01-01"}};
  for (const char* method : {"GET", "DELETE"}) {
    CAPTURE(method);
    CHECK(b.send(method, "", unknown)->status() == 400);
    const auto nameless = b.send(method, "");
    CHECK(nameless->status() == 400);
    CHECK_FALSE(nameless->json().contains("id"));  // 2025-11-25 allows none, and no null
    CHECK(b.send(method, "", {{"mcp-session-id", "unknown"}})->status() == 404);
  }
  CHECK(b.post(id, legacy("1", "ping"))->finished().status() == 200);
}

TEST_CASE("http: an initialize that fails leaves no session behind") {
  Bench b;
  const auto failed = b.send("POST", legacy("0", "initialize", Json::object()));
  CHECK(failed->finished().json()["error"]["code"] == kInvalidParams);
  CHECK(b.post(failed->header("Mcp-Session-Id"), legacy("1", "ping"))->status() == 404);
}

TEST_CASE("http: sessions that nobody uses are forgotten") {
  Bench b;
  const std::string id = b.begin();
  b.clock.tick(std::chrono::minutes(59));
  CHECK(b.post(id, legacy("1", "ping"))->finished().status() == 200);
  b.clock.tick(std::chrono::minutes(61));
  CHECK(b.post(id, legacy("2", "ping"))->status() == 404);
}

TEST_CASE("http: who opens too many sessions loses the own longest idle one, nobody else's") {
  Bench b;
  const auto bobs = b.send("POST", legacy("0", "initialize", {{"protocolVersion", "2025-11-25"}}),
                           {{"authorization", "Bearer bob"}});
  const std::string bob = bobs->header("Mcp-Session-Id");
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    b.clock.tick(std::chrono::seconds(1));
    ids.push_back(b.begin());
  }
  CHECK(b.post(ids[0], legacy("1", "ping"))->status() == 404);
  CHECK(b.post(ids[1], legacy("1", "ping"))->finished().status() == 200);
  const auto answer = b.send("POST", legacy("1", "ping"),
                             {{"authorization", "Bearer bob"}, {"mcp-session-id", bob}});
  CHECK(answer->finished().status() == 200);
}

TEST_CASE("http: an older client is asked on its POST's stream and answers by another POST") {
  Bench b;
  const std::string id = b.begin();
  const auto call = b.post(id, legacy("1", "tools/call", {{"name", "ask"}}));
  const auto primer = call->event_at(1);
  CHECK(primer.data.empty());  // 2025-11-25: an id to come back with, before anything else
  CHECK_FALSE(primer.id.empty());
  const Json question = event_json(call->event_at(2));
  CHECK(question["method"] == "elicitation/create");
  const Json reply{{"jsonrpc", "2.0"},
                   {"id", question["id"]},
                   {"result", {{"action", "accept"}, {"content", Json::object()}}}};
  CHECK(b.post(id, dump_json(reply))->status() == 202);
  call->finished();
  CHECK(event_json(call->event_at(3))["result"]["content"][0]["text"] == "answered");
}

TEST_CASE("http: what a broken connection missed is replayed after Last-Event-ID") {
  Bench b;
  const std::string id = b.begin();
  const auto call = b.post(id, legacy("1", "tools/call", {{"name", "ask"}}));
  const auto question = call->event_at(2);
  call->leave();  // before 2026-07-28 that cancels nothing
  const Json reply{
      {"jsonrpc", "2.0"}, {"id", event_json(question)["id"]}, {"result", {{"action", "accept"}}}};
  b.post(id, dump_json(reply));
  b.executor.drain();
  const auto again = b.send("GET", "", {{"mcp-session-id", id}, {"last-event-id", question.id}});
  again->finished();
  CHECK(event_json(again->event_at(1))["result"]["content"][0]["text"] == "answered");
  CHECK(b.send("GET", "", {{"mcp-session-id", id}, {"last-event-id", "99-1"}})->status() == 400);
  CHECK(b.send("GET", "", {{"mcp-session-id", id}, {"last-event-id", "x"}})->status() == 400);
}

TEST_CASE("http: a tool may send its client away to come back later") {
  Bench b;
  const std::string id = b.begin();
  const auto call = b.post(id, legacy("1", "tools/call", {{"name", "leave"}}));
  const auto primer = call->finished().event_at(1);
  CHECK(primer.retry);
  CHECK(call->event_count() == 1);
  b.executor.drain();
  const auto again = b.send("GET", "", {{"mcp-session-id", id}, {"last-event-id", primer.id}});
  again->finished();
  const Json answer = event_json(again->event_at(again->event_count()));
  CHECK(answer["result"]["content"][0]["text"] == "worth the wait");
}

TEST_CASE("http: a session has one standing stream; a new one takes its place") {
  Bench b;
  const std::string id = b.begin();
  const auto first = b.send("GET", "", {{"mcp-session-id", id}});
  CHECK(first->streaming());
  const auto second = b.send("GET", "", {{"mcp-session-id", id}});
  CHECK(first->finished().ended());
  CHECK_FALSE(second->ended());
  CHECK(b.send("GET", "", {{"mcp-session-id", id}, {"accept", "application/json"}})->status() ==
        406);
  CHECK(b.send("GET", "")->status() == 400);
  b.endpoint.close();
  CHECK(second->finished().ended());
}

TEST_CASE("http: 2025-03-26 may send batches, later versions may not") {
  Bench b;
  const std::string batch = "[" + legacy("1", "ping") + "," + legacy("2", "ping") + "]";
  const std::string old = b.begin("2025-03-26");
  const auto answers = b.post(old, batch);
  CHECK(answers->finished().json().size() == 2);
  CHECK(b.post(old, R"([{"jsonrpc":"2.0","method":"notifications/x"}])")->finished().status() ==
        202);
  const std::string current = b.begin("2025-06-18");
  CHECK(b.post(current, batch)->finished().status() == 400);
}

}  // namespace pmx::mcp::test
