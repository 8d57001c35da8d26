// HA: what may be a resource, what rules and groups demand, and the manager that acts on it.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kResources = "/cluster/ha/resources";
const std::string kRules = "/cluster/ha/rules";

Options release_8() {
  Options options;
  options.pve = PveVersion::k8;
  return options;
}

Json service(Harness& h, const std::string& sid) {
  for (const auto& row : h.get("/cluster/ha/status/current"))
    if (row["id"] == "service:" + sid) return row;
  return {};
}

Json guest_row(Harness& h, int vmid) {
  for (const auto& row : h.get("/cluster/resources?type=vm"))
    if (row["vmid"] == vmid) return row;
  return {};
}

}  // namespace

TEST_CASE("api: a new HA resource is queued until the manager looks, then started") {
  Harness h;
  CHECK(h.send("POST", kResources, "sid=101&state=started&max_relocate=2").status == 200);
  CHECK(h.get(kResources + "/vm:101")["max_relocate"] == 2);
  CHECK(service(h, "vm:101")["state"] == "queued");
  CHECK(h.get(h.guest_path(101) + "/status/current")["ha"]["managed"] == 1);
  CHECK(guest_row(h, 101)["status"] == "stopped");
  h.clock.tick(std::chrono::seconds{20});
  CHECK(service(h, "vm:101")["state"] == "started");
  CHECK(guest_row(h, 101)["status"] == "running");
  CHECK(guest_row(h, 101)["hastate"] == "started");
  h.send("PUT", kResources + "/vm:101", "state=stopped");
  h.clock.tick(std::chrono::seconds{20});
  CHECK(guest_row(h, 101)["status"] == "stopped");
  CHECK(h.send("DELETE", kResources + "/101").status == 200);
  CHECK_FALSE(guest_row(h, 101).contains("hastate"));
  CHECK(h.send("DELETE", kResources + "/101").reason ==
        "cannot delete service 'vm:101', not HA managed!");
}

TEST_CASE("api: HA resources are checked against the guests") {
  Harness h;
  const auto refused = [&](const std::string& body) {
    return h.send("POST", kResources, body).reason;
  };
  CHECK(refused("sid=vm:105") == "create resource failed: resource ID 'vm:105' already defined");
  CHECK(refused("sid=vm:999") == "resource 'vm:999' does not exist in cluster");
  CHECK(refused("sid=ct:101") == "resource 'ct:101' - guest with ID 101 is not a container");
  CHECK(refused("sid=vm:101&group=g1") ==
        "invalid parameter 'group': ha groups have been migrated to rules");
  CHECK(Harness::body(h.send("POST", kResources, "sid=foo"))["errors"]["sid"] ==
        "invalid format - value does not look like a valid ha resource id\n");
  CHECK(h.send("PUT", kResources + "/vm:999", "state=stopped").reason ==
        "update resources config failed: no such resource 'vm:999'");
}

TEST_CASE("api: the manager moves a resource when it looks next") {
  Harness h;
  const std::string from(string_member(guest_row(h, part::kHaVm), "node"));
  std::string to;
  for (const std::string& node : h.cluster.nodes())
    if (node != from) to = node;
  const Response asked = h.send("POST", kResources + "/vm:105/migrate", "node=" + to);
  CHECK(Harness::body(asked)["data"] == Json{{"sid", "vm:105"}, {"requested-node", to}});
  CHECK(guest_row(h, part::kHaVm)["node"] == from);
  h.clock.tick(std::chrono::seconds{30});
  CHECK(guest_row(h, part::kHaVm)["node"] == to);
  CHECK(service(h, "vm:105")["state"] == "started");
  CHECK(h.send("POST", kResources + "/vm:105/relocate", "node=nosuch").status == 200);
  h.clock.tick(std::chrono::seconds{30});
  CHECK(guest_row(h, part::kHaVm)["node"] == to);
}

