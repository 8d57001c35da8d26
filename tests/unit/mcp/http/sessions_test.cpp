#include "mcp/http/sessions.h"

#include <set>

#include "tests/unit/mcp/fixture.h"
#include "tests/unit/mcp/http/fake_exchange.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

struct Bench {
  explicit Bench(Sessions::Limits limits = {}) : sessions(limits, clock) {}

  std::string open(const std::string& principal = "alice") {
    clock.tick(std::chrono::milliseconds(1));
    return sessions.open(principal, 1000).first;
  }
  bool lives(const std::string& id, const std::string& principal = "alice") {
    return sessions.find(id, principal) != nullptr;
  }

  FakeClock clock;
  Sessions sessions;
};

}  // namespace

TEST_CASE("sessions: ids are long, of their own, and fit a header") {
  Bench bench;
  std::set<std::string> ids;
  for (int n = 0; n < 100; ++n) {
    const std::string id = bench.open();
    CHECK(id.size() >= 32);
    CHECK(id.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 100);
}

TEST_CASE("sessions: nobody else finds or ends a session, and a wrong id is nobody's") {
  Bench bench;
  const std::string id = bench.open();
  CHECK(bench.sessions.find(id, "alice")->conversation->principal == "alice");
  CHECK_FALSE(bench.lives(id, "bob"));
  CHECK_FALSE(bench.lives(id, ""));
  CHECK_FALSE(bench.lives(id.substr(1)));
  CHECK_FALSE(bench.lives(""));
  CHECK_FALSE(bench.sessions.remove(id, "bob"));
  CHECK_FALSE(bench.sessions.remove("", "alice"));
  CHECK(bench.lives(id));
  CHECK(bench.sessions.remove(id, "alice"));
  CHECK_FALSE(bench.lives(id));
  CHECK_FALSE(bench.sessions.remove(id, "alice"));
}

TEST_CASE("sessions: one is forgotten when idle, to the millisecond, and use keeps it") {
  Bench bench({.idle = std::chrono::minutes(1)});
  const std::string id = bench.open();
  bench.clock.tick(std::chrono::milliseconds(59'999));
  CHECK(bench.lives(id));
  bench.clock.tick(std::chrono::milliseconds(59'999));
  CHECK_FALSE(bench.lives(id, "bob"));  // a stranger's attempt is no use
  bench.clock.tick(std::chrono::milliseconds(1));
  CHECK_FALSE(bench.lives(id));
}

TEST_CASE("sessions: one whose client only listens, or waits for an answer, is not idle") {
  for (const bool listens : {true, false}) {
    Bench bench({.idle = std::chrono::minutes(1)});
    const auto [id, session] = bench.sessions.open("alice", 1000);
    const auto client = std::make_shared<FakeExchange>();
    if (listens) session->standing->attach(client, UINT64_MAX);
    if (!listens) session->open_stream(true)->begin(client, {});
    bench.clock.tick(std::chrono::hours(3));
    bench.open("bob");
    CHECK_FALSE(session->standing->finished());
    client->leave();
    bench.clock.tick(std::chrono::milliseconds(59'999));
    CHECK(bench.lives(id));
    bench.clock.tick(std::chrono::minutes(1));
    CHECK_FALSE(bench.lives(id));
  }
}

TEST_CASE("sessions: what was forgotten is ended with the next one that is opened") {
  Bench bench({.idle = std::chrono::minutes(1)});
  const auto session = bench.sessions.open("alice", 1000).second;
  const auto get = std::make_shared<FakeExchange>();
  session->standing->attach(get, UINT64_MAX);
  get->leave();
  bench.clock.tick(std::chrono::minutes(1));
  bench.open("bob");
  CHECK(get->ended());
  CHECK(session->standing->finished());
}

TEST_CASE("sessions: too many of one push out that one's longest idle, and nobody else's") {
  Bench bench({.most_of_one = 2});
  const std::string bob = bench.open("bob");
  const std::string first = bench.open();
  const std::string second = bench.open();
  bench.clock.tick(std::chrono::milliseconds(1));
  CHECK(bench.lives(first));  // used, so that the second is the longest idle
  const std::string third = bench.open();
  CHECK_FALSE(bench.lives(second));
  CHECK(bench.lives(first));
  CHECK(bench.lives(third));
  CHECK(bench.lives(bob, "bob"));
}

TEST_CASE("sessions: too many in all push out the longest idle of all") {
  Bench bench({.most = 2});
  const std::string first = bench.open("alice");
  const std::string second = bench.open("bob");
  const std::string third = bench.open("carol");
  CHECK_FALSE(bench.lives(first, "alice"));
  CHECK(bench.lives(second, "bob"));
  CHECK(bench.lives(third, "carol"));
}

TEST_CASE("sessions: the last one is opened whatever the limits are") {
  Bench bench({.most = 0, .most_of_one = 0});
  const std::string first = bench.open();
  CHECK(bench.lives(first));
  const std::string second = bench.open();
  CHECK_FALSE(bench.lives(first));
  CHECK(bench.lives(second));
}

TEST_CASE("sessions: an end cancels what runs, ends the streams and answers what waits") {
  for (const bool all : {false, true}) {
    Bench bench;
    const auto [id, session] = bench.sessions.open("alice", 1000);
    const auto running = session->conversation->requests.open(1, 1);
    const auto get = std::make_shared<FakeExchange>();
    const auto post = std::make_shared<FakeExchange>();
    session->standing->attach(get, UINT64_MAX);
    const auto stream = session->open_stream(true);
    stream->begin(post, {});
    if (all) {
      bench.sessions.clear();
    } else {
      CHECK(bench.sessions.remove(id, "alice"));
    }
    CHECK(std::get<std::stop_token>(running).stop_requested());
    CHECK(get->ended());
    CHECK(post->status() == 404);
    CHECK_FALSE(bench.lives(id));
    CHECK(session->find_stream("1-0").first == nullptr);
  }
}

TEST_CASE("session: streams are numbered from one, and found by the ids of their events") {
  Session session("alice", 1000);
  const auto first = session.open_stream(true);
  const auto second = session.open_stream(false);
  CHECK(first->number() == 1);
  CHECK(second->number() == 2);
  CHECK(session.find_stream("2-7") == std::pair(second, std::uint64_t{7}));
  CHECK(session.find_stream("1-0") == std::pair(first, std::uint64_t{0}));
  CHECK(session.find_stream("0-3") == std::pair(session.standing, std::uint64_t{3}));
  CHECK(session.find_stream("1-18446744073709551615").first == first);
}

TEST_CASE("session: what is no id of an event of ours finds nothing") {
  Session session("alice", 1000);
  session.open_stream(true);
  for (const char* id : {"", "-", "1", "1-", "-1", "3-1", "1-x", "x-1", "1-1-1", " 1-1", "1-1 ",
                         "+1-1", "1--1", "1-18446744073709551616", "99999999999999999999-1"}) {
    CAPTURE(std::string(id));
    CHECK(session.find_stream(id).first == nullptr);
  }
}

TEST_CASE("session: of many streams the oldest that ended are forgotten, never one that goes on") {
  Session session("alice", 1000);
  const auto lasting = session.open_stream(true);
  for (int n = 0; n < 62; ++n) session.open_stream(true)->finish(std::nullopt, nullptr);
  CHECK(session.find_stream("2-0").first != nullptr);
  const auto more = session.open_stream(true);  // number 64: as many as are kept
  CHECK(session.find_stream("2-0").first != nullptr);
  session.open_stream(true);
  CHECK(session.find_stream("2-0").first == nullptr);
  CHECK(session.find_stream("3-0").first != nullptr);
  CHECK(session.find_stream("1-0").first == lasting);
  for (int n = 0; n < 100; ++n) session.open_stream(true);
  CHECK(session.find_stream("1-0").first == lasting);
  CHECK(session.find_stream("64-0").first == more);
  CHECK(session.find_stream("63-0").first == nullptr);
}
