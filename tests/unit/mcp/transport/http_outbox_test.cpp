// The box by itself, over a pair of sockets and a loop that nobody runs; with a connection around
// it in http_server_test and http_stream_test.
#include "mcp/transport/http/outbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "mcp/transport/http/loop.h"
#include "tests/unit/mcp/transport/http_fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::http;
using pmx::mcp::test::cleared;

namespace {

std::string text_of(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces) {
    text += piece.text;
    if (piece.body) text += piece.body->bytes();
  }
  return text;
}

/// A box whose whole answers may go to `near`; the peer has `far`.
struct Bench {
  explicit Bench(std::size_t limit = 1000) {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    near = pair[0];
    far = pair[1];
    REQUIRE(::fcntl(far, F_SETFL, O_NONBLOCK) == 0);
    box.emplace(Outbox::Way{loop, {}, near}, limit);
  }
  ~Bench() {
    ::close(near);
    ::close(far);
  }

  std::string arrived() {
    std::string text;
    char space[4096];
    for (ssize_t size = 0; (size = ::read(far, space, sizeof space)) > 0;) {
      text.append(space, static_cast<std::size_t>(size));
    }
    return text;
  }

  int near = -1;
  int far = -1;
  std::shared_ptr<Loop> loop = std::make_shared<Loop>(std::make_shared<Shared>());
  std::optional<Outbox> box;
};

constexpr auto kWhole = Outbox::Kind::kWhole;
constexpr auto kStream = Outbox::Kind::kStream;

}  // namespace

TEST_CASE("outbox: an answer before the loop has looked waits for it, whole and once") {
  Bench bench;
  CHECK(bench.box->is_unanswered());
  CHECK(bench.box->begin(kWhole, {"head ", cleared("x")}, true));
  CHECK_FALSE(bench.box->begin(kWhole, {"again", {}}, false));
  CHECK_FALSE(bench.box->begin(kStream, {"again", {}}, false));
  CHECK_FALSE(bench.box->is_unanswered());
  CHECK(bench.arrived().empty());
  const auto taken = bench.box->take(false);
  CHECK(text_of(taken.pieces) == "head " + std::string(cleared("x").bytes()));
  CHECK(taken.complete);
  CHECK(taken.close);
  CHECK_FALSE(taken.streaming);
  CHECK(bench.box->take(false).pieces.empty());
}

TEST_CASE("outbox: a later answer goes past the loop, which finds out when it looks") {
  Bench bench;
  CHECK_FALSE(bench.box->take(false).complete);
  CHECK_FALSE(bench.box->is_sent());
  CHECK(bench.box->begin(kWhole, {"head ", cleared("x")}, false));
  CHECK(bench.box->is_sent());
  CHECK(bench.arrived() == "head " + std::string(cleared("x").bytes()));
  const auto taken = bench.box->take(false);
  CHECK(taken.complete);
  CHECK_FALSE(taken.close);
  CHECK(taken.pieces.empty());
  CHECK(taken.sent != SteadyTime{});
  CHECK_FALSE(bench.box->close().cut_off);
}

TEST_CASE("outbox: what ends the connection, and what is a stream, goes through the loop") {
  for (const bool stream : {false, true}) {
    Bench bench;
    bench.box->take(false);
    CHECK(bench.box->begin(stream ? kStream : kWhole, {"head", {}}, !stream));
    CHECK_FALSE(bench.box->is_sent());
    CHECK(bench.arrived().empty());
    CHECK(text_of(bench.box->take(false).pieces) == "head");
  }
}

