#include "app/api_arguments.h"

#include "app/privacy_gate.h"
#include "tests/unit/app/workbench.h"

using pmx::Code;
using pmx::Context;
using pmx::Json;
using pmx::anonymize::Kind;
using pmx::app::read_api_arguments;
using pmx::app::test::Workbench;
using pmx::proxmox::ApiRelease;

namespace {

Json schema() { return pmx::app::tool_definition("api_get")["inputSchema"]; }

struct GateBench : Workbench {
  GateBench() {
    REQUIRE(call("guest_list").ok());  // so that the dictionary knows the cluster
    const auto nodes = call("api_get", {{"path", "/nodes"}, {"fields", {"node"}}});
    REQUIRE(nodes.ok());
    shown = nodes->structured["data"][0]["node"];
    node = installation->engine().restore(shown, "pve-node").value();
  }
  pmx::Result<Json> admit(const Json& arguments) {
    return gate.admit(Context{}, schema(), arguments);
  }

  std::string node;
  std::string shown;
  pmx::app::TypedNames names{installation->engine(), clock, {.wrong_per_hour = 5, .clusters = {}}};
  pmx::app::PrivacyGate gate{installation->engine(), names};
};

}  // namespace

TEST_CASE("api arguments: every text parameter of every GET has a format, but for times") {
  std::set<std::string> plain;
  for (const auto release : {ApiRelease::k8, ApiRelease::k9}) {
    const pmx::proxmox::ApiSchema api(release);
    for (const auto& method : api.methods()) {
      if (method.method != "GET") continue;
      const Json params = method.facts().value("params", Json::object());
      for (const auto& [name, facts] : params.items()) {
        if (pmx::string_member(facts, "type") != "string" || facts.contains("enum")) continue;
        if (pmx::app::restorable_format(name, facts).empty()) plain.insert(name);
      }
      CHECK(pmx::app::check_api_values(method.facts(), {{"zz", 1}}).error().code ==
            Code::kInvalidArgument);
    }
  }
  CHECK(plain == std::set<std::string>{"since", "until", "userfilter"});
}

TEST_CASE(
    "api arguments: a pseudonym becomes real in the path and in parameters, and nowhere else") {
  GateBench bench;
  const std::string path = "/nodes/{node}/tasks";
  for (const Json& arguments : {Json{{"path", "/nodes/" + bench.shown + "/tasks"}},
                                Json{{"path", path}, {"parameters", {{"node", bench.shown}}}}}) {
    const auto admitted = bench.admit(arguments);
    REQUIRE(admitted.ok());
    CHECK((*admitted)["path"] == path);
    CHECK((*admitted)["parameters"]["node"] == bench.node);
  }
  for (const Json& arguments :
       {Json{{"path", "/no/such/" + bench.shown}}, Json{{"path", bench.shown}},
        Json{{"path", "/nodes"}, {"fields", {bench.shown}}},
        Json{{"path", path}, {"parameters", {{"zz", bench.shown}}}},
        Json{{"path", path}, {"parameters", {{"userfilter", bench.shown}}}}}) {
    CAPTURE(arguments.dump());
    const auto admitted = bench.admit(arguments);
    REQUIRE(admitted.ok());
    CHECK(admitted->dump().find(bench.node) == std::string::npos);
  }
}

TEST_CASE("api arguments: a wrong pseudonym is refused by the argument's name") {
  GateBench bench;
  std::string damaged = bench.shown;
  damaged.back() = damaged.back() == '2' ? '3' : '2';
  const std::string guest = bench.installation->engine().pseudonym(Kind::kVm, "some-vm").value();
  for (const std::string& wrong : {damaged, guest}) {
    const auto admitted = bench.admit({{"path", "/nodes/" + wrong + "/tasks"}});
    REQUIRE_FALSE(admitted.ok());
    CHECK(admitted.error().message.find("/parameters/node") != std::string::npos);
    CHECK(admitted.error().text().find(wrong) == std::string::npos);
  }
}

TEST_CASE("api arguments: every typed word counts as a guess, whatever PVE takes it for") {
  GateBench bench;
  for (int i = 0; i < 5; ++i) {
    const std::string word = "qzqz" + std::string(1, static_cast<char>('a' + i));
    CHECK(bench.admit({{"path", "/nodes/{node}/tasks"}, {"parameters", {{"typefilter", word}}}})
              .ok());
  }
  const auto refused = bench.admit({{"path", "/nodes/" + bench.node + "/tasks"}});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kResourceExhausted);
  CHECK(bench
            .admit({{"path", "/nodes/" + bench.shown + "/tasks"},
                    {"parameters", {{"since", 1}, {"vmid", 101}}}})
            .ok());
}

TEST_CASE("api arguments: a name that is written as a number is as much a guess as its text") {
  GateBench bench;
  const Json pool{{"path", "/pools/{poolid}"}};
  for (const Json& value : {Json(10000), Json("10001"), Json(1.5), Json(-7), Json(true)}) {
    Json arguments = pool;
    arguments["parameters"] = {{"poolid", value}};
    const auto admitted = bench.admit(arguments);
    REQUIRE(admitted.ok());
    CHECK((*admitted)["parameters"]["poolid"].is_string());
  }
  for (const Json& value : {Json(10002), Json(false), Json("10003")}) {
    Json arguments = pool;
    arguments["parameters"] = {{"poolid", value}};
    const auto refused = bench.admit(arguments);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::kResourceExhausted);
  }
}

TEST_CASE("api arguments: numbers and devices are no guesses") {
  GateBench bench;
  for (int i = 0; i < 20; ++i) {
    CHECK(bench.admit({{"path", "/cluster/replication/" + std::to_string(100 + i) + "-0"}}).ok());
    CHECK(bench.admit({{"path", "/cluster/ha/resources/vm:" + std::to_string(100 + i)}}).ok());
    const std::string disk = "/dev/sd" + std::string(1, static_cast<char>('a' + i));
    CHECK(bench
              .admit({{"path", "/nodes/" + bench.shown + "/disks/smart"},
                      {"parameters", {{"disk", disk}}}})
              .ok());
  }
}

TEST_CASE("api arguments: values become what PVE takes, in the types of the facts") {
  const pmx::proxmox::ApiSchema api(ApiRelease::k9);
  const Json facts = api.find("GET", "/nodes/{node}/tasks")->method->facts();
  const auto values = pmx::app::check_api_values(
      facts, {{"node", "a"}, {"limit", "007"}, {"errors", true}, {"vmid", 105}, {"source", "all"}});
  REQUIRE(values.ok());
  CHECK(values->at("limit") == "7");
  CHECK(values->at("errors") == "1");
  CHECK(values->at("vmid") == "105");
  CHECK(values->at("source") == "all");
}
