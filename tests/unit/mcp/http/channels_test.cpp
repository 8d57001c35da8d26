#include "mcp/http/channels.h"

#include "tests/open_gate.h"
#include "tests/unit/mcp/http/fake_exchange.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

using Exchange = std::shared_ptr<FakeExchange>;

Exchange exchange() { return std::make_shared<FakeExchange>(); }

std::optional<Cleared> message(int n, const std::string& text = "") {
  OpenGate gate;
  Outbound made;
  made.id = n;
  made.payload = {{"text", text}};
  return gate.clear(Context{}, made);
}

/// "ID:N" for each event, N being the id of the message; "ID:" for an empty one.
std::vector<std::string> events(const Exchange& of) {
  std::vector<std::string> lines;
  for (std::size_t n = 1; n <= of->event_count(); ++n) {
    const auto event = of->event_at(n);
    std::string line = event.id + ":";
    if (!event.data.empty()) line += dump_json((*parse_json(event.data))["id"]);
    lines.push_back(line + (event.retry ? " retry" : ""));
  }
  return lines;
}

using Lines = std::vector<std::string>;

/// What a client that lost its connection behind event `after` gets when it comes back.
Lines resumed(EventStream& stream, std::uint64_t after) {
  const auto get = exchange();
  stream.attach(get, after);
  return events(get);
}

}  // namespace

TEST_CASE("http status: results are 200, and errors have the status of their era") {
  struct Row {
    int code;
    bool refused;
    int modern;
    int legacy;
  };
  const Row rows[] = {
      {kMethodNotFound, false, 404, 200},        {kParseError, false, 400, 200},
      {kInvalidRequest, false, 400, 200},        {kHeaderMismatch, false, 400, 200},
      {kMissingCapability, false, 400, 200},     {kUnsupportedVersion, false, 400, 200},
      {kInvalidParams, false, 200, 200},         {kInternalError, false, 200, 200},
      {kInvalidParams, true, 400, 400},          {kMethodNotFound, true, 400, 400},
      {kLegacyResourceNotFound, false, 200, 200}};
  for (const Row& row : rows) {
    CAPTURE(row.code);
    const RpcError error{row.code, "", nullptr, row.refused};
    CHECK(http_status(&error, true) == row.modern);
    CHECK(http_status(&error, false) == row.legacy);
  }
  CHECK(http_status(nullptr, true) == 200);
  CHECK(http_status(nullptr, false) == 200);
}

TEST_CASE("post: an answer alone is JSON, with the status of its error") {
  const auto good = exchange();
  PostChannel(good, true).finish(message(1), nullptr);
  CHECK(good->status() == 200);
  CHECK(good->json()["id"] == 1);
  CHECK_FALSE(good->streaming());
  const auto bad = exchange();
  const RpcError error{kMethodNotFound, "", nullptr};
  PostChannel(bad, true).finish(message(1), &error);
  CHECK(bad->status() == 404);
}

TEST_CASE("post: a request without an answer ends as accepted, without a body") {
  const auto post = exchange();
  PostChannel channel(post, true);
  channel.send(std::nullopt);
  channel.finish(std::nullopt, nullptr);
  CHECK(post->status() == 202);
  CHECK(post->json().is_null());
}

TEST_CASE("post: what comes before the answer makes a stream, without event ids") {
  const auto post = exchange();
  PostChannel channel(post, true);
  const RpcError error{kMethodNotFound, "", nullptr};
  channel.send(message(7));
  channel.send(message(8));
  CHECK_FALSE(post->ended());
  channel.finish(message(1), &error);
  CHECK(events(post) == Lines{":7", ":8", ":1"});
  CHECK(post->status() == 200);  // sent already
  CHECK(post->ended());
}

TEST_CASE("post: a stream whose request was cancelled ends without an answer") {
  const auto post = exchange();
  PostChannel channel(post, true);
  channel.send(message(7));
  channel.finish(std::nullopt, nullptr);
  CHECK(events(post) == Lines{":7"});
  CHECK(post->ended());
}

TEST_CASE("post: a client that takes no stream gets the answer alone") {
  const auto post = exchange();
  PostChannel channel(post, false);
  channel.send(message(7));
  channel.finish(message(1), nullptr);
  CHECK(post->event_count() == 0);
  CHECK(post->json()["id"] == 1);
}

TEST_CASE("post: where there is no stream left the refusal is the answer") {
  const auto post = exchange();
  post->full = true;
  PostChannel channel(post, true);
  channel.send(message(7));
  channel.send(message(8));
  channel.finish(message(1), nullptr);
  CHECK(post->status() == 503);
  CHECK(post->event_count() == 0);
}

TEST_CASE("post: it is open as long as the client is there") {
  const auto post = exchange();
  const PostChannel channel(post, true);
  CHECK(channel.open());
  post->leave();
  CHECK_FALSE(channel.open());
}

TEST_CASE("event stream: an answer alone is JSON with the headers, and is the end") {
  const auto post = exchange();
  EventStream stream(1, true);
  stream.begin(post, {{"Mcp-Session-Id", "s"}});
  stream.finish(message(1), nullptr);
  stream.send(message(7));
  stream.finish(message(2), nullptr);
  CHECK(post->status() == 200);
  CHECK(post->header("Mcp-Session-Id") == "s");
  CHECK(post->json()["id"] == 1);
  CHECK(stream.finished());
}

TEST_CASE("event stream: an error is refused with 400 only if it was turned away before it ran") {
  for (const bool refused : {false, true}) {
    const auto post = exchange();
    EventStream stream(1, false);
    stream.begin(post, {});
    const RpcError error{kMethodNotFound, "", nullptr, refused};
    stream.finish(message(1), &error);
    CHECK(post->status() == (refused ? 400 : 200));
  }
}

