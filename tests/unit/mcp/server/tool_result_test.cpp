#include "mcp/server/tool_result.h"

#include <doctest/doctest.h>

#include "tests/unit/mcp/server/core_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

/// The fixture's tools by name: echo promises {text: string}, plain promises nothing.
struct Bench : CoreBench {
  const CompiledTool& tool(std::string_view name) {
    const CompiledTool* found = core->find_tool(name);
    REQUIRE(found != nullptr);
    return *found;
  }
  CallOutcome judged(std::string_view name, Result<ToolReply>& reply) {
    return judge(Context{}, tool(name), reply);
  }
};

Result<ToolReply> output(Json structured, bool failed = false) {
  return ToolReply(ToolOutput{std::move(structured), "in words", Json::array(), failed});
}

}  // namespace

TEST_CASE("tool result: lines are joined without one at the end") {
  CHECK(join_lines({}).empty());
  CHECK(join_lines({"a"}) == "a");
  CHECK(join_lines({"a", "", "b"}) == "a\n\nb");
}

TEST_CASE("tool result: what fits its schema is told and left as it is") {
  Bench bench;
  auto reply = output({{"text", "x"}, {"more", 1}});
  const CallOutcome outcome = bench.judged("echo", reply);
  CHECK(outcome.ok);
  CHECK(outcome.summary() == "in words");
  CHECK(outcome.result() == Json{{"text", "x"}, {"more", 1}});
  REQUIRE(reply.ok());
  CHECK(std::get<ToolOutput>(*reply).structured == Json{{"text", "x"}, {"more", 1}});
}

TEST_CASE("tool result: an answer that breaks its promise becomes our fault, without its content") {
  Bench bench;
  for (const Json& structured : {Json{{"text", 7}}, Json::object(), Json(), Json("payroll-db")}) {
    auto reply = output(structured);
    const CallOutcome outcome = bench.judged("echo", reply);
    CHECK_FALSE(outcome.ok);
    CHECK(outcome.result()["code"] == "internal");
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == Code::kInternal);
    CHECK(reply.error().text().find("payroll-db") == std::string::npos);
  }
}

TEST_CASE("tool result: a tool without an output schema promises nothing") {
  Bench bench;
  for (const Json& structured : {Json(), Json{{"any", 1}}}) {
    auto reply = output(structured);
    CHECK(bench.judged("plain", reply).ok);
    CHECK(reply.ok());
  }
}

TEST_CASE("tool result: a failure with content of its own is one, and need not fit the schema") {
  Bench bench;
  auto reply = output({{"why", "full"}}, true);
  const CallOutcome outcome = bench.judged("echo", reply);
  CHECK_FALSE(outcome.ok);
  CHECK(outcome.summary() == "in words");
  CHECK(outcome.result() == Json{{"why", "full"}});
  REQUIRE(reply.ok());
  const Json wire =
      wire_result(Context{}, &bench.tool("echo"), std::get<ToolOutput>(*reply), kModern);
  CHECK(wire["isError"] == true);
  CHECK(wire["structuredContent"] == Json{{"why", "full"}});
}

TEST_CASE("tool result: failures are told as they are, whether of the tool or of the protocol") {
  Bench bench;
  Result<ToolReply> failure = Error{Code::kUnavailable, "pve1 is down", "wait"};
  CallOutcome outcome = bench.judged("echo", failure);
  CHECK_FALSE(outcome.ok);
  CHECK(outcome.summary() == "pve1 is down; wait");
  CHECK(outcome.result() == Json{{"code", "unavailable"}, {"message", "pve1 is down"}});
  Result<ToolReply> protocol = ToolReply(ProtocolError{-32603, "broken"});
  outcome = bench.judged("echo", protocol);
  CHECK_FALSE(outcome.ok);
  CHECK(outcome.summary() == "broken");
  REQUIRE(protocol.ok());  // still the protocol's error
  CHECK(std::get<ProtocolError>(*protocol).code == -32603);
}

TEST_CASE("tool result: a question is a good end of a round, putting off again is none") {
  Bench bench;
  Result<ToolReply> question = ToolReply(InputRequired{});
  const CallOutcome asked = bench.judged("echo", question);
  CHECK(asked.ok);
  CHECK(question.ok());
  Result<ToolReply> again = ToolReply(Deferred{});
  CHECK_FALSE(bench.judged("echo", again).ok);
  CHECK(again.error().code == Code::kInternal);
}

TEST_CASE("tool result: on the wire a broken promise is an error in words, unless it was checked") {
  Bench bench;
  const ToolOutput lie{{{"text", 7}}, "payroll-db"};
  const Json refused = wire_result(Context{}, &bench.tool("echo"), lie, kModern);
  CHECK(refused["isError"] == true);
  CHECK_FALSE(refused.contains("structuredContent"));
  CHECK(dump_json(refused).find("payroll-db") == std::string::npos);
  const Json trusted = wire_result(Context{}, nullptr, lie, kModern);
  CHECK(trusted["structuredContent"] == Json{{"text", 7}});
  CHECK_FALSE(trusted.contains("isError"));
}

TEST_CASE("tool result: an error becomes an output in words that is marked as failed") {
  const ToolOutput output = failed_output({Code::kNotFound, "no such guest", "list them"});
  CHECK(output.failed);
  CHECK(output.structured.is_null());
  CHECK(output.text == "no such guest. list them");
  const Json wire = wire_result(Context{}, nullptr, output, Version::k2024_11_05);
  CHECK(wire ==
        Json{{"isError", true},
             {"content", Json::array({{{"type", "text"}, {"text", "no such guest. list them"}}})}});
}
