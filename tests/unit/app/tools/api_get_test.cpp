#include "app/privacy_gate.h"
#include "tests/unit/app/workbench.h"

using pmx::Code;
using pmx::Json;
using pmx::app::test::Workbench;

namespace {

/// Calls the tool through the gate's way in.
pmx::Result<pmx::mcp::ToolOutput> get(Workbench& bench, const Json& arguments) {
  const Json schema = pmx::app::tool_definition("api_get")["inputSchema"];
  pmx::app::TypedNames names(bench.installation->engine(), bench.clock, {});
  pmx::app::PrivacyGate gate(bench.installation->engine(), names);
  PMX_TRY(const Json admitted, gate.admit(pmx::Context{}, schema, arguments));
  return bench.call("api_get", admitted);
}

/// A node, in its pseudonym.
std::string node_of(Workbench& bench) {
  const auto nodes = get(bench, {{"path", "/nodes"}, {"fields", {"node"}}});
  REQUIRE(nodes.ok());
  return nodes->structured["data"][0]["node"];
}

}  // namespace

TEST_CASE("api_get: a path with values, and one with parameters, give the same") {
  Workbench bench;
  const int vmid = bench.guests("running").front();
  const auto described = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE(described.ok());
  const std::string node = described->structured["node"];
  const std::string type = described->structured["type"];
  const std::string path = "/nodes/{node}/" + type + "/{vmid}/config";
  const auto one = get(bench, {{"path", path}, {"parameters", {{"node", node}, {"vmid", vmid}}}});
  REQUIRE(one.ok());
  CHECK(one->structured["path"] == path);
  CHECK(one->structured["data"].contains("memory"));
  const std::string filled = "/nodes/" + node + "/" + type + "/" + std::to_string(vmid) + "/config";
  for (const std::string& prefix : {std::string(), std::string("/api2/json")}) {
    const auto other = get(bench, {{"path", prefix + filled}});
    REQUIRE(other.ok());
    CHECK(other->structured["data"] == one->structured["data"]);
  }
}

TEST_CASE("api_get: a guest alone is enough, by VMID or name; the other kind's path is refused") {
  Workbench bench;
  const int vmid = bench.guests("running").front();
  const auto described = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE(described.ok());
  const std::string type = described->structured["type"];
  for (const Json& guest : {Json(vmid), described->structured["name"]}) {
    const auto status = get(bench, {{"path", "/nodes/{node}/" + type + "/{vmid}/status/current"},
                                    {"parameters", {{"vmid", guest}}}});
    REQUIRE(status.ok());
    CHECK(status->structured["data"]["status"] == "running");
  }
  const std::string other = type == "qemu" ? "lxc" : "qemu";
  const auto refused = get(bench, {{"path", "/nodes/{node}/" + other + "/{vmid}/config"},
                                   {"parameters", {{"vmid", vmid}}}});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kInvalidArgument);
  CHECK(refused.error().advice.find(type) != std::string::npos);
}

TEST_CASE("api_get: follows a guest that moved") {
  Workbench bench;
  const int vmid = bench.guests("stopped").front();
  const auto before = bench.call("guest_describe", {{"guest", vmid}});
  REQUIRE(before.ok());
  const auto nodes = get(bench, {{"path", "/nodes"}, {"fields", {"node"}}});
  REQUIRE(nodes.ok());
  std::string target;
  for (const Json& row : nodes->structured["data"]) {
    const auto real =
        bench.installation->engine().restore(row["node"].get<std::string>(), "pve-node");
    if (real.value() != before->structured["node"]) target = real.value();
  }
  bench.cluster().move_guest(vmid, target);
  const std::string type = before->structured["type"];
  const auto after = get(bench, {{"path", "/nodes/{node}/" + type + "/{vmid}/config"},
                                 {"parameters", {{"vmid", vmid}}}});
  REQUIRE(after.ok());
}

TEST_CASE("api_get: nothing is sent that does not fit the facts, and no value is repeated") {
  Workbench bench;
  const std::string node = node_of(bench);
  const std::vector<Json> wrong{
      {{"path", "/nodes/{node}/tasks"}},
      {{"path", "/nodes/{node}/tasks"}, {"parameters", {{"node", node}, {"zzguess", 1}}}},
      {{"path", "/nodes/{node}/tasks"}, {"parameters", {{"node", node}, {"limit", "zzguess"}}}},
      {{"path", "/nodes/{node}/tasks"}, {"parameters", {{"node", node}, {"source", "zzguess"}}}},
      {{"path", "/nodes/{node}/rrddata"}, {"parameters", {{"node", node}}}},
      {{"path", "/nodes/{node}/tasks"}, {"parameters", {{"node", ".."}}}},
      {{"path", "/nodes/" + node + "/tasks"}, {"parameters", {{"node", "zzguess"}}}},
      {{"path", "/nodes/{node}/tasks"},
       {"parameters", {{"node", node}, {"userfilter", "zzguess"}}}},
      {{"path", "/nodes"}, {"fields", {"zzguess"}}},
      Json::object(),
  };
  for (const Json& arguments : wrong) {
    CAPTURE(arguments.dump());
    const auto output = get(bench, arguments);
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == Code::kInvalidArgument);
    CHECK(output.error().text().find("zzguess") == std::string::npos);
  }
}