TEST_CASE("outbox: what the socket does not take is left for the loop, to the byte") {
  for (const std::size_t size : {std::size_t{100}, std::size_t{300'000}, std::size_t{3'000'000}}) {
    for (const bool in_head : {false, true}) {
      Bench bench;
      bench.box->take(false);
      const std::string long_text(size, 'x');
      Piece piece{in_head ? long_text : "head ", cleared(in_head ? "y" : long_text)};
      const std::string all = piece.text + std::string(piece.body->bytes());
      CHECK(bench.box->begin(kWhole, std::move(piece), false));
      const bool past = bench.box->is_sent();
      CHECK(past == (size == 100));
      const std::string first = bench.arrived();
      CHECK(first + text_of(bench.box->take(false).pieces) == all);
    }
  }
}

TEST_CASE("outbox: a peer that is gone is left for the loop to notice") {
  Bench bench;
  bench.box->take(false);
  ::close(bench.far);
  bench.far = -1;
  CHECK(bench.box->begin(kWhole, {"head", {}}, false));
  CHECK_FALSE(bench.box->is_sent());
  CHECK(text_of(bench.box->take(false).pieces) == "head");
}

TEST_CASE("outbox: a stream begins, goes on and ends in order, small pieces and large ones") {
  Bench bench(10'000'000);
  const Cleared large = cleared(std::string(50'000, 'x'));
  const std::string bytes(large.bytes());
  CHECK(bench.box->begin(kStream, {"head ", {}}, false));
  CHECK(bench.box->add({"a ", cleared("b")}));
  CHECK(bench.box->add({"c ", large}));
  CHECK(bench.box->add({" d", {}}));
  auto taken = bench.box->take(false);
  CHECK(taken.streaming);
  CHECK_FALSE(taken.complete);
  CHECK(text_of(taken.pieces) ==
        "head a " + std::string(cleared("b").bytes()) + "c " + bytes + " d");
  CHECK(bench.box->add({"e", {}}));
  bench.box->finish({"end", {}});
  bench.box->finish({"end", {}});
  CHECK_FALSE(bench.box->add({"f", {}}));
  taken = bench.box->take(false);
  CHECK(text_of(taken.pieces) == "eend");
  CHECK(taken.complete);
  CHECK_FALSE(taken.streaming);
}

TEST_CASE("outbox: only an open stream takes more") {
  Bench bench;
  CHECK_FALSE(bench.box->add({"a", {}}));
  bench.box->finish({"end", {}});
  CHECK(bench.box->is_unanswered());
  CHECK(bench.box->begin(kWhole, {"head", {}}, false));
  CHECK_FALSE(bench.box->add({"a", {}}));
  bench.box->finish({"end", {}});
  CHECK(text_of(bench.box->take(false).pieces) == "head");
}

TEST_CASE("outbox: one event may exceed the bound, the next one drops the reader for good") {
  Bench bench(10);
  CHECK(bench.box->begin(kStream, {"head", {}}, false));
  CHECK(bench.box->add({"0123456789", {}}));
  CHECK_FALSE(bench.box->is_dropped());
  CHECK_FALSE(bench.box->add({"x", {}}));
  CHECK(bench.box->is_dropped());
  bench.box->sent(14);
  CHECK_FALSE(bench.box->add({"x", {}}));
  CHECK(text_of(bench.box->take(false).pieces) == "head0123456789");
}

TEST_CASE("outbox: bytes count until they were written, not until they were taken") {
  Bench bench(10);
  CHECK(bench.box->begin(kStream, {"head", {}}, false));
  CHECK(bench.box->add({"012345", {}}));
  CHECK(text_of(bench.box->take(false).pieces) == "head012345");
  bench.box->sent(1);
  CHECK(bench.box->add({"x", {}}));
  CHECK_FALSE(bench.box->add({"y", {}}));
  Bench other(10);
  CHECK(other.box->begin(kStream, {"head012345", {}}, false));
  other.box->take(false);
  CHECK_FALSE(other.box->add({"x", {}}));
}

TEST_CASE("outbox: once closed every call is in vain, and it is known what was cut off") {
  for (const bool stream : {false, true}) {
    Bench bench;
    CHECK(bench.box->begin(stream ? kStream : kWhole, {"head", {}}, false));
    const Outbox::Ended ended = bench.box->close();
    CHECK(ended.stream == stream);
    CHECK(ended.cut_off);
    CHECK_FALSE(bench.box->add({"a", {}}));
    bench.box->finish({"end", {}});
    CHECK(bench.box->take(false).pieces.empty());
  }
  Bench unanswered;
  unanswered.box->take(false);
  const Outbox::Ended ended = unanswered.box->close();
  CHECK_FALSE(ended.stream);
  CHECK(ended.cut_off);
  CHECK_FALSE(unanswered.box->is_unanswered());
  CHECK_FALSE(unanswered.box->begin(kWhole, {"head", {}}, false));
  CHECK(unanswered.arrived().empty());
}

TEST_CASE("outbox: events of many threads are whole and all there") {
  Bench bench(1'000'000);
  CHECK(bench.box->begin(kStream, {"", {}}, false));
  {
    std::vector<std::jthread> threads;
    for (const char letter : {'a', 'b', 'c', 'd'}) {
      threads.emplace_back([&bench, letter] {
        for (int n = 0; n < 100; ++n) bench.box->add({std::string(7, letter) + ";", {}});
      });
    }
  }
  const std::string all = text_of(bench.box->take(false).pieces);
  CHECK(all.size() == 3200);
  for (std::size_t at = 0; at < all.size(); at += 8) {
    CHECK(std::count(all.begin() + static_cast<long>(at), all.begin() + static_cast<long>(at) + 8,
                     all[at]) == 7);
  }
}
