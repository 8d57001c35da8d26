#include "app/privacy_gate.h"

#include <doctest/doctest.h>

#include <functional>

#include "tests/unit/app/workbench.h"
#include "tests/unit/base/log_file.h"

using pmx::Code;
using pmx::Context;
using pmx::Json;
using pmx::Secret;
using pmx::anonymize::Engine;
using pmx::anonymize::Kind;
using pmx::anonymize::MapRow;
using pmx::anonymize::Name;
using pmx::app::PrivacyGate;
using pmx::app::TypedNames;
using pmx::app::test::JumpingClock;

namespace {

const Json kSchema = Json::parse(R"({"type":"object","properties":{
  "guest":{"type":["string","integer"],"format":"pve-guest"},
  "nodes":{"type":"array","items":{"type":"string","format":"pve-node"}},
  "note":{"type":"string"}}})");

/// A map that fails on demand, as a full disk makes it fail.
class FailingMapping final : public pmx::anonymize::Mapping {
 public:
  pmx::Result<std::vector<MapRow>> load(std::int64_t after) override { return inner.load(after); }
  pmx::Result<std::int64_t> version() override {
    if (unreadable) return pmx::Error{Code::kUnavailable, "disk full", ""};
    if (until_news > 0 && --until_news == 0) news();
    return inner.version();
  }
  pmx::Result<std::vector<MapRow>> claim(std::span<const MapRow> wanted) override {
    if (broken) return pmx::Error{Code::kResourceExhausted, "disk full", ""};
    return inner.claim(wanted);
  }
  pmx::anonymize::MemoryMapping inner;
  bool broken = false;
  bool unreadable = false;
  int until_news = 0;  ///< questions for the version until another process has `news`
  std::function<void()> news;
};

struct Bench {
  Bench() {
    auto opened = Engine::open(Secret(std::string(32, 'k')), mapping);
    REQUIRE(opened.ok());
    engine = std::move(opened).value();
    const std::vector<Name> names{{Kind::kVm, "payroll-db"}, {Kind::kNode, "pve-muc-01"}};
    REQUIRE(engine->learn(names).ok());
    typed = std::make_unique<TypedNames>(*engine, clock, TypedNames::Options{});
  }
  /// Another process learns "quokka" before the next second look, and "numbat" before the one after
  /// it: each finds what the pass before it did not know.
  void learn_between_looks() {
    auto opened = Engine::open(Secret(std::string(32, 'k')), mapping);
    REQUIRE(opened.ok());
    other = std::move(opened).value();
    unlearned = {"numbat", "quokka"};
    mapping.news = [this] {
      if (unlearned.empty()) return;
      CHECK(other->learn(std::vector<Name>{{Kind::kVm, unlearned.back()}}).ok());
      unlearned.pop_back();
      mapping.until_news = 2;
    };
    mapping.until_news = 2;
  }

  std::string shown(Kind kind, const char* name) const {
    return engine->pseudonym(kind, name).value();
  }

  FailingMapping mapping;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Engine> other;
  std::vector<const char*> unlearned;
  JumpingClock clock;
  std::unique_ptr<TypedNames> typed;
};

pmx::mcp::Outbound result(Json payload) {
  pmx::mcp::Outbound message;
  message.id = 7;
  message.payload = std::move(payload);
  return message;
}

}  // namespace

TEST_CASE("gate: typed arguments come back real, wherever they stand; free text stays as it is") {
  Bench bench;
  PrivacyGate gate(*bench.engine, *bench.typed);
  const std::string guest = bench.shown(Kind::kVm, "payroll-db");
  const std::string node = bench.shown(Kind::kNode, "pve-muc-01");
  const auto admitted =
      gate.admit(Context{}, kSchema, Json{{"guest", guest}, {"nodes", {node}}, {"note", guest}});
  REQUIRE(admitted.ok());
  CHECK(*admitted == Json{{"guest", "payroll-db"}, {"nodes", {"pve-muc-01"}}, {"note", guest}});
  CHECK(gate.admit(Context{}, kSchema, Json{{"guest", 105}})->dump() == R"({"guest":105})");
}

