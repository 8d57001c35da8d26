#include "mcp/server/reply_once.h"

#include <doctest/doctest.h>

#include "base/executor.h"
#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

/// A conversation with one request open under the id 1.
struct Bench {
  Bench() { REQUIRE(std::holds_alternative<std::stop_token>(conversation->requests.open(1, 10))); }

  std::shared_ptr<ReplyOnce> reply() {
    return std::make_shared<ReplyOnce>(*core, *conversation, *channel, ctx, id);
  }
  [[nodiscard]] bool over() const {
    return conversation->requests.wait_idle(std::chrono::milliseconds(0));
  }

  const Context ctx;
  const Json id = 1;
  FakeClock clock;
  FakeGate gate;
  FakeObserver observer;
  Executor executor{1, 1};
  Catalogue catalogue = make_catalogue(clock);
  MemoryTransport transport;
  std::shared_ptr<const Core> core = std::make_shared<const Core>(
      Harness::default_options(), Parts{catalogue, gate, observer, executor, clock});
  std::shared_ptr<PipeChannel> channel = std::make_shared<PipeChannel>(transport);
  std::shared_ptr<Conversation> conversation =
      std::make_shared<Conversation>("local", channel, 1000);
};

const Answer kAnswer{Json{{"ok", true}}};

/// A client that sends its next request as soon as it has an answer.
class EagerChannel final : public Channel {
 public:
  explicit EagerChannel(Quotas& quotas) : quotas_(quotas) {}
  void send(std::optional<Cleared>) override {}
  void finish(std::optional<Cleared>, const RpcError*) override {
    accepted = quotas_.request("local", 1).ok();
  }
  [[nodiscard]] bool open() const override { return true; }

  bool accepted = false;

 private:
  Quotas& quotas_;
};

}  // namespace

TEST_CASE("reply: whoever lets go of a request without an answer has an error sent") {
  Bench bench;
  { const auto reply = bench.reply(); }
  REQUIRE(bench.transport.written().size() == 1);
  const Json answer = *parse_json(bench.transport.written().front());
  CHECK(answer["id"] == 1);
  CHECK(answer["error"]["code"] == -32603);
  CHECK(bench.over());
}

TEST_CASE("reply: the second answer is none") {
  Bench bench;
  {
    const auto reply = bench.reply();
    reply->send("ping", kAnswer);
    reply->send("ping", kAnswer);
  }
  REQUIRE(bench.transport.written().size() == 1);
  CHECK(bench.transport.written().front() == R"({"jsonrpc":"2.0","id":1,"result":{"ok":true}})");
  CHECK(bench.over());
}

TEST_CASE("reply: a cancelled request is over without an answer") {
  Bench bench;
  bench.conversation->requests.cancel(1);
  bench.reply()->send("ping", kAnswer);
  CHECK(bench.transport.written().empty());
  CHECK(bench.over());
  CHECK(std::holds_alternative<std::stop_token>(bench.conversation->requests.open(1, 10)));
}

TEST_CASE("reply: a request's share is free when its answer leaves") {
  Bench bench;
  Quotas quotas({.requests = 1}, bench.clock);
  const auto channel = std::make_shared<EagerChannel>(quotas);
  const auto reply =
      std::make_shared<ReplyOnce>(*bench.core, *bench.conversation, *channel, bench.ctx, bench.id);
  auto lease = quotas.request("local", 1);
  REQUIRE(lease.ok());
  reply->hold(*std::move(lease));
  CHECK_FALSE(quotas.request("local", 1).ok());
  reply->send("ping", kAnswer);
  CHECK(channel->accepted);
}

TEST_CASE("reply: what is to follow the answer follows it, and no answer that never leaves") {
  Bench bench;
  std::size_t written = 0;
  Answer answer = kAnswer;
  answer.then = [&] { written = bench.transport.written().size(); };
  bench.reply()->send("ping", answer);
  CHECK(written == 1);
  REQUIRE(std::holds_alternative<std::stop_token>(bench.conversation->requests.open(1, 10)));
  bench.conversation->requests.cancel(1);
  answer.then = [&] { written = 7; };
  bench.reply()->send("ping", answer);
  CHECK(written == 1);
}

TEST_CASE("table: an id in use and a spent budget are told apart") {
  RequestTable table(100);
  CHECK(std::holds_alternative<std::stop_token>(table.open(1, 60)));
  CHECK(std::get<RequestTable::Refusal>(table.open(1, 1)) == RequestTable::Refusal::kIdInUse);
  CHECK(std::get<RequestTable::Refusal>(table.open(2, 60)) == RequestTable::Refusal::kTooManyBytes);
  CHECK(std::holds_alternative<std::stop_token>(table.open(2, 40)));
  CHECK(table.settle(1));
  CHECK(std::holds_alternative<std::stop_token>(table.open(3, 60)));
}