TEST_CASE("event stream: events are numbered from one, under the number of their stream") {
  const auto post = exchange();
  EventStream stream(12, false);
  stream.begin(post, {{"Mcp-Session-Id", "s"}});
  stream.send(std::nullopt);
  stream.send(message(7));
  stream.send(message(8));
  CHECK(post->header("Mcp-Session-Id") == "s");
  CHECK_FALSE(stream.finished());
  stream.finish(message(1), nullptr);
  CHECK(events(post) == Lines{"12-1:7", "12-2:8", "12-3:1"});
  CHECK(post->ended());
}

TEST_CASE("event stream: the first id of a primed stream comes before all of its messages") {
  const auto post = exchange();
  EventStream stream(1, true);
  stream.begin(post, {});
  stream.send(message(7));
  stream.finish(message(1), nullptr);
  CHECK(events(post) == Lines{"1-0:", "1-1:7", "1-2:1"});
  // Whichever id was the last to arrive: nothing is lost and nothing comes twice.
  CHECK(resumed(stream, 0) == Lines{"1-0:", "1-1:7", "1-2:1"});
  CHECK(resumed(stream, 1) == Lines{"1-2:1"});
  CHECK(resumed(stream, 2).empty());
}

TEST_CASE("event stream: who was sent away before the first message gets all of it, primed again") {
  const auto post = exchange();
  EventStream stream(1, true);
  stream.begin(post, {{"Mcp-Session-Id", "s"}});
  stream.poll_later(std::chrono::milliseconds(5));
  CHECK(events(post) == Lines{"1-0: retry"});
  CHECK(post->header("Mcp-Session-Id") == "s");
  CHECK(post->ended());
  stream.send(message(7));
  stream.finish(message(1), nullptr);
  CHECK(resumed(stream, 0) == Lines{"1-0:", "1-1:7", "1-2:1"});
}

TEST_CASE("event stream: who is sent away in the middle comes back behind what it has") {
  const auto post = exchange();
  EventStream stream(1, true);
  stream.begin(post, {});
  stream.send(message(7));
  stream.poll_later(std::chrono::milliseconds(5));
  CHECK(events(post) == Lines{"1-0:", "1-1:7", "1-1: retry"});
  CHECK(post->ended());
  stream.send(message(8));
  const auto get = exchange();
  stream.attach(get, 1);
  CHECK_FALSE(get->ended());
  stream.finish(message(1), nullptr);
  CHECK(events(get) == Lines{"1-2:8", "1-3:1"});
  CHECK(get->ended());
}

TEST_CASE("event stream: only a primed one that goes on can be left; nobody there is nobody sent") {
  const auto post = exchange();
  EventStream plain(1, false);
  plain.begin(post, {});
  plain.poll_later(std::chrono::milliseconds(5));
  CHECK(post->status() == 0);
  EventStream alone(2, true);
  alone.poll_later(std::chrono::milliseconds(5));
  alone.finish(message(1), nullptr);
  alone.poll_later(std::chrono::milliseconds(5));
  CHECK(resumed(alone, 0) == Lines{"2-0:", "2-1:1"});
}

TEST_CASE("event stream: a listener that comes takes the place of the one before") {
  EventStream stream(0, false);
  const auto first = exchange();
  const auto second = exchange();
  stream.attach(first, UINT64_MAX);
  stream.send(message(7));
  stream.attach(second, UINT64_MAX);
  CHECK(first->ended());
  stream.send(message(8));
  CHECK(events(first) == Lines{"0-1:7"});
  CHECK(events(second) == Lines{"0-2:8"});
}

TEST_CASE("event stream: a client that left misses nothing that was sent while it was away") {
  EventStream stream(3, false);
  const auto first = exchange();
  stream.attach(first, UINT64_MAX);
  stream.send(message(1));
  first->leave();
  stream.send(message(2));
  stream.send(message(3));
  CHECK(stream.open());
  CHECK(resumed(stream, 1) == Lines{"3-2:2", "3-3:3"});
}

TEST_CASE("event stream: the last events are kept, and of large ones fewer, but always one") {
  EventStream many(1, false);
  for (int n = 1; n <= 300; ++n) many.send(message(n));
  const Lines kept = resumed(many, 0);
  CHECK(kept.size() == 256);
  CHECK(kept.front() == "1-45:45");
  CHECK(kept.back() == "1-300:300");
  EventStream large(2, false);
  for (int n = 1; n <= 5; ++n) large.send(message(n, std::string(400'000, 'x')));
  CHECK(resumed(large, 0) == Lines{"2-4:4", "2-5:5"});
  large.send(message(6, std::string(2'000'000, 'x')));
  CHECK(resumed(large, 0) == Lines{"2-6:6"});
}

TEST_CASE("event stream: a listener that cannot be had leaves the stream to the next one") {
  EventStream stream(1, false);
  const auto full = exchange();
  full->full = true;
  stream.attach(full, 0);
  stream.send(message(7));
  CHECK(full->event_count() == 0);
  CHECK(resumed(stream, 0) == Lines{"1-1:7"});
}

TEST_CASE("event stream: closing ends whatever waits, and nothing follows") {
  const auto post = exchange();
  EventStream waiting(1, true);
  waiting.begin(post, {});
  waiting.close();
  waiting.finish(message(1), nullptr);
  CHECK(post->status() == 404);
  CHECK(waiting.finished());
  const auto get = exchange();
  EventStream listening(0, false);
  listening.attach(get, UINT64_MAX);
  listening.close();
  listening.send(message(7));
  CHECK(get->ended());
  CHECK(get->event_count() == 0);
}
