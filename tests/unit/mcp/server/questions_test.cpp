#include "mcp/server/questions.h"

#include <doctest/doctest.h>

#include <set>
#include <thread>

using namespace pmx;
using namespace pmx::mcp;

namespace {

/// One client's questions, and what rounds came to: "code" or the answers by key.
struct Bench {
  std::vector<std::string> ask(const std::vector<std::string>& keys, std::string name = "round") {
    return questions.open(
        keys, stop.get_token(), {deadlines, at(100)},
        [this, name = std::move(name)](const auto&, const Result<Answers>& answers) {
          ended.push_back(name + describe(answers));
        });
  }

  static std::string describe(const Result<Answers>& answers) {
    if (!answers.ok()) return " " + std::string(code_name(answers.error().code));
    std::string text;
    for (const auto& [key, value] : *answers) text += " " + key + "=" + dump_json(value);
    return text;
  }

  static SteadyTime at(int millis) { return SteadyTime(std::chrono::milliseconds(millis)); }

  void answer(const Json& id, const Json& result) { questions.answer({id, result}); }

  Deadlines deadlines;
  Questions questions;
  std::stop_source stop;
  std::vector<std::string> ended;
};

using Ended = std::vector<std::string>;

}  // namespace

TEST_CASE("questions: every question has an id of its own, in the order of the keys") {
  Bench bench;
  const auto first = bench.ask({"b", "a"});
  const auto second = bench.ask({"b", "a", "c"});
  REQUIRE(first.size() == 2);
  REQUIRE(second.size() == 3);
  std::set<std::string> all(first.begin(), first.end());
  all.insert(second.begin(), second.end());
  CHECK(all.size() == 5);
  bench.answer(first[0], {{"n", 1}});
  bench.answer(first[1], {{"n", 2}});
  CHECK(bench.ended == Ended{R"(round a={"n":2} b={"n":1})"});
}

TEST_CASE("questions: a round ends with its last answer, in any order, and once") {
  Bench bench;
  const auto one = bench.ask({"a", "b"}, "one");
  const auto two = bench.ask({"a"}, "two");
  bench.answer(one[1], Json::object());
  CHECK(bench.ended.empty());
  bench.answer(two[0], {{"x", 1}});
  CHECK(bench.ended == Ended{R"(two a={"x":1})"});
  bench.answer(one[1], {{"again", 1}});  // answered already: neither counted nor taken
  CHECK(bench.ended.size() == 1);
  bench.answer(one[0], Json::object());
  CHECK(bench.ended.back() == "one a={} b={}");
  bench.answer(one[0], Json::object());
  bench.questions.close();
  bench.stop.request_stop();
  bench.deadlines.run(Bench::at(1000));
  CHECK(bench.ended.size() == 2);
}

TEST_CASE("questions: answers to what was not asked are ignored") {
  Bench bench;
  const auto ids = bench.ask({"a"});
  for (const Json& id : {Json("ask-0"), Json("ask-2"), Json(1), Json(), Json("")}) {
    bench.answer(id, Json::object());
    bench.answer(id, nullptr);
  }
  CHECK(bench.ended.empty());
  bench.answer(ids[0], Json::object());
  CHECK(bench.ended == Ended{"round a={}"});
}

TEST_CASE("questions: one refusal ends its round, and no other") {
  for (const Json& refusal : {Json(), Json("text"), Json::array(), Json(1)}) {
    Bench bench;
    const auto one = bench.ask({"a", "b"}, "one");
    const auto two = bench.ask({"a"}, "two");
    bench.answer(one[0], Json::object());
    bench.answer(one[1], refusal);
    CHECK(bench.ended == Ended{"one cancelled"});
    bench.answer(one[1], Json::object());
    bench.answer(one[0], Json::object());
    CHECK(bench.ended.size() == 1);
    bench.answer(two[0], Json::object());
    CHECK(bench.ended.back() == "two a={}");
  }
}

TEST_CASE("questions: a round that takes too long ends with that, and late answers are ignored") {
  Bench bench;
  const auto ids = bench.ask({"a", "b"});
  bench.answer(ids[0], Json::object());
  bench.deadlines.run(Bench::at(99));
  CHECK(bench.ended.empty());
  bench.deadlines.run(Bench::at(100));
  CHECK(bench.ended == Ended{"round deadline_exceeded"});
  bench.answer(ids[1], Json::object());
  bench.deadlines.run(Bench::at(200));
  CHECK(bench.ended.size() == 1);
}