TEST_CASE("api: HA rules name managed resources and nodes, and do not contradict each other") {
  Harness h;
  const std::string node = h.cluster.nodes().front();
  const std::string first = "rule=na1&type=node-affinity&resources=vm:105&strict=1&nodes=" + node;
  CHECK(h.send("POST", kRules, first).status == 200);
  CHECK(h.send("POST", kRules, first).reason ==
        "create ha rule failed: HA rule 'na1' already defined");
  CHECK(h.send("POST", kRules,
               "rule=ra1&type=resource-affinity&affinity=negative&resources=vm:105,vm:101")
            .reason == "create ha rule failed: cannot use unmanaged resource(s) vm:101.");
  CHECK(h.send("POST", kRules, "rule=na2&type=node-affinity&resources=vm:105&nodes=nosuch:2")
            .reason == "create ha rule failed: cannot use non-existent node(s) nosuch.");
  const std::string second = "rule=na3&type=node-affinity&resources=vm:105&nodes=" + node;
  const Response conflict = h.send("POST", kRules, second);
  CHECK(conflict.status == 400);
  CHECK(Harness::body(conflict)["errors"]["resources"] ==
        "resource 'vm:105' is already used in another node affinity rule");
  CHECK(h.send("POST", kRules, second + "&disable=1").status == 200);
  const Json rules = h.get(kRules);
  REQUIRE(rules.size() == 2);
  CHECK(rules[0]["order"] == 1);
  CHECK(rules[1]["disable"] == 1);
  CHECK(h.get(kRules + "?resource=vm:999") == Json::array());
  h.send("DELETE", kResources + "/vm:105");
  CHECK(h.get(kRules) == Json::array());
}

TEST_CASE("api: the options of an HA rule depend on its type, which an update repeats") {
  Harness h;
  const auto errors = [&](const char* method, const std::string& path, const std::string& body) {
    return Harness::body(h.send(method, path, body))["errors"];
  };
  CHECK(errors("POST", kRules, "rule=na1&type=node-affinity&resources=vm:105")
            .contains("oneOf[node-affinity].nodes"));
  CHECK(errors("POST", kRules, "rule=ra1&type=resource-affinity&resources=vm:105")
            .contains("oneOf[resource-affinity].affinity"));
  const Json untyped = errors("PUT", kRules + "/na1", "comment=c2");
  CHECK(untyped.contains("type"));
  CHECK(untyped.contains("comment"));
  CHECK(h.send("PUT", kRules + "/nope", "type=node-affinity&comment=x").reason ==
        "update HA rules failed: HA rule 'nope' does not exist");
  CHECK(h.send("DELETE", kRules + "/nope").status == 200);
}

TEST_CASE("api: 8.x has HA groups and answers a move with nothing; 9.x has migrated them") {
  Harness old(release_8());
  const std::string groups = "/cluster/ha/groups";
  const std::string node = old.cluster.nodes().front();
  CHECK(old.send("POST", groups, "group=hg1&nodes=" + node + ":2&nofailback=1").status == 200);
  CHECK(old.send("POST", groups, "group=hg1&nodes=" + node).reason ==
        "create ha group failed: ha group ID 'hg1' already defined");
  CHECK(Harness::body(old.send("POST", groups, "group=hg4&nodes=a:x"))["errors"]["nodes"] ==
        "invalid format - value does not look like a valid ha group node\n");
  CHECK(old.get(groups + "/hg1")["nofailback"] == 1);
  CHECK(old.send("PUT", groups + "/hg1", "delete=nodes").reason ==
        "update ha group failed: unable to delete required option 'nodes'");
  CHECK(old.send("PUT", kResources + "/vm:105", "group=hg1").status == 200);
  CHECK(old.send("DELETE", groups + "/hg1").reason ==
        "delete ha group failed: ha group is used by service 'vm:105'");
  CHECK(service(old, "vm:105")["group"] == "hg1");
  CHECK(Harness::body(old.send("POST", kResources + "/105/migrate", "node=" + node))["data"]
            .is_null());
  Harness now;
  CHECK(now.send("GET", groups).reason ==
        "cannot index groups: ha groups have been migrated to rules");
  CHECK(now.send("POST", groups, "group=hg1&nodes=" + node).reason ==
        "cannot create group: ha groups have been migrated to rules");
}

TEST_CASE("api: where no manager runs, HA stays as it was asked for") {
  Lab h;
  const Json status = h.data("GET", "/cluster/ha/status/current");
  REQUIRE(status.size() == 2);
  CHECK(status[1]["armed-state"] == "standby");
  CHECK(h.data("GET", "/cluster/ha/status/manager_status")["manager_status"] ==
        Json{{"node_status", Json::object()}});
  Harness company;
  const Json manager = company.get("/cluster/ha/status/manager_status");
  CHECK(manager["manager_status"]["service_status"]["vm:105"]["state"] == "started");
  CHECK(manager["lrm_status"].size() == company.cluster.nodes().size());
  company.send("POST", "/cluster/ha/status/disarm-ha", "resource-mode=freeze");
  CHECK(dump_json(company.get("/cluster/ha/status/current")).find("mode: freeze") !=
        std::string::npos);
}

}  // namespace pmx::sim
