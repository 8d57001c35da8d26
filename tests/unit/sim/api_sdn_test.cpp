// SDN: what is configured, what runs, the difference, and what depends on what.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kSdn = "/cluster/sdn";

void make_zone(Lab& lab) {
  lab.as_root("POST", kSdn + "/zones", "zone=z1&type=simple&ipam=pve");
  lab.as_root("POST", kSdn + "/vnets", "vnet=v1&zone=z1&alias=lan");
}

std::string reason(Lab& lab, const char* method, const std::string& path,
                   const std::string& form = "") {
  return lab.as_root(method, kSdn + path, form).reason;
}

std::string message(Lab& lab, const char* method, const std::string& path,
                    const std::string& form) {
  return std::string(
      string_member(Harness::body(lab.as_root(method, kSdn + path, form)), "message"));
}

}  // namespace

TEST_CASE("api: an SDN zone is new until it is applied, then runs on every node") {
  Lab lab;
  make_zone(lab);
  CHECK(lab.data("GET", kSdn + "/zones/z1")["ipam"] == "pve");
  CHECK(lab.data("GET", kSdn + "/zones?running=1") == Json::array());
  const Json pending = lab.data("GET", kSdn + "/zones?pending=1")[0];
  CHECK(pending["state"] == "new");
  CHECK(pending["pending"]["ipam"] == "pve");
  CHECK(lab.data("GET", "/nodes/pve2/sdn/zones") == Json::array());
  CHECK(lab.task("PUT", kSdn) == "OK");
  CHECK_FALSE(lab.data("GET", kSdn + "/zones?pending=1")[0].contains("state"));
  CHECK(lab.data("GET", "/nodes/pve2/sdn/zones")[0]["status"] == "available");
  CHECK(lab.data("GET", "/nodes/pve2/sdn/zones/z1/content")[0]["vnet"] == "v1");
  lab.as_root("PUT", kSdn + "/vnets/v1", "alias=other");
  const Json changed = lab.data("GET", kSdn + "/vnets?pending=1")[0];
  CHECK(changed["state"] == "changed");
  CHECK(changed["alias"] == "lan");
  CHECK(changed["pending"]["alias"] == "other");
  lab.as_root("DELETE", kSdn + "/vnets/v1");
  CHECK(lab.data("GET", kSdn + "/vnets?pending=1")[0]["state"] == "deleted");
}

TEST_CASE("api: SDN objects know what they need and who needs them") {
  Lab lab;
  make_zone(lab);
  CHECK(reason(lab, "POST", "/zones", "zone=z1&type=simple") ==
        "create sdn zone object failed: sdn zone object ID 'z1' already defined");
  CHECK(reason(lab, "POST", "/zones", "zone=z2&type=vlan") ==
        "missing value for required option 'bridge'");
  CHECK(reason(lab, "POST", "/zones", "zone=z2&type=simple&bridge=vmbr0") ==
        "unexpected property 'bridge'");
  CHECK(message(lab, "POST", "/zones", "zone=z2&type=simple&ipam=nope") ==
        "create sdn zone object failed: 400 Parameter verification failed.\nipam: nope not "
        "existing\n");
  CHECK(message(lab, "POST", "/vnets", "vnet=v2&zone=z1&tag=5") ==
        "create sdn vnet object failed: 400 Parameter verification failed.\ntag: vlan tag is not "
        "allowed on simple zone\n");
  CHECK(reason(lab, "DELETE", "/zones/z1")
            .starts_with("delete sdn zone object failed: zone z1 is used by vnet v1 at "));
  CHECK(reason(lab, "GET", "/zones/nope") == "sdn 'nope' does not exist");
  CHECK(reason(lab, "PUT", "/zones/nope", "mtu=1400") ==
        "update sdn zone object failed: sdn 'nope' does not exist");
  CHECK(reason(lab, "PUT", "/vnets/nope", "alias=x") == "sdn vnet 'nope' does not exist");
  CHECK(
      Harness::body(lab.as_root("POST", kSdn + "/zones", "zone=toolongname&type=simple"))["errors"]
          .contains("zone"));
}

