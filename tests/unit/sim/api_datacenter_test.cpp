// datacenter.cfg, corosync's view of the nodes, and the mappings.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kOptions = "/cluster/options";

std::string reason(Lab& lab, const char* method, const std::string& path,
                   const std::string& form = "") {
  return lab.as_root(method, path, form).reason;
}

}  // namespace

TEST_CASE("api: datacenter options show property strings taken apart") {
  Lab lab;
  CHECK(lab.data("GET", kOptions) ==
        Json{{"description", ""}, {"mac_prefix", "BC:24:11"}, {"allowed-tags", Json::array()}});
  lab.as_root("PUT", kOptions,
              "migration=type%3Dsecure%2Cnetwork%3D10.0.0.0/8&registered-tags=y%3Bx&max_workers=4"
              "&bwlimit=clone%3D100&user-tag-access=user-allow%3Dlist%2Cuser-allow-list%3Db%3Ba"
              "&description=note");
  const Json options = lab.data("GET", kOptions);
  CHECK(options["migration"].is_string() == false);
  CHECK(options["registered-tags"] == Json{"x", "y"});
  CHECK(options["allowed-tags"] == Json{"a", "b", "x", "y"});
  CHECK(options["user-tag-access"]["user-allow-list"] == Json{"a", "b"});
  CHECK(options["max_workers"] == "4");
  CHECK(options["bwlimit"] == "clone=100");
  CHECK(options["description"] == "note\n");
  lab.as_root("PUT", kOptions, "delete=migration,registered-tags,max_workers,nosuch");
  CHECK_FALSE(lab.data("GET", kOptions).contains("migration"));
}

TEST_CASE("api: free VMIDs are looked for in the range that the datacenter names") {
  Lab lab;
  CHECK(reason(lab, "PUT", kOptions, "next-id=lower%3D5%2Cupper%3D2") ==
        "lower (5) <= upper (2) boundary rule broken");
  lab.as_root("PUT", kOptions, "next-id=lower%3D5000%2Cupper%3D5001");
  CHECK(lab.data("GET", "/cluster/nextid") == "5000");
  lab.as_root("PUT", kOptions, "next-id=lower%3D5000%2Cupper%3D5000");
  CHECK(reason(lab, "GET", "/cluster/nextid") ==
        "unable to get any free VMID in range [5000, 5000]");
}

TEST_CASE("api: corosync's nodes are texts, and one that is removed is named no more") {
  Lab lab;
  const Json join = lab.data("GET", "/cluster/config/join");
  CHECK(join["preferred_node"] == "pve1");
  CHECK(join["nodelist"][1]["nodeid"] == "2");
  CHECK(join["totem"]["cluster_name"] == "lab");
  CHECK(reason(lab, "DELETE", "/cluster/config/nodes/nope") ==
        "Node/IP: nope is not a known host of the cluster.");
  CHECK(reason(lab, "DELETE", "/cluster/config/nodes/pve1") ==
        "Cannot delete myself from cluster!");
  CHECK(lab.as_root("DELETE", "/cluster/config/nodes/pve3").status == 200);
  CHECK(lab.data("GET", "/cluster/config/nodes").size() == 2);
  CHECK(lab.as_root("POST", "/cluster/config", "clustername=x1").reason ==
        "cluster config '/etc/pve/corosync.conf' already exists");
}

TEST_CASE("api: a mapping is a list of property strings under one name") {
  Lab lab;
  const std::string path = "/cluster/mapping/pci";
  const std::string entry = "node%3Dpve1%2Cpath%3D0000:01:00.0%2Cid%3D8086:1521";
  CHECK(lab.as_root("POST", path, "id=gpu&description=d&mdev=1&map=" + entry).status == 200);
  CHECK(reason(lab, "POST", path, "id=gpu&map=" + entry) ==
        "create hardware mapping failed: pci ID 'gpu' already defined");
  const Json mapping = lab.data("GET", path + "/gpu");
  CHECK(mapping["map"] == Json::array({"node=pve1,path=0000:01:00.0,id=8086:1521"}));
  CHECK(mapping["mdev"] == 1);
  CHECK(lab.data("GET", path + "?check-node=pve2")[0]["checks"][0]["message"] ==
        "No mapping for node pve2.");
  CHECK(reason(lab, "PUT", path + "/gpu", "description=x") ==
        "update hardware mapping failed: missing value for required option 'map'");
  CHECK(reason(lab, "PUT", path + "/nope", "map=" + entry) ==
        "update hardware mapping failed: pci ID 'nope' does not exist");
  CHECK(lab.as_root("PUT", path + "/gpu", "delete=description&map=" + entry).status == 200);
  CHECK_FALSE(lab.data("GET", path + "/gpu").contains("description"));
  CHECK(lab.as_root("DELETE", path + "/gpu").status == 200);
  CHECK(lab.as_root("DELETE", path + "/gpu").status == 200);
  CHECK(reason(lab, "GET", path + "/gpu") == "mapping 'gpu' not found");
}

TEST_CASE("api: a generated cluster has a network and a firewall of its own, told in truth()") {
  Harness h;
  const std::string node = h.cluster.nodes().front();
  const std::string truth = dump_json(h.cluster.truth());
  const Json admins = h.get("/cluster/firewall/ipset/admins");
  REQUIRE_FALSE(admins.empty());
  for (const auto& entry : admins) {
    CHECK(truth.find(std::string(string_member(entry, "cidr"))) != std::string::npos);
    CHECK(truth.find(std::string(string_member(entry, "comment"))) != std::string::npos);
  }
  bool storage = false;
  for (const auto& row : h.get("/nodes/" + node + "/network"))
    if (row["iface"] == "bond0.9") {
      storage = true;
      CHECK(truth.find(std::string(string_member(row, "address"))) != std::string::npos);
    }
  CHECK(storage);
  CHECK(truth.find(std::string(string_member(h.get(kOptions), "email_from"))) != std::string::npos);
}

}  // namespace pmx::sim
