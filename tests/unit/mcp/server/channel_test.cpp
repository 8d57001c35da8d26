#include "mcp/server/channel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "base/executor.h"
#include "mcp/transport/memory.h"
#include "tests/open_gate.h"

using namespace pmx;
using namespace pmx::mcp;

namespace {

std::optional<Cleared> message(int n) {
  test::OpenGate gate;
  Outbound result;
  result.id = n;
  result.payload = Json::object();
  return gate.clear(Context{}, result);
}

std::string line(int n) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(n) + R"(,"result":{}})";
}

/// What reaches the channel below, "finish: " in front of answers.
struct Below final : Channel {
  void send(std::optional<Cleared> sent) override { note("send", sent); }
  void finish(std::optional<Cleared> answer, const RpcError* error) override {
    CHECK(error == nullptr);
    note("finish", answer);
  }
  [[nodiscard]] bool open() const override { return alive; }
  void note(const char* what, const std::optional<Cleared>& bytes) {
    lines.push_back(std::string(what) + ": " + (bytes ? std::string(bytes->bytes()) : "nothing"));
  }
  bool alive = true;
  std::vector<std::string> lines;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("pipe: messages and answers leave in order, and nothing is not sent") {
  MemoryTransport transport;
  PipeChannel pipe(transport);
  const RpcError error{-32600, "bad", nullptr};
  pipe.send(message(1));
  pipe.send(std::nullopt);
  pipe.finish(message(2), nullptr);
  pipe.finish(std::nullopt, nullptr);
  pipe.finish(message(3), &error);
  pipe.poll_later(std::chrono::milliseconds(1));
  CHECK(transport.written() == Lines{line(1), line(2), line(3)});
  CHECK(pipe.open());
}

TEST_CASE(
    "pipe: a peer that is gone is noticed by the first message, and nothing more is written") {
  MemoryTransport transport;
  PipeChannel pipe(transport);
  transport.hang_up();
  pipe.send(std::nullopt);
  CHECK(pipe.open());  // nothing was tried
  pipe.send(message(1));
  CHECK_FALSE(pipe.open());
  pipe.finish(message(2), nullptr);
  CHECK(transport.written().empty());
}

TEST_CASE("pipe: once closed it leaves the transport alone") {
  MemoryTransport transport;
  PipeChannel pipe(transport);
  pipe.send(message(1));
  pipe.close();
  pipe.close();
  CHECK_FALSE(pipe.open());
  pipe.send(message(2));
  pipe.finish(message(3), nullptr);
  CHECK(transport.written() == Lines{line(1)});
}

TEST_CASE("pipe: answers of tasks that follow each other all leave, and news after the answer it is about") {
  constexpr int kTasks = 300;
  MemoryTransport transport;
  Executor executor(3, 1000);
  const auto pipe = std::make_shared<PipeChannel>(transport, &executor);
  for (int n = 0; n < kTasks; ++n) {
    REQUIRE(executor
                .post([&pipe, n] {
                  pipe->finish(message(2 * n), nullptr);
                  pipe->send(n % 10 == 0 ? message(2 * n + 1) : std::nullopt);
                })
                .ok());
  }
  executor.drain();
  CHECK(pipe->wait_written(std::chrono::milliseconds(0)));
  const Lines written = transport.written();
  CHECK(written.size() == kTasks + kTasks / 10);
  const auto place = [&written](int n) {
    return std::find(written.begin(), written.end(), line(n)) - written.begin();
  };
  for (int n = 0; n < kTasks; n += 10) CHECK(place(2 * n) < place(2 * n + 1));
}

TEST_CASE("batch: the answers leave as one array once the last is in") {
  const auto below = std::make_shared<Below>();
  BatchChannel batch(below, 3);
  batch.finish(message(2), nullptr);
  const RpcError error{-32600, "bad", nullptr};
  batch.finish(message(1), &error);
  CHECK(below->lines.empty());
  batch.finish(message(3), nullptr);
  CHECK(below->lines == Lines{"finish: [" + line(2) + "," + line(1) + "," + line(3) + "]"});
}

TEST_CASE("batch: one answer is an array too; requests without an answer leave no gap") {
  const auto below = std::make_shared<Below>();
  BatchChannel batch(below, 3);
  batch.finish(std::nullopt, nullptr);
  batch.finish(message(1), nullptr);
  CHECK(below->lines.empty());
  batch.finish(std::nullopt, nullptr);
  CHECK(below->lines == Lines{"finish: [" + line(1) + "]"});
}

TEST_CASE("batch: a batch that nobody answers is over with nothing") {
  const auto below = std::make_shared<Below>();
  BatchChannel batch(below, 2);
  batch.finish(std::nullopt, nullptr);
  CHECK(below->lines.empty());
  batch.finish(std::nullopt, nullptr);
  CHECK(below->lines == Lines{"finish: nothing"});
}

TEST_CASE("batch: what comes before the answers does not wait for them") {
  const auto below = std::make_shared<Below>();
  BatchChannel batch(below, 2);
  batch.finish(message(1), nullptr);
  batch.send(message(7));
  CHECK(below->lines == Lines{"send: " + line(7)});
  CHECK(batch.open());
  below->alive = false;
  CHECK_FALSE(batch.open());
}

TEST_CASE("batch: answers from many threads are all in the one array") {
  constexpr int kAnswers = 16;
  const auto below = std::make_shared<Below>();
  BatchChannel batch(below, kAnswers);
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < kAnswers; ++n) {
      threads.emplace_back([&batch, n] { batch.finish(message(n), nullptr); });
    }
  }
  REQUIRE(below->lines.size() == 1);
  const auto array = parse_json(below->lines[0].substr(std::string("finish: ").size()));
  REQUIRE(array.ok());
  CHECK(array->size() == kAnswers);
}
