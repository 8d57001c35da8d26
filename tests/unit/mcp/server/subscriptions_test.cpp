#include <doctest/doctest.h>

#include <set>

#include "mcp/server/core.h"
#include "mcp/server/dispatcher.h"
#include "mcp/server/events.h"
#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

constexpr Topics kAll{true, true, true, true};
constexpr const char* kId = "io.modelcontextprotocol/subscriptionId";
constexpr std::chrono::seconds kPatience{20};

Result<std::string> locate_guest(const Context&,
                                 const std::map<std::string, std::string>& variables) {
  const std::string& vmid = variables.find("vmid")->second;
  if (vmid == "404") return Error{Code::kNotFound, "no such guest", ""};
  if (vmid == "500") return Error{Code::kUnavailable, "SECRET is down", "wait"};
  return "demo://" + variables.find("cluster")->second + "/guests/" + vmid;
}

/// A server whose product publishes `topics`.
struct Bench {
  explicit Bench(Topics topics = kAll, Events::Limits limits = {}) : events(topics, limits) {
    h.catalogue.events = &events;
    h.catalogue.templates.front().locate = &locate_guest;
  }

  /// Sends a listen request and takes its first message.
  Json listen(const std::string& id, const Json& notifications) {
    return h.ask(modern(id, "subscriptions/listen", {{"notifications", notifications}}));
  }

  /// Everything that was asked and published has been written.
  void settle() {
    CHECK(h.ask(modern("\"settle\"", "server/discover")).contains("result"));
    REQUIRE(events.settle(kPatience));
  }

  void cancel(const std::string& id) {
    h.tell(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
           "}}");
  }

  Events events;
  Harness h;
};

Json flags(std::initializer_list<const char*> names) {
  Json asked = Json::object();
  for (const char* name : names) asked[name] = true;
  return asked;
}

}  // namespace

TEST_CASE("listen: is acknowledged first, under its own id, with what is honoured") {
  Bench bench({.tools = true, .updates = true});
  Json asked = flags({"toolsListChanged", "promptsListChanged"});
  asked["resourcesListChanged"] = false;
  const Json words = Json::array({"demo://safe-name/guests/1"});
  asked["resourceSubscriptions"] = words;
  asked["taskIds"] = Json::array({"x"});
  const Json ack = bench.listen("\"SECRET\"", asked);  // the client's own word
  CHECK(ack["method"] == "notifications/subscriptions/acknowledged");
  CHECK_FALSE(ack.contains("id"));
  CHECK(ack["params"]["_meta"] == Json{{kId, "SECRET"}});
  CHECK(ack["params"]["notifications"] ==
        Json{{"toolsListChanged", true}, {"resourceSubscriptions", words}});
}

TEST_CASE("listen: each stream carries what it asked for and nothing else") {
  Bench bench;
  bench.listen("1", flags({"toolsListChanged"}));
  bench.listen("\"1\"", flags({"promptsListChanged", "resourcesListChanged"}));
  bench.events.tools_changed();
  Json news = bench.h.next();
  CHECK(news["method"] == "notifications/tools/list_changed");
  CHECK(news["params"] == Json{{"_meta", {{kId, 1}}}});
  bench.events.prompts_changed();
  news = bench.h.next();
  CHECK(news["method"] == "notifications/prompts/list_changed");
  CHECK(news["params"] == Json{{"_meta", {{kId, "1"}}}});
  bench.events.resources_changed();
  CHECK(bench.h.next()["method"] == "notifications/resources/list_changed");
  bench.events.resource_updated("demo://SECRET/guests/1");
  bench.settle();
  CHECK(bench.h.transport.written().size() == 6);
}

TEST_CASE("listen: an updated resource is named in the client's own words") {
  Bench bench;
  const std::vector<std::string> words{"demo://safe-name/guests/1", "demo://safe%2Dname/guests/1",
                                       "demo://safe-name/guests/2", "demo://safe-name/guests/1"};
  const Json ack = bench.listen("9", {{"resourceSubscriptions", words}});
  CHECK(ack["params"]["notifications"]["resourceSubscriptions"].size() == 3);
  bench.events.resource_updated("demo://SECRET/guests/1");
  std::set<std::string> named;
  for (int i = 0; i < 2; ++i) {
    const Json news = bench.h.next();
    CHECK(news["method"] == "notifications/resources/updated");
    CHECK(news["params"]["_meta"][kId] == 9);
    named.insert(news["params"]["uri"]);
  }
  CHECK(named == std::set<std::string>{words[0], words[1]});
  bench.settle();
  CHECK(bench.h.transcript().find("SECRET") == std::string::npos);
  const auto lines = bench.h.observer.lines();  // subscribing is reading: authorised and audited
  CHECK(lines.front() ==
        R"(started demo://{cluster}/guests/{vmid} {"cluster":"SECRET","vmid":"1"} read)");
}

