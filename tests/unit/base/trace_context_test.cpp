#include "base/trace_context.h"

#include <doctest/doctest.h>

#include <string>

namespace {

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

}  // namespace

TEST_CASE("trace context: only what the standard allows is a traceparent") {
  using pmx::is_traceparent;
  CHECK(is_traceparent(kParent));
  CHECK(is_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"));
  for (const char* bad : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                          "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
                          "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                          "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_traceparent(bad));
  }
}

TEST_CASE("trace context: only what the standard allows is a tracestate") {
  using pmx::is_tracestate;
  CHECK(is_tracestate("rojo=00f067aa0ba902b7, congo=t61rcWkgMzE,"));
  CHECK(is_tracestate("tenant@system=a b"));
  for (const char* bad : {"novalue", "a=", "A=b", "a=b=c", "a=1,a=2", "a=\x01", "=b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_tracestate(bad));
  }
  std::string many;
  for (int i = 0; i < 33; ++i) many += "k" + std::to_string(i) + "=v,";
  CHECK_FALSE(is_tracestate(many));
  CHECK_FALSE(is_tracestate("a=" + std::string(600, 'x')));
}

TEST_CASE("trace context: what is malformed is ignored") {
  pmx::Context ctx;
  pmx::set_trace(ctx, "nonsense", "a=b");
  CHECK(ctx.traceparent.empty());
  CHECK(ctx.tracestate.empty());
  CHECK(pmx::trace_id(ctx).empty());
  pmx::set_trace(ctx, kParent, "nonsense");
  CHECK(pmx::trace_id(ctx) == kTrace);
  CHECK(pmx::parent_span(ctx) == "00f067aa0ba902b7");
  CHECK(ctx.tracestate.empty());
}
