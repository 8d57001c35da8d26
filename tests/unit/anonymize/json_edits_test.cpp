// What the keys and the objects of PVE's answers say about names.
#include "fixture.h"

namespace pmx::anonymize {
namespace {

/// Whether a name no list holds is hidden, and stays so.
void is_hidden(std::string_view json, std::string_view name) {
  Cluster cluster;
  CAPTURE(json);
  const std::string out = cluster.json(std::string(json));
  CAPTURE(out);
  CHECK_FALSE(contains(out, name));
  CHECK(cluster.json(out) == out);
  CHECK(cluster.reveal(out) == json);
}

}  // namespace

TEST_CASE("json edits: lists of names") {
  is_hidden(R"({"registered-tags":["kelp","drift7"]})", "drift7");
  is_hidden(R"({"allowed_nodes":["kelp","drift7"]})", "drift7");
  is_hidden(R"({"not_allowed_nodes":{"x":{"unavailable_storages":["drift7"]}}})", "drift7");
  is_hidden(R"({"zone":"kelp","pending":{"exitnodes":"drift7"}})", "drift7");
}

TEST_CASE("json edits: keys that are names") {
  is_hidden(R"({"manager_status":{"node_status":{"drift7":"maintenance"}}})", "drift7");
  is_hidden(R"({"not_allowed_nodes":{"drift7":{}}})", "drift7");
  is_hidden(R"({"lldp":{"interface":[{"eno1":{"chassis":{"drift7":{"id":{"type":"mac"}}}}}]}})",
            "drift7");
  Cluster cluster;
  const std::string chassis = R"({"chassis":{"id":{"type":"local"},"descr":"y","mgmt-ip":"10.1.2.3"}})";
  CHECK(contains(cluster.json(chassis), R"({"id":{"type":)"));
  CHECK(contains(cluster.json(chassis), R"("mgmt-ip":)"));
}

TEST_CASE("json edits: rows that say what their names are") {
  is_hidden(R"({"nodelist":[{"name":"drift7","nodeid":"2","quorum_votes":"1"}]})", "drift7");
  is_hidden(R"([{"path":"/storage/drift7","roleid":"PVEAdmin","type":"user","ugid":"root@pam"}])",
            "drift7");
  is_hidden(R"([{"id":"nightly-drift7","type":"vzdump","storage":"local"}])", "drift7");
  is_hidden(R"({"mapped-resource-info":{"hostpci0":{"name":"drift7","live-migration":0}}})",
            "drift7");
  is_hidden(R"({"fabrics":[{"id":"drift7","protocol":"ospf","ip_prefix":"10.1.2.0/24"}]})",
            "drift7");
  is_hidden(R"({"nodes":[{"id":"drift7_kelp","fabric_id":"drift7","node_id":"kelp"}]})", "drift7");
  is_hidden(R"({"attributes":{"name":"drift7","vm_id":5001}})", "drift7");
  is_hidden(R"({"match-field":["regex:job-id=^drift7$"]})", "drift7");
  is_hidden(R"({"acmedomain0":"kelp.acme-widgets.de,plugin=drift7"})", "drift7");
  Cluster cluster;
  const std::string task = R"([{"type":"vzdump","id":"100","status":"OK"}])";
  CHECK(cluster.json(task) == task);
}

TEST_CASE("json edits: the first part of a permission's path is PVE's own") {
  Cluster cluster;
  REQUIRE(cluster.engine->learn({{Name{Kind::kVm, "storage"}}}).ok());
  const std::string row =
      R"([{"path":"/storage/drift7","roleid":"PVEAdmin"},{"path":"/vms/100","roleid":"PVEAdmin"}])";
  const std::string hidden = cluster.json(row);
  CHECK(contains(hidden, R"("path":"/storage/)"));
  CHECK(contains(hidden, R"("path":"/vms/100")"));
  CHECK_FALSE(contains(hidden, "drift7"));
  is_hidden(R"({"path":"10.1.2.3","roleid":"PVEAdmin"})", "10.1.2.3");
}

}  // namespace pmx::anonymize