TEST_CASE("api: tags of VLANs are unique in a zone") {
  Lab lab;
  lab.as_root("POST", kSdn + "/zones", "zone=z3&type=vlan&bridge=vmbr0");
  CHECK(message(lab, "POST", "/vnets", "vnet=a1&zone=z3").find("tag: missing vlan tag") !=
        std::string::npos);
  CHECK(lab.as_root("POST", kSdn + "/vnets", "vnet=a1&zone=z3&tag=7").status == 200);
  CHECK(message(lab, "POST", "/vnets", "vnet=a2&zone=z3&tag=7")
            .find("tag 7 already exist in vnet a1") != std::string::npos);
  CHECK(lab.data("GET", kSdn + "/vnets/a1")["tag"] == 7);
}

TEST_CASE("api: a subnet is named after its zone and holds its gateway") {
  Lab lab;
  make_zone(lab);
  const std::string subnets = "/vnets/v1/subnets";
  CHECK(message(lab, "POST", subnets, "subnet=10.0.0.0/24&type=subnet&gateway=10.0.1.1")
            .find("gateway: 10.0.1.1 is not in subnet 10.0.0.0/24") != std::string::npos);
  CHECK(lab.as_root("POST", kSdn + subnets, "subnet=10.0.0.0/24&type=subnet&gateway=10.0.0.1")
            .status == 200);
  const Json subnet = lab.data("GET", kSdn + subnets + "/z1-10.0.0.0-24");
  CHECK(subnet["cidr"] == "10.0.0.0/24");
  CHECK(subnet["zone"] == "z1");
  CHECK(subnet["dhcp-range"] == Json::array());
  CHECK(lab.data("GET", kSdn + "/ipams/pve/status")[0]["ip"] == "10.0.0.1");
  CHECK(message(lab, "DELETE", "/vnets/v1", "").find("Can't delete vnet if subnets exists") !=
        std::string::npos);
  CHECK(lab.as_root("DELETE", kSdn + subnets + "/z1-10.0.0.0-24").status == 200);
  CHECK(lab.as_root("DELETE", kSdn + "/vnets/v1").status == 200);
}

TEST_CASE("api: who holds the SDN lock changes, who does not is refused") {
  Lab lab;
  make_zone(lab);
  CHECK(lab.as_root("POST", kSdn + "/lock").status == 500);
  const Json token = lab.data("POST", kSdn + "/lock", "allow-pending=1");
  REQUIRE(token.is_string());
  CHECK(reason(lab, "POST", "/zones", "zone=z2&type=simple")
            .starts_with("create sdn zone object failed: invalid lock token provided!"));
  const std::string held = "lock-token=" + token.get<std::string>();
  CHECK(lab.as_root("POST", kSdn + "/zones", "zone=z2&type=simple&" + held).status == 200);
  CHECK(lab.as_root("POST", kSdn + "/rollback", held + "&release-lock=1").status == 200);
  CHECK(lab.data("GET", kSdn + "/zones") == Json::array());
  CHECK(lab.data("GET", kSdn + "/ipams")[0]["ipam"] == "pve");
}

TEST_CASE("api: the firewall of a virtual network takes forward rules only") {
  Lab lab;
  make_zone(lab);
  const std::string rules = kSdn + "/vnets/v1/firewall/rules";
  CHECK(lab.as_root("POST", rules, "type=forward&action=DROP").status == 200);
  const Json refused = Harness::body(lab.as_root("POST", rules, "type=in&action=DROP"));
  CHECK(refused["errors"]["type"] == "invalid rule type 'in' for rule_env 'vnet'");
  CHECK(lab.data("GET", rules).size() == 1);
  CHECK(lab.as_root("GET", kSdn + "/vnets/nope/firewall/rules")
            .reason.starts_with("invalid vnet specified"));
}

}  // namespace pmx::sim