TEST_CASE(
    "gate: forged, damaged and wrong pseudonyms are refused by the argument's name and not "
    "repeated") {
  Bench bench;
  PrivacyGate gate(*bench.engine, *bench.typed);
  std::string damaged = bench.shown(Kind::kVm, "payroll-db");
  damaged.back() = damaged.back() == 'b' ? 'c' : 'b';
  for (const std::string& wrong :
       {damaged, std::string("vm-b7dfghj"), bench.shown(Kind::kNode, "pve-muc-01")}) {
    CAPTURE(wrong);
    const auto admitted = gate.admit(Context{}, kSchema, Json{{"guest", wrong}});
    REQUIRE_FALSE(admitted.ok());
    CHECK(admitted.error().code == Code::kInvalidArgument);
    CHECK(admitted.error().message.find("/guest") != std::string::npos);
    CHECK(admitted.error().text().find(wrong) == std::string::npos);
  }
}

TEST_CASE("gate: what leaves is pseudonymous under the client's own id") {
  Bench bench;
  PrivacyGate gate(*bench.engine, *bench.typed);
  const auto cleared = gate.clear(
      Context{},
      result(Json{{"content", {{{"type", "text"}, {"text", "payroll-db on pve-muc-01"}}}}}));
  REQUIRE(cleared.has_value());
  CHECK(cleared->bytes().find("payroll") == std::string_view::npos);
  CHECK(cleared->bytes().find("\"id\":7") != std::string_view::npos);
}

TEST_CASE("gate: a name that is learned between the two looks is replaced, not reported") {
  Bench bench;
  PrivacyGate gate(*bench.engine, *bench.typed);
  auto other = Engine::open(Secret(std::string(32, 'k')), bench.mapping);
  REQUIRE(other.ok());
  bool learned = false;
  bench.mapping.news = [&] {
    learned = (*other)->learn(std::vector<Name>{{Kind::kVm, "quokka"}}).ok();
  };
  bench.mapping.until_news = 2;
  const auto cleared = gate.clear(
      Context{}, result(Json{{"content", {{{"type", "text"}, {"text", "quokka is up"}}}}}));
  REQUIRE(cleared.has_value());
  CHECK(learned);
  CHECK(cleared->bytes().find("quokka") == std::string_view::npos);
  CHECK(cleared->bytes().find(bench.shown(Kind::kVm, "quokka")) != std::string_view::npos);
}

TEST_CASE("gate: what the second look finds twice is held back, and counted") {
  Bench bench;
  PrivacyGate gate(*bench.engine, *bench.typed);
  bench.learn_between_looks();
  const auto cleared = gate.clear(
      Context{}, result(Json{{"content", {{{"type", "text"}, {"text", "quokka and numbat"}}}}}));
  REQUIRE(cleared.has_value());
  CHECK(bench.unlearned.empty());
  CHECK(cleared->bytes().find("numbat") == std::string_view::npos);
  CHECK(cleared->bytes().find("\"error\"") != std::string_view::npos);
  CHECK(gate.checks().blocked == 1);
  CHECK(gate.checks().passed == 0);
  REQUIRE(gate.clear(Context{}, result(Json{{"content", Json::array()}})).has_value());
  CHECK(gate.checks().passed == 1);
}

