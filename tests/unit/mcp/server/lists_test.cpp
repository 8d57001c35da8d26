// The handlers of the lists, called directly; what they look like on the wire is in tool_call_test,
// list_pages_test and the transcripts.
#include <doctest/doctest.h>

#include <stdexcept>

#include "mcp/server/handlers.h"
#include "tests/unit/mcp/server/core_bench.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

int code_of(const Answer& answer) { return answer.error ? answer.error->code : 0; }

Json parsed(const Answer& answer) {
  REQUIRE_FALSE(answer.error);
  auto json = parse_json(answer.text);
  REQUIRE(json.ok());
  return *std::move(json);
}

struct Fixed {
  const char* member;
  Answer (*list)(const Core& core, const Call& call);
};

constexpr Fixed kFixed[] = {
    {"tools", &list_tools}, {"resourceTemplates", &list_templates}, {"prompts", &list_prompts}};

}  // namespace

TEST_CASE("lists: the fixed ones fit a page, so that any cursor is a wrong one") {
  CoreBench bench;
  for (const Fixed& fixed : kFixed) {
    CAPTURE(std::string(fixed.member));
    for (const Json& cursor : {Json("x"), Json(""), Json(), Json(1)}) {
      const Answer answer = fixed.list(*bench.core, bench.call({{"cursor", cursor}}));
      CHECK(code_of(answer) == -32602);
    }
    CHECK(parsed(fixed.list(*bench.core, bench.call()))[fixed.member].is_array());
  }
}

TEST_CASE("lists: each version gets its own, however often and in whatever order they are asked") {
  CoreBench bench;
  for (int turn = 0; turn < 2; ++turn) {
    for (const Version version : kAllVersions) {
      for (const Fixed& fixed : kFixed) {
        const Json list = parsed(fixed.list(*bench.core, bench.call(Json::object(), version)));
        CHECK(list.contains("ttlMs") == (version == kModern));
        CHECK(list[fixed.member][0].contains("title") == (version >= Version::k2025_06_18));
      }
    }
  }
}

TEST_CASE("lists: a resource without variables is no template") {
  CoreBench bench([](Catalogue& catalogue) {
    ResourceTemplate plain = catalogue.templates.front();
    plain.definition["uriTemplate"] = "demo://overview";
    plain.formats.clear();
    catalogue.templates.push_back(std::move(plain));
  });
  CHECK(parsed(list_templates(*bench.core, bench.call()))["resourceTemplates"].size() == 2);
}

TEST_CASE("lists: without a lister there are no resources, and no error either") {
  CoreBench bench([](Catalogue& catalogue) { catalogue.list_resources = nullptr; });
  const Answer answer = list_resources(*bench.core, bench.call());
  REQUIRE_FALSE(answer.error);
  CHECK(answer.result == Json{{"resources", Json::array()}});
  CHECK(answer.verbatim.is_null());
}

TEST_CASE("lists: a lister that fails or throws ends the request as our fault, not the server") {
  const ResourceLister failing = [](const Context&) -> Result<std::vector<Json>> {
    return Error{Code::kUnavailable, "pve1 is down", "wait"};
  };
  const ResourceLister throwing = [](const Context&) -> Result<std::vector<Json>> {
    throw std::runtime_error("payroll-db");
  };
  for (const ResourceLister& lister : {failing, throwing}) {
    CoreBench bench([&lister](Catalogue& catalogue) { catalogue.list_resources = lister; });
    const Answer answer = list_resources(*bench.core, bench.call());
    CHECK(code_of(answer) == -32603);
    CHECK(answer.error->message.find("payroll-db") == std::string::npos);
  }
}

TEST_CASE("lists: a cursor of resources that we did not make is wrong, of whatever type") {
  CoreBench bench;
  for (const Json& cursor : {Json("x"), Json(""), Json(), Json(7), Json::object()}) {
    CHECK(code_of(list_resources(*bench.core, bench.call({{"cursor", cursor}}))) == -32602);
  }
}

TEST_CASE("lists: a resource loses what its reader's version does not know") {
  CoreBench bench;
  CHECK(list_resources(*bench.core, bench.call()).result["resources"][0].contains("title"));
  const Answer old = list_resources(*bench.core, bench.call(Json::object(), Version::k2025_03_26));
  CHECK(old.result["resources"][0] == Json{{"uri", "demo://SECRET/guests/1"}, {"name", "SECRET"}});
}

TEST_CASE("lists: a log level is one of the eight words, and counts for its conversation") {
  CoreBench bench;
  for (const char* word :
       {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}) {
    CHECK_FALSE(set_log_level(*bench.core, bench.call({{"level", word}})).error);
    CHECK(log_level_name(bench.conversation->log_level) == word);
  }
  for (const Json& params : {Json{{"level", "Info"}}, Json{{"level", ""}}, Json{{"level", 3}},
                             Json{{"level", nullptr}}, Json::object()}) {
    CHECK(code_of(set_log_level(*bench.core, bench.call(params))) == -32602);
    CHECK(bench.conversation->log_level == LogLevel::kEmergency);
  }
}

TEST_CASE("lists: ping is answered by an empty object") {
  CoreBench bench;
  CHECK(ping(*bench.core, bench.call({{"any", 1}})).result == Json::object());
}
