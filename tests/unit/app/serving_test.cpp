#include "app/serving.h"

#include <doctest/doctest.h>

#include "app/serve_http.h"
#include "base/json.h"
#include "mcp/server/core.h"
#include "schemas/embedded.h"

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