TEST_CASE("listen: what cannot be heard of is refused with the reason") {
  Bench bench;
  struct Row {
    Json notifications;
    int code;
    const char* says;
  };
  const auto of = [](const Json& uri) {
    return Json{{"resourceSubscriptions", Json::array({uri})}};
  };
  const Row rows[] = {
      {nullptr, -32602, "notifications"},
      {Json::array(), -32602, "notifications"},
      {{{"toolsListChanged", "yes"}}, -32602, "toolsListChanged"},
      {{{"resourceSubscriptions", "demo://c/guests/1"}}, -32602, "array"},
      {of(7), -32602, "URIs"},
      {of(""), -32602, "URIs"},
      {of("other://x"), -32602, "not found"},
      {of("demo://c/guests/404"), -32602, "no such guest"},
      {of("demo://forged/guests/1"), -32602, "issued"},
      {of("demo://c/tasks/1/log"), -32602, "sends no updates"},
      {of("demo://c/guests/500"), -32603, "safe-name is down"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.says);
    const Json answer = bench.listen("1", row.notifications);
    REQUIRE(answer.contains("error"));
    CHECK(answer["id"] == 1);
    CHECK(answer["error"]["code"] == row.code);
    CHECK(answer["error"]["message"].get<std::string>().find(row.says) != std::string::npos);
  }
  const Json missing = bench.listen("1", of("demo://SECRET/guests/404"));
  CHECK(missing["error"]["data"] == Json{{"uri", "demo://SECRET/guests/404"}});
  bench.h.observer.denied = "demo://{cluster}/guests/{vmid}";
  CHECK(bench.listen("1", of("demo://c/guests/1")).contains("error"));
  CHECK_FALSE(bench.events.wanted());
}

TEST_CASE("listen: ends with the client's cancellation, without a word, and the id is free") {
  Bench bench;
  bench.listen("1", flags({"toolsListChanged"}));
  CHECK(bench.h.ask(modern("1", "server/discover"))["error"]["code"] == -32600);  // id in use
  bench.cancel("1");
  bench.settle();
  bench.events.tools_changed();
  bench.settle();
  CHECK(bench.h.transport.written().size() == 4);  // the ack, the refusal, two discoveries
  CHECK(bench.listen("1", flags({"toolsListChanged"}))["params"]["_meta"][kId] == 1);
}

