#include <doctest/doctest.h>

#include "base/trace_context.h"
#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

}  // namespace

TEST_CASE(
    "trace: a valid traceparent reaches the handler, in both eras; a malformed one is ignored") {
  Harness h;
  Context seen;
  h.catalogue.tools.front().run = [&seen](const Context& ctx, const Json&,
                                          Interaction&) -> Result<ToolOutput> {
    seen = ctx;
    return ToolOutput{{{"text", "x"}}, "x"};
  };
  h.handshake();
  const Json echo{{"name", "echo"}, {"arguments", {{"text", "x"}}}};
  const auto call = [&](bool is_modern, const Json& meta) {
    seen = {};
    Json params = echo;
    params["_meta"] = meta;
    const Json answer = h.ask(is_modern ? modern("1", "tools/call", echo, meta)
                                        : legacy("1", "tools/call", params));
    REQUIRE(answer.contains("result"));
    CHECK_FALSE(answer["result"].value("isError", false));
  };
  for (const bool is_modern : {true, false}) {
    CAPTURE(is_modern);
    call(is_modern, {{"traceparent", kParent}, {"tracestate", "a=b"}});
    CHECK(seen.traceparent == kParent);
    CHECK(seen.tracestate == "a=b");
    for (const Json& bad : {Json("00-x"), Json(7), Json(nullptr)}) {
      call(is_modern, {{"traceparent", bad}, {"tracestate", "a=b"}});
      CHECK(seen.traceparent.empty());
      CHECK(seen.tracestate.empty());
    }
  }
}
