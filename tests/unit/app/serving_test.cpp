#include "app/serving.h"

#include <doctest/doctest.h>

#include "app/serve_http.h"
#include "base/json.h"
#include "mcp/server/core.h"
#include "schemas/embedded.h"
#include "tests/unit/state/temporary.h"

using namespace pmx;
using app::Access;
using app::Config;
using app::Serving;

TEST_CASE("serving: a demo keeps the limits that are configured") {
  Config config;
  config.limits.requests = 3;
  config.limits.calls_per_minute = 5;
  config.limits.completions_per_minute = 7;
  config.limits.request_timeout = std::chrono::seconds(11);
  const auto serving = Serving::start(config, /*demo=*/true, {Access::kObserve});
  REQUIRE(serving.ok());
  const auto& options = (*serving)->server(Access::kObserve).core()->options;
  CHECK(options.quotas.requests == 3);
  CHECK(options.quotas.calls_per_minute == 5);
  CHECK(options.quotas.completions_per_minute == 7);
  CHECK(options.request_timeout == std::chrono::seconds(11));
}

TEST_CASE("serving: a client is told that everything is replaced, where nothing stays by a rule") {
  using anonymize::Fate;
  using anonymize::Kind;
  using anonymize::OperatorRule;
  using anonymize::Preset;
  using Type = OperatorRule::Type;
  const OperatorRule word{Type::kWord, "falcon", Kind::kName, "", Fate::kReplace, "c.yml:1"};
  const OperatorRule dropped{Type::kFate, "", Kind::kTag, "", Fate::kDrop, "c.yml:2"};
  const OperatorRule shown{Type::kFate, "", Kind::kIpv4, "", Fate::kKeep, "c.yml:3"};
  const OperatorRule name{Type::kKeep, "web", Kind::kName, "", Fate::kKeep, "c.yml:4"};
  const struct {
    Preset preset;
    std::vector<OperatorRule> rules;
    bool all;
  } rows[] = {{Preset::kStrict, {}, true},       {Preset::kStrict, {word, dropped}, true},
              {Preset::kStrict, {shown}, false}, {Preset::kStrict, {name}, false},
              {Preset::kNames, {}, false},       {Preset::kSecrets, {}, false}};
  for (const auto& row : rows) {
    const state::testing::TemporaryDirectory directory;
    Config config;
    config.state_dir = directory.path();
    config.privacy.policy = anonymize::Policy::make(row.preset, row.rules).value();
    const auto serving = Serving::start(config, /*demo=*/false, {Access::kObserve});
    REQUIRE(serving.ok());
    const std::string& told = (*serving)->server(Access::kObserve).core()->options.instructions;
    CAPTURE(told);
    CHECK((told.find("Every name, address and secret you see is replaced") != std::string::npos) ==
          row.all);
    CHECK((told.find("lets you see some names or addresses") != std::string::npos) != row.all);
    CHECK(told.find("translate with `proxmox-mpc reveal`.") != std::string::npos);
  }
}

namespace {

/// A process on the state directory of `config`.
std::unique_ptr<Serving> started(const Config& config, bool demo = false) {
  auto serving = Serving::start(config, demo, {Access::kObserve, Access::kOperate});
  REQUIRE(serving.ok());
  return std::move(serving).value();
}

mcp::RequestStates& states_of(Serving& serving, Access access = Access::kObserve) {
  return serving.server(access).core()->states;
}

const Json kParams{{"name", "x"}, {"arguments", {{"guest", "101"}}}};
const mcp::StateScope kScope{"alice", "tools/call", kParams};

}  // namespace

TEST_CASE("serving: a request of several rounds goes on after a restart and in other processes") {
  const state::testing::TemporaryDirectory directory;
  Config config;
  config.state_dir = directory.path();
  auto first = started(config);
  const std::string sealed = states_of(*first).seal(kScope, "asked");
  const auto beside = started(config);
  CHECK(states_of(*beside).open(kScope, sealed, false).value() == "asked");
  CHECK(states_of(*beside, Access::kOperate).open(kScope, sealed, true).ok());
  first.reset();
  first = started(config);
  CHECK(states_of(*first).open(kScope, sealed, false).value() == "asked");
  CHECK_FALSE(states_of(*first).open(kScope, sealed, true).ok());  // it was used once, elsewhere
  const state::testing::TemporaryDirectory other;
  config.state_dir = other.path();
  CHECK_FALSE(states_of(*started(config)).open(kScope, sealed, false).ok());
}

TEST_CASE("serving: where pseudonyms end with the process, so do its requests") {
  const state::testing::TemporaryDirectory directory;
  Config config;
  config.state_dir = directory.path();
  config.privacy.mode = app::PrivacyMode::kSession;
  for (const bool demo : {false, true}) {
    const auto one = started(config, demo);
    const auto two = started(config, demo);
    const std::string sealed = states_of(*one).seal(kScope, "asked");
    CHECK(states_of(*one).open(kScope, sealed, false).ok());
    CHECK_FALSE(states_of(*two).open(kScope, sealed, false).ok());
  }
}

TEST_CASE("serving: HTTP has room for the streams that one caller may have, and for others") {
  const auto schema = parse_json(schemas::embedded_file("config.json"));
  REQUIRE(schema.ok());
  app::LimitsConfig limits;
  for (const char* bound : {"minimum", "default", "maximum"}) {
    CAPTURE(bound);
    limits.streams = (*schema)["properties"]["limits"]["properties"]["streams"][bound].get<int>();
    mcp::HttpOptions options;
    app::make_room(limits, options);
    CHECK(options.max_streams > static_cast<std::size_t>(limits.streams));
    CHECK(options.max_connections > options.max_streams);
  }
}