TEST_CASE("listen: the end of the server is its result, and nobody waits for it") {
  Bench bench;
  bench.listen("\"SECRET\"", flags({"toolsListChanged"}));
  bench.listen("2", Json::object());
  CHECK(bench.h.finish());  // a listen counted as in flight would take the grace of 20 s
  for (const Json& id : {Json("SECRET"), Json(2)}) {
    const Json result = bench.h.next();
    CHECK(result["id"] == id);
    CHECK(result["result"]["resultType"] == "complete");
    CHECK(result["result"]["_meta"][kId] == id);
    CHECK(result["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "fixture");
  }
}

TEST_CASE("listen: too many are refused, and one that ended makes room") {
  Bench bench(kAll, {.subscriptions_of_one = 1, .resources_of_one = 1});
  bench.listen("1", flags({"toolsListChanged"}));
  const Json refused = bench.listen("2", flags({"toolsListChanged"}));
  CHECK(refused["error"]["code"] == -32603);
  CHECK(refused["error"]["message"].get<std::string>().find("too many subscriptions") == 0);
  const std::vector<std::string> words{"demo://c/guests/1", "demo://c/guests/2"};
  CHECK(bench.listen("2", {{"resourceSubscriptions", words}})["error"]["code"] == -32602);
  bench.cancel("1");
  bench.settle();
  CHECK(bench.listen("2", flags({"toolsListChanged"})).contains("params"));
}

namespace {

/// The channel of one HTTP request.
class FakeChannel final : public Channel {
 public:
  void send(std::optional<Cleared> message) override {
    const std::lock_guard lock(mutex_);
    if (message) sent_.emplace_back(message->bytes());
    changed_.notify_all();
  }
  void finish(std::optional<Cleared> answer, const RpcError*) override {
    send(std::move(answer));
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  bool open() const override { return true; }

  void wait_sent(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, kPatience, [&] { return sent_.size() >= count; }));
  }
  std::size_t sent() const {
    const std::lock_guard lock(mutex_);
    return sent_.size();
  }
  bool finished() const {
    const std::lock_guard lock(mutex_);
    return finished_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> sent_;
  bool finished_ = false;
};

}  // namespace

TEST_CASE("listen: a client that hangs up takes its stream and all it held with it") {
  Bench bench;
  std::stop_source gone;
  const auto channel = std::make_shared<FakeChannel>();
  auto conversation = std::make_shared<Conversation>("alice", channel, 1 << 20);
  Dispatcher(bench.h.server.core(), conversation)
      .receive(
          modern("1", "subscriptions/listen", {{"notifications", {{"toolsListChanged", true}}}}),
          channel);
  conversation->watch(gone.get_token());
  channel->wait_sent(1);
  const std::weak_ptr<Conversation> left = std::exchange(conversation, nullptr);
  bench.events.tools_changed();
  channel->wait_sent(2);
  gone.request_stop();
  bench.events.tools_changed();
  REQUIRE(bench.events.settle(kPatience));
  CHECK(channel->finished());
  CHECK(channel->sent() == 2);
  bench.h.executor.drain();
  CHECK(left.expired());
}

TEST_CASE("subscriptions: capabilities name what the product publishes, in every version") {
  for (const char* version :
       {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}) {
    CAPTURE(version);
    Bench bench({.prompts = true, .resources = true, .updates = true});
    const bool is_modern = std::string_view(version) == "2026-07-28";
    const Json answer =
        is_modern ? bench.h.ask(modern("1", "server/discover")) : bench.h.handshake(version);
    const Json& capabilities = answer["result"]["capabilities"];
    CHECK(capabilities["tools"] == Json::object());
    CHECK(capabilities["prompts"] == Json{{"listChanged", true}});
    CHECK(capabilities["resources"] == Json{{"listChanged", true}, {"subscribe", true}});
  }
}

TEST_CASE("subscriptions: without anything published there are no methods for it") {
  Harness h;
  h.handshake();
  CHECK(h.ask(modern("1", "subscriptions/listen",
                     {{"notifications", Json::object()}}))["error"]["code"] == -32601);
  CHECK(h.ask(legacy("2", "resources/subscribe",
                     {{"uri", "demo://c/guests/1"}}))["error"]["code"] == -32601);
  Bench lists({.tools = true});
  lists.h.handshake();
  CHECK(lists.h.ask(legacy("2", "resources/subscribe",
                           {{"uri", "demo://c/guests/1"}}))["error"]["code"] == -32601);
}

TEST_CASE("legacy: changed lists are told unasked once the handshake is done, in every version") {
  for (const char* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    CAPTURE(version);
    Bench bench;
    bench.h.tell(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");  // too early
    bench.events.tools_changed();
    bench.settle();
    CHECK(bench.h.transport.written().size() == 1);
    bench.h.handshake(version);
    bench.settle();
    bench.events.tools_changed();
    CHECK(bench.h.next() == *parse_json(R"({"jsonrpc":"2.0","method":)"
                                        R"("notifications/tools/list_changed","params":{}})"));
    bench.events.prompts_changed();
    CHECK(bench.h.next()["method"] == "notifications/prompts/list_changed");
    bench.events.resources_changed();
    CHECK(bench.h.next()["method"] == "notifications/resources/list_changed");
    CHECK(bench.h.finish());
    CHECK(bench.h.transport.written().size() == 6);  // the end says nothing
  }
}

TEST_CASE("legacy: a resource is subscribed to, told, and unsubscribed from") {
  Bench bench;
  bench.h.handshake("2024-11-05");
  const Json word{{"uri", "demo://safe-name/guests/1"}};
  for (int twice = 0; twice < 2; ++twice) {
    CHECK(bench.h.ask(legacy("1", "resources/subscribe", word))["result"] == Json::object());
  }
  bench.events.resource_updated("demo://SECRET/guests/1");
  bench.events.resource_updated("demo://SECRET/guests/2");
  const Json news = bench.h.next();
  CHECK(news["method"] == "notifications/resources/updated");
  CHECK(news["params"] == word);
  for (int twice = 0; twice < 2; ++twice) {
    CHECK(bench.h.ask(legacy("2", "resources/unsubscribe", word))["result"] == Json::object());
  }
  bench.events.resource_updated("demo://SECRET/guests/1");
  bench.settle();
  CHECK(bench.h.transport.written().size() == 7);
}

TEST_CASE("legacy: what cannot be subscribed to is refused as this era says") {
  Bench bench;
  bench.h.handshake();
  const auto error = [&](const char* method, const Json& params) {
    return bench.h.ask(legacy("1", method, params))["error"];
  };
  CHECK(error("resources/subscribe", Json::object())["code"] == -32602);
  CHECK(error("resources/unsubscribe", {{"uri", 1}})["code"] == -32602);
  CHECK(error("resources/subscribe", {{"uri", "demo://c/tasks/1/log"}})["code"] == -32602);
  const Json missing = error("resources/subscribe", {{"uri", "demo://SECRET/guests/404"}});
  CHECK(missing["code"] == -32002);
  CHECK(missing["data"] == Json{{"uri", "demo://SECRET/guests/404"}});
  for (const char* method : {"resources/subscribe", "resources/unsubscribe"}) {
    CHECK(bench.h.ask(modern("1", method, {{"uri", "demo://c/guests/1"}}))["error"]["code"] ==
          -32601);
  }
}
