// A node's interfaces: what a change leaves pending, what it shows as difference, what is refused.
#include <doctest/doctest.h>

#include "sim/interfaces.h"
#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kNetwork = "/nodes/pve1/network";

Json changes(Lab& lab) {
  return Harness::body(lab.as_root("GET", kNetwork)).value("changes", Json());
}

Json interface(Lab& lab, const std::string& name) { return lab.data("GET", kNetwork + "/" + name); }

std::string refused(Lab& lab, const std::string& form, const char* parameter) {
  const Json answer = Harness::body(lab.as_root("POST", kNetwork, form));
  return std::string(string_member(answer["errors"], parameter));
}

}  // namespace

TEST_CASE("network: a difference has three lines of context and names its places") {
  CHECK(unified_diff("a\nb\nc\n", "a\nb\nc\n").empty());
  CHECK(unified_diff("a\nb\n", "a\nx\nb\n") == "@@ -1,2 +1,3 @@\n a\n+x\n b\n");
  CHECK(unified_diff("a\n", "") == "@@ -1 +0,0 @@\n-a\n");
  std::string before;
  for (char c = 'a'; c <= 'p'; ++c) before += std::string(1, c) + "\n";
  std::string after = before;
  after.replace(after.find("b\n"), 2, "B\n");
  after.replace(after.find("o\n"), 2, "O\n");
  const std::string diff = unified_diff(before, after);
  CHECK(diff.starts_with("@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n"));
  CHECK(diff.find("@@ -12,5 +12,5 @@\n l\n m\n n\n-o\n+O\n p\n") != std::string::npos);
}

TEST_CASE("api: a new interface is pending until it is reverted") {
  Lab lab;
  CHECK(changes(lab).is_null());
  CHECK(lab.as_root("POST", kNetwork,
                    "iface=vmbr1&type=bridge&autostart=1&cidr=192.0.2.1/24&comments=second")
            .status == 200);
  const Json bridge = interface(lab, "vmbr1");
  CHECK(bridge["address"] == "192.0.2.1");
  CHECK(bridge["netmask"] == "24");
  CHECK(bridge["method"] == "static");
  CHECK(bridge["comments"] == "second\n");
  CHECK(bridge["bridge_ports"] == "");
  CHECK_FALSE(bridge.contains("active"));
  const std::string diff = changes(lab).get<std::string>();
  CHECK(diff.find("@@ -10,3 +21,12 @@\n \tbridge-ports eth0\n") != std::string::npos);
  CHECK(diff.find("+auto vmbr1\n+iface vmbr1 inet static\n+\taddress 192.0.2.1/24\n") !=
        std::string::npos);
  CHECK(diff.find("+#second\n") != std::string::npos);
  lab.as_root("PUT", kNetwork + "/vmbr1", "type=bridge&delete=comments");
  CHECK(interface(lab, "vmbr1")["method"] == "manual");
  CHECK_FALSE(interface(lab, "vmbr1").contains("comments"));
  CHECK(lab.as_root("DELETE", kNetwork).status == 200);
  CHECK(changes(lab).is_null());
  CHECK(lab.as_root("GET", kNetwork + "/vmbr1").status == 400);
  CHECK(lab.as_root("DELETE", kNetwork).status == 200);
}

TEST_CASE("api: an apply makes what is pending current, on this node") {
  Lab lab;
  lab.as_root("POST", kNetwork, "iface=vmbr0.5&type=vlan");
  CHECK(interface(lab, "vmbr0.5")["vlan-id"] == "5");
  CHECK(interface(lab, "vmbr0.5")["exists"].is_null());
  CHECK(lab.task("PUT", kNetwork) == "OK");
  CHECK(changes(lab).is_null());
  CHECK(interface(lab, "vmbr0.5")["active"] == 1);
  CHECK(lab.data("GET", "/nodes/pve2/network").size() == 2);
  CHECK(lab.as_root("DELETE", kNetwork + "/vmbr0.5").status == 200);
  CHECK(changes(lab).get<std::string>().find("-iface vmbr0.5 inet manual") != std::string::npos);
}

TEST_CASE("api: what does not fit the other interfaces is refused") {
  Lab lab;
  CHECK(refused(lab, "iface=vmbr0&type=bridge", "iface") == "interface already exists");
  CHECK(refused(lab, "iface=vmbr2&type=bridge&gateway=192.0.2.254", "gateway") ==
        "Default gateway already exists on interface 'vmbr0'.");
  CHECK(refused(lab, "iface=vmbr2&type=bridge&cidr=zz", "cidr") ==
        "invalid format - value does not look like a valid IPv4 CIDR network\n");
  const auto reason = [&](const std::string& form) {
    return lab.as_root("POST", kNetwork, form).reason;
  };
  CHECK(reason("iface=bond0&type=bond&slaves=eth8 eth9") ==
        "bond 'bond0' - wrong interface type on slave 'eth8' ('' != 'eth or bond')");
  CHECK(reason("iface=vmbr2&type=bridge&bridge_ports=eth7") ==
        "bridge 'vmbr2' - unable to find bridge port 'eth7'");
  CHECK(reason("iface=vmbr5&type=OVSBridge") ==
        "Open VSwitch is not installed (need package 'openvswitch-switch')");
  CHECK(changes(lab).is_null());
  CHECK(lab.as_root("DELETE", kNetwork + "/nope").status == 400);
  CHECK(lab.data("GET", kNetwork + "?type=any_bridge").size() == 1);
  CHECK(lab.data("GET", kNetwork + "?type=eth")[0]["iface"] == "eth0");
}

TEST_CASE("api: a netmask may be spelled out") {
  Lab lab;
  lab.as_root("POST", kNetwork,
              "iface=vmbr3&type=bridge&address=192.0.2.9&netmask=255.255.255.128");
  CHECK(interface(lab, "vmbr3")["cidr"] == "192.0.2.9/25");
}

}  // namespace pmx::sim