TEST_CASE("gate: whatever kind of message is held back says type and count, and raises the alarm") {
  using pmx::mcp::Outbound;
  struct Row {
    const char* name;
    Outbound::Form form;
    const char* method;
    const char* payload;
  };
  const Row rows[] = {
      {"tool result", Outbound::Form::kResult, "",
       R"({"content":[{"type":"text","text":"quokka and numbat is up"}]})"},
      {"structured result", Outbound::Form::kResult, "",
       R"({"content":[],"structuredContent":{"rows":[{"note":"about quokka and numbat"}]}})"},
      {"resource", Outbound::Form::kResult, "",
       R"({"contents":[{"uri":"pve://default/overview","text":"quokka and numbat is up"}]})"},
      {"prompt", Outbound::Form::kResult, "",
       R"({"messages":[{"role":"user","content":{"type":"text","text":"what of quokka and numbat?"}}]})"},
      {"completion", Outbound::Form::kResult, "",
       R"({"completion":{"values":["quokka and numbat"]}})"},
      {"error", Outbound::Form::kError, "",
       R"({"code":-32602,"message":"quokka and numbat is unknown"})"},
      {"notification", Outbound::Form::kNotification, "notifications/resources/updated",
       R"({"uri":"pve://default/guests/105","title":"quokka and numbat"})"},
      {"log line", Outbound::Form::kNotification, "notifications/message",
       R"({"level":"info","data":"quokka and numbat is up"})"},
      {"progress", Outbound::Form::kNotification, "notifications/progress",
       R"({"progress":1,"message":"waiting for quokka and numbat"})"},
      {"question", Outbound::Form::kRequest, "elicitation/create",
       R"({"message":"really start quokka and numbat?"})"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const pmx::testing::LogFile file;
    pmx::log::set_redactor([](std::string_view line) { return std::string(line); });
    Bench bench;
    PrivacyGate gate(*bench.engine, *bench.typed);
    bench.learn_between_looks();
    Outbound message = result(Json::parse(row.payload));
    message.form = row.form;
    message.method = row.method;
    const auto cleared = gate.clear(Context{}, message);
    const bool answer = row.form == Outbound::Form::kResult || row.form == Outbound::Form::kError;
    REQUIRE(cleared.has_value() == answer);
    if (answer) {
      CHECK(cleared->bytes().find("quokka") == std::string_view::npos);
      CHECK(cleared->bytes().find("numbat") == std::string_view::npos);
      const Json error = Json::parse(cleared->bytes())["error"];
      CHECK(error["message"] == "withheld by the privacy gate");
      CHECK(error["data"]["finding"].get<std::string>().find("found 1 name in") !=
            std::string::npos);
    }
    CHECK(gate.checks().blocked == 1);
    CHECK(gate.checks().passed == 0);
    CHECK(file.count("privacy.leak_blocked") == 1);
    CHECK(file.count("found 1 name in") == 1);
    CHECK(file.count("gate.withheld") == 1);
    CHECK(file.count("quokka") + file.count("numbat") == 0);
  }
}

TEST_CASE("gate: a line of our own log that the second look refuses is withheld") {
  Bench bench;
  bench.learn_between_looks();
  const auto line = bench.engine->mask("quokka is up");
  REQUIRE_FALSE(line.ok());
  CHECK(line.error().message.find("found 1 name in") != std::string::npos);
  CHECK(line.error().text().find("quokka") == std::string::npos);
}

TEST_CASE("gate: when the engine fails nothing leaves but a fixed error") {
  Bench bench;
  PrivacyGate gate(*bench.engine, *bench.typed);
  bench.mapping.broken = true;
  const auto cleared =
      gate.clear(Context{}, result(Json{{"node", "never-seen-node-77"}, {"ip", "10.20.30.40"}}));
  REQUIRE(cleared.has_value());
  CHECK(cleared->bytes().find("never-seen") == std::string_view::npos);
  CHECK(cleared->bytes().find("10.20") == std::string_view::npos);
  CHECK(cleared->bytes().find("\"error\"") != std::string_view::npos);
  CHECK(cleared->bytes().find("\"id\":7") != std::string_view::npos);
  CHECK(gate.checks().blocked == 1);
  CHECK(gate.checks().passed == 0);
}

TEST_CASE("gate: only damaged and invented pseudonyms count as guesses") {
  Bench bench;
  TypedNames names(*bench.engine, bench.clock,
                   {.wrong_per_hour = 1, .clusters = [] { return std::vector<std::string>{}; }});
  PrivacyGate gate(*bench.engine, names);
  const auto admits = [&gate](const std::string& value) {
    return gate.admit_value(Context{}, value, "pve-guest").ok();
  };
  CHECK_FALSE(admits(bench.shown(Kind::kNode, "pve-muc-01")));  // of another kind
  CHECK_FALSE(admits("[secret:password]"));
  bench.mapping.unreadable = true;
  CHECK_FALSE(admits("vm-b7dfghj"));
  CHECK_FALSE(admits("payroll-db"));
  bench.mapping.unreadable = false;
  CHECK(admits("payroll-db"));  // none of them counted
  CHECK_FALSE(admits("vm-b7dfghj"));
  CHECK_FALSE(admits("payroll-db"));
}