TEST_CASE("questions: the end of the asking request, or of the conversation, ends its rounds") {
  Bench bench;
  bench.ask({"a", "b"}, "one");
  bench.ask({"a"}, "two");
  SUBCASE("stopped") { bench.stop.request_stop(); }
  SUBCASE("closed") { bench.questions.close(); }
  const std::set<std::string> ended(bench.ended.begin(), bench.ended.end());
  CHECK(ended == std::set<std::string>{"one cancelled", "two cancelled"});
  CHECK(bench.ended.size() == 2);
  bench.deadlines.run(Bench::at(1000));
  CHECK(bench.ended.size() == 2);
}

TEST_CASE(
    "questions: a request that was stopped before it asked is told at once, and asks nothing") {
  Bench bench;
  bench.stop.request_stop();
  const auto ids = bench.ask({"a"});
  REQUIRE(ids.size() == 1);
  CHECK(bench.ended == Ended{"round cancelled"});
  bench.answer(ids[0], Json::object());
  CHECK(bench.ended.size() == 1);
}

TEST_CASE("questions: whoever hears of the end may ask again at once") {
  Bench bench;
  std::vector<std::string> again;
  const auto ids =
      bench.questions.open({"a"}, {}, {bench.deadlines, Bench::at(100)},
                           [&](const auto&, const Result<Answers>&) { again = bench.ask({"b"}); });
  bench.answer(ids[0], Json::object());
  REQUIRE(again.size() == 1);
  bench.answer(again[0], Json::object());
  CHECK(bench.ended == Ended{"round b={}"});
}

TEST_CASE("questions: a round that is over holds nothing of its asker") {
  for (const int way : {0, 1, 2, 3}) {
    CAPTURE(way);
    Bench bench;
    auto held = std::make_shared<int>(0);
    const std::weak_ptr<int> watch = held;
    const auto ids =
        bench.questions.open({"a"}, bench.stop.get_token(), {bench.deadlines, Bench::at(100)},
                             [held = std::move(held)](const auto&, const Result<Answers>&) {});
    CHECK_FALSE(watch.expired());
    if (way == 0) bench.answer(ids[0], Json::object());
    if (way == 1) bench.stop.request_stop();
    if (way == 2) bench.deadlines.run(Bench::at(100));
    if (way == 3) bench.questions.close();
    CHECK(watch.expired());
  }
}

TEST_CASE("questions: however many threads end a round, it ends once") {
  for (int turn = 0; turn < 100; ++turn) {
    Deadlines deadlines;
    Questions questions;
    std::stop_source stop;
    std::atomic<int> ended = 0;
    const auto ids = questions.open({"a", "b"}, stop.get_token(), {deadlines, Bench::at(1)},
                                    [&](const auto&, const Result<Answers>&) { ++ended; });
    {
      const std::jthread one([&] { questions.answer({ids[0], Json::object()}); });
      const std::jthread two([&] { questions.answer({ids[1], Json::object()}); });
      const std::jthread late([&] { deadlines.run(Bench::at(1)); });
      const std::jthread gone([&] { stop.request_stop(); });
    }
    CHECK(ended == 1);
  }
}

TEST_CASE("questions: whoever ends a round is told its ids, even before they are returned") {
  Bench bench;
  bench.stop.request_stop();
  std::vector<std::string> told;
  const auto ids = bench.questions.open(
      {"a", "b"}, bench.stop.get_token(), {bench.deadlines, Bench::at(100)},
      [&told](const std::vector<std::string>& round, const Result<Answers>&) { told = round; });
  CHECK(ids.size() == 2);
  CHECK(told == ids);
}

TEST_CASE("questions: rounds may end on another thread while they are opened") {
  constexpr int kRounds = 500;
  Bench bench;
  std::atomic<int> whole = 0;
  std::atomic<int> ended = 0;
  const std::jthread reaper([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) bench.deadlines.run(Bench::at(1));
  });
  for (int round = 0; round < kRounds; ++round) {
    bench.questions.open({"a", "b"}, bench.stop.get_token(), {bench.deadlines, Bench::at(1)},
                         [&](const std::vector<std::string>& ids, const Result<Answers>&) {
                           if (ids.size() == 2 && !ids.back().empty()) ++whole;
                           ++ended;
                           ended.notify_all();
                         });
  }
  for (int seen = ended; seen < kRounds; seen = ended) ended.wait(seen);
  CHECK(whole == kRounds);
}
