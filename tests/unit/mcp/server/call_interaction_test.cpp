#include "mcp/server/call_interaction.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/fixture.h"

namespace pmx::mcp::test {

TEST_CASE("log messages: only for a request that asked for them, at its level or above") {
  Harness h(Harness::default_options(), 2, 64, [](Catalogue& catalogue) {
    catalogue.logs = true;
    catalogue.tools.push_back(
        {{{"name", "chatter"}, {"inputSchema", {{"type", "object"}}}},
         [](const Context&, const Json&, Interaction& interaction) -> Result<ToolReply> {
           interaction.log(LogLevel::kInfo, "engine", "low");
           interaction.log(LogLevel::kWarning, "engine", "even at SECRET");
           interaction.log(LogLevel::kEmergency, "", "high");
           return ToolReply(ToolOutput{nullptr, "done"});
         }});
  });
  const auto call = [](const char* id, const Json& meta) {
    return modern(id, "tools/call", {{"name", "chatter"}}, meta);
  };
  CHECK(h.ask(call("1", Json::object()))["id"] == 1);
  h.tell(call("2", {{"io.modelcontextprotocol/logLevel", "warning"}}));
  const Json first = h.next();
  CHECK(first["method"] == "notifications/message");
  CHECK(first["params"] ==
        Json{{"level", "warning"}, {"logger", "engine"}, {"data", "even at safe-name"}});
  CHECK(h.next()["params"] == Json{{"level", "emergency"}, {"data", "high"}});
  CHECK(h.next()["id"] == 2);
  CHECK(h.ask(call("3", Json::object()))["id"] == 3);  // what one request asked is its own
}

}  // namespace pmx::mcp::test