TEST_CASE("api_get: reads only, and not what is a console, a file or a call to other machines") {
  Workbench bench;
  const std::string node = node_of(bench);
  auto output = get(bench, {{"path", "/nodes/{node}/vzdump"}, {"parameters", {{"node", node}}}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().message.find("only reads") != std::string::npos);
  CHECK(get(bench, {{"path", "/no/such/path"}}).error().code == Code::kNotFound);
  for (const char* path : {"/nodes/{node}/vncwebsocket", "/nodes/{node}/scan/nfs",
                           "/nodes/{node}/query-url-metadata", "/cluster/acme/tos"}) {
    output = get(bench, {{"path", path}, {"parameters", {{"node", node}}}});
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == Code::kPermissionDenied);
  }
}

TEST_CASE("api_get: what the operator denies is refused, with all below it and by any spelling") {
  Workbench bench;
  const std::string node = node_of(bench);
  std::size_t bad = 0;
  auto denied = pmx::ops::ApiDenyList::parse({"/access", "/nodes/*/qemu/101", "/cluster/log"}, bad);
  REQUIRE(denied.ok());
  bench.installation->api().denied = *denied;
  for (const Json& arguments :
       {Json{{"path", "/access/users"}}, Json{{"path", "/access"}}, Json{{"path", "/cluster/log/"}},
        Json{{"path", "//access//roles"}}, Json{{"path", "/nodes/" + node + "/qemu/101/config"}},
        Json{{"path", "/nodes/" + node + "/qemu/%3101/config"}},
        Json{{"path", "/nodes/" + node + "/qemu/0101/config"}}}) {
    CAPTURE(arguments.dump());
    const auto output = get(bench, arguments);
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == Code::kPermissionDenied);
    CHECK(output.error().message.find("operator denies") != std::string::npos);
  }
  CHECK(get(bench, {{"path", "/cluster/status"}}).ok());
  const auto real = bench.installation->engine().restore(node, "pve-node");
  REQUIRE(real.ok());
  denied = pmx::ops::ApiDenyList::parse({"/nodes/" + *real + "/dns"}, bad);
  REQUIRE(denied.ok());
  bench.installation->api().denied = *denied;
  for (const std::string& same : {node, std::string("localhost")}) {
    const auto output = get(bench, {{"path", "/nodes/" + same + "/dns"}});
    REQUIRE_FALSE(output.ok());
    CHECK(output.error().code == Code::kPermissionDenied);
  }
  CHECK_FALSE(pmx::ops::ApiDenyList::parse({"/access", "/acess"}, bad).ok());
  CHECK(bad == 1);
  CHECK_FALSE(pmx::ops::ApiDenyList::parse({"access"}, bad).ok());
}

TEST_CASE("api_get: fields and a limit make a long list small") {
  Workbench bench;
  const auto output =
      get(bench, {{"path", "/cluster/resources"}, {"fields", {"id"}}, {"limit", 7}});
  REQUIRE(output.ok());
  CHECK(output->structured["data"].size() == 7);
  CHECK(output->structured["total"] > 7);
  CHECK(output->structured["next"].is_number_integer());
  CHECK(output->text.find("7 of ") != std::string::npos);
  for (const auto& row : output->structured["data"]) CHECK(row.size() == 1);
  const auto unknown = get(bench, {{"cursor", 12345}});
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().code == Code::kInvalidArgument);
}

TEST_CASE("api_get: a name stays hidden when the member that tells its kind is not asked for") {
  Workbench bench;
  const auto alone =
      get(bench, {{"path", "/cluster/resources"}, {"fields", {"name"}}, {"limit", 500}});
  REQUIRE(alone.ok());
  std::set<std::string> shown;
  for (const auto& row : alone->structured["data"])
    if (row.contains("name")) shown.insert(row["name"].get<std::string>());
  const auto listed = bench.call("guest_list", {{"limit", 500}});
  REQUIRE(listed.ok());
  for (const auto& row : listed->structured["guests"]) {
    if (!row["name"].get<std::string>().empty())
      CHECK_FALSE(shown.contains(row["name"].get<std::string>()));
  }
}

TEST_CASE("api_get: what PVE refuses is the typed client's error") {
  Workbench bench;
  const auto output =
      get(bench, {{"path", "/pools/{poolid}"}, {"parameters", {{"poolid", "no-such-pool"}}}});
  REQUIRE_FALSE(output.ok());
  CHECK(output.error().code == Code::kNotFound);
}
