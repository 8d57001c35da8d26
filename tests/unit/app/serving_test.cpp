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
