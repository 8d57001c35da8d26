// Nodes that join and leave: what corosync.conf says of them.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kNodes = "/cluster/config/nodes";

}  // namespace

TEST_CASE_FIXTURE(Lab, "join: a node is written down before it is there, and taken out again") {
  const Json added = data("POST", kNodes + "/pve4", "new_node_ip=10.77.0.4");
  CHECK(added["warnings"].empty());
  CHECK(std::string(string_member(added, "corosync_conf")).find("ring0_addr: 10.77.0.4") !=
        std::string::npos);
  const Json nodes = data("GET", kNodes);
  REQUIRE(nodes.size() == 4);
  CHECK(nodes[3]["name"] == "pve4");
  CHECK(nodes[3]["nodeid"] == "4");
  CHECK(as_root("GET", "/cluster/config/join").status == 200);
  CHECK(as_root("DELETE", kNodes + "/pve4").status == 200);
  CHECK(data("GET", kNodes).size() == 3);
  CHECK(as_root("DELETE", kNodes + "/pve4").reason ==
        "Node/IP: pve4 is not a known host of the cluster.");
  CHECK(as_root("DELETE", kNodes + "/pve1").reason == "Cannot delete myself from cluster!");
}

TEST_CASE_FIXTURE(Lab, "join: addresses, links and names must fit the cluster") {
  const auto refused = [&](const std::string& name, const std::string& form) {
    return as_root("POST", kNodes + "/" + name, form).reason;
  };
  CHECK(refused("pve4", "link0=10.77.0.2") ==
        "corosync: address '10.77.0.2' already used on link ring0_addr by node 'pve2'");
  CHECK(refused("pve4", "") ==
        "no links and no fallback ip (new_node_ip) given, cannot join cluster");
  CHECK(refused("pve4", "apiversion=1&link1=10.78.0.4") ==
        "corosync: link 0 exists in cluster config but wasn't specified for new node");
  CHECK(refused("pve4", "apiversion=1&link0=10.77.0.4&link1=10.78.0.4") ==
        "corosync: link 1 specified for new node doesn't exist in cluster config");
  CHECK(refused("pve3", "link0=10.77.0.3") == "can't add existing node 'pve3'");
  CHECK(refused("pve3", "link0=10.77.0.3&force=1") == "OK");
  CHECK(data("GET", kNodes).size() == 3);
}

TEST_CASE_FIXTURE(Lab, "join: who is in a cluster joins no other one") {
  std::string fingerprint = "00";
  for (int i = 1; i < 32; ++i) fingerprint += ":00";
  CHECK(task("POST", "/cluster/config/join",
             "hostname=10.0.0.9&password=x&fingerprint=" + fingerprint) ==
        "Check if node may join a cluster failed!");
  CHECK(log().find("* cluster config '/etc/pve/corosync.conf' already exists") !=
        std::string::npos);
}

}  // namespace pmx::sim
