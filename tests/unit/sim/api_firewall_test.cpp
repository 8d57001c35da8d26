// The firewall's files: what is accepted, how rules move, and what a list says of a name that is
// gone.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kRules = "/cluster/firewall/rules";

/// The complaint about `parameter`; empty when the request was no 400.
std::string complaint(const Response& response, const char* parameter) {
  if (response.status != 400) return "";
  return std::string(string_member(Harness::body(response)["errors"], parameter));
}

std::string message(const Response& response) { return response.reason; }

}  // namespace

TEST_CASE("api: firewall options are kept by type, and their digest is PVE's") {
  Lab h;
  CHECK(h.data("GET", "/cluster/firewall/options")["digest"] ==
        "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(h.as_root("PUT", "/cluster/firewall/options",
                  "enable=0&policy_in=DROP&log_ratelimit=enable%3D1%2Crate%3D1%2Fsecond")
            .status == 200);
  const Json options = h.data("GET", "/cluster/firewall/options");
  CHECK(options["enable"] == 0);
  CHECK(options["digest"] == "42802b3b152945f606c06335ecf4763ab2ee6a9d");
  const std::string stale(40, '0');
  CHECK(message(h.as_root("PUT", "/cluster/firewall/options", "enable=1&digest=" + stale)) ==
        "detected modified configuration - file changed by other user? Try again.");
  CHECK(complaint(h.as_root("PUT", "/cluster/firewall/options", "delete=nosuch"), "delete") ==
        "no such option 'nosuch'");
  h.as_root("PUT", "/cluster/firewall/options", "delete=enable,policy_in,log_ratelimit");
  CHECK(h.data("GET", "/cluster/firewall/options").size() == 1);
}

TEST_CASE("api: a firewall enabled by a number above one remembers when") {
  Lab h;
  h.as_root("PUT", "/cluster/firewall/options", "enable=2");
  CHECK(h.data("GET", "/cluster/firewall/options")["enable"] ==
        h.clock.now().time_since_epoch().count() / 1000);
}

TEST_CASE("api: a new rule comes first and disabled, whatever position was asked for") {
  Lab h;
  h.as_root("POST", kRules, "type=out&action=DROP&macro=dns&dest=1.1.1.1,8.8.8.8");
  h.as_root("POST", kRules, "type=in&action=ACCEPT&proto=tcp&dport=22&pos=9&enable=1");
  const Json rules = h.data("GET", kRules);
  REQUIRE(rules.size() == 2);
  CHECK(rules[0]["dport"] == "22");
  CHECK(rules[0]["enable"] == 1);
  CHECK(rules[1]["macro"] == "DNS");
  CHECK(rules[1]["enable"] == 0);
  CHECK(rules[1]["ipversion"] == 4);
  CHECK(h.data("GET", kRules + "/1")["pos"] == "1");
  CHECK(message(h.as_root("GET", kRules + "/2")) == "no rule at position 2");
}

TEST_CASE("api: a rule's empty values are as good as none") {
  Lab h;
  CHECK(h.as_root("POST", kRules, "type=in&action=ACCEPT&proto=tcp&dport=22&sport=&source=&dest=")
            .status == 200);
  const Json rule = h.data("GET", kRules)[0];
  for (const char* key : {"sport", "source", "dest"}) CHECK_FALSE(rule.contains(key));
  CHECK(complaint(h.as_root("POST", kRules, "type=in&action=ACCEPT&source=10.0.0.1,"), "source")
            .find("extraneous commas") != std::string::npos);
}

TEST_CASE("api: a rule moves before the one at its goal and loses what is emptied") {
  Lab h;
  for (const char* name : {"c", "b", "a"})
    h.as_root("POST", kRules, std::string("type=in&action=ACCEPT&comment=") + name);
  const auto order = [&] {
    std::string out;
    for (const auto& rule : h.data("GET", kRules)) out += rule.value("comment", "-");
    return out;
  };
  CHECK(order() == "abc");
  h.as_root("PUT", kRules + "/0", "moveto=2");
  CHECK(order() == "bac");
  h.as_root("PUT", kRules + "/0", "moveto=9");
  CHECK(order() == "acb");
  h.as_root("PUT", kRules + "/2", "moveto=0");
  CHECK(order() == "bac");
  h.as_root("PUT", kRules + "/0", "comment=-");
  CHECK(order() == "-ac");
  h.as_root("PUT", kRules + "/1", "delete=comment");
  CHECK(order() == "--c");
  CHECK(complaint(h.as_root("PUT", kRules + "/0", "delete=action"), "delete") ==
        "unable to delete required property 'action'");
  CHECK(h.as_root("DELETE", kRules + "/0?digest=" + std::string(40, '0')).status == 500);
  CHECK(h.as_root("DELETE", kRules + "/0").status == 200);
  CHECK(order() == "-c");
}

TEST_CASE("api: rules are judged in PVE's words") {
  Lab h;
  const std::vector<std::array<std::string, 3>> bad{
      {"type=in&action=FOO", "action", "unknown action 'FOO'"},
      {"type=forward&action=REJECT", "action", "cannot define REJECT rules on forward chain"},
      {"type=in&action=ACCEPT&dport=22", "proto",
       "missing property - 'dport' requires this property"},
      {"type=in&action=ACCEPT&proto=tcp&dport=99999", "dport",
       "invalid format - invalid port '99999'\n"},
      {"type=in&action=ACCEPT&proto=tcp&dport=9:3", "dport",
       "invalid format - backwards range '9:3' not allowed, did you mean '3:9'?\n"},
      {"type=in&action=ACCEPT&proto=gre&dport=80", "dport",
       "protocol 'gre' does not support ports"},
      {"type=in&action=ACCEPT&proto=nosuch", "proto",
       "invalid format - unknown protocol 'nosuch'\n"},
      {"type=in&action=ACCEPT&source=not+ip", "source",
       "invalid format - invalid IP address: Invalid chars in IP not ip\n"},
      {"type=in&action=ACCEPT&source=10.0.0.1,fd00::1", "source",
       "invalid format - detected mixed ipv4/ipv6 addresses in address list "
       "'10.0.0.1,fd00::1'\n"},
      {"type=in&action=ACCEPT&source=10.0.0.1&dest=fd00::1", "dest",
       "detected mixed ipv4/ipv6 addresses in rule"},
      {"type=in&action=ACCEPT&source=%2Bnoset", "source", "no such ipset 'noset'"},
      {"type=in&action=ACCEPT&source=noalias", "source", "no such alias 'noalias'"},
      {"type=in&action=ACCEPT&macro=No", "macro", "unknown macro 'No'"},
      {"type=in&action=ACCEPT&macro=HTTP&proto=tcp&dport=81", "dport",
       "parameter 'dport' already define in macro (value = '80')"},
      {"type=in&action=ACCEPT&proto=tcp&icmp-type=any", "proto",
       "missing property - 'icmp-type' requires this property"},
      {"type=in&action=ACCEPT&proto=icmp&icmp-type=no-route", "icmp-type",
       "invalid icmp-type 'no-route' for proto 'icmp'"},
  };
  for (const auto& [body, parameter, text] : bad) {
    CAPTURE(body);
    CHECK(complaint(h.as_root("POST", kRules, body), parameter.c_str()) == text);
  }
  CHECK(h.data("GET", kRules).empty());
  for (const char* good : {"type=in&action=ACCEPT&proto=tcp&dport=80,443,8000:8080",
                           "type=in&action=DROP&source=10.0.0.1-10.0.0.9",
                           "type=in&action=ACCEPT&macro=HTTP&proto=tcp&dport=80"})
    CHECK(h.as_root("POST", kRules, good).status == 200);
}

TEST_CASE("api: guests know their own names and the cluster's, and not every rule") {
  Harness h;
  const std::string rules = h.guest_path(part::kRunningVm) + "/firewall/rules";
  const std::string sets = h.guest_path(part::kRunningVm) + "/firewall/ipset";
  h.send("POST", "/cluster/firewall/ipset", "name=shared");
  h.send("POST", sets, "name=own");
  CHECK(h.send("POST", rules, "type=in&action=ACCEPT&source=%2Bshared").status == 200);
  CHECK(h.send("POST", rules, "type=in&action=ACCEPT&source=%2Bguest/own").status == 200);
  CHECK(complaint(h.send("POST", kRules, "type=in&action=ACCEPT&source=%2Bown"), "source") ==
        "no such ipset 'own'");
  CHECK(complaint(h.send("POST", rules, "type=forward&action=ACCEPT"), "type") ==
        "invalid rule type 'forward' for rule_env 'vm'");
  CHECK(complaint(h.send("POST", rules, "type=in&action=ACCEPT&iface=vmbr0"), "iface") ==
        "value does not match the regex pattern 'net\\d+'");
  h.send("DELETE", sets + "/own");
  CHECK(h.get(rules)[0]["errors"]["source"] == "no such ipset 'own'");
  CHECK_FALSE(h.get(rules)[1].contains("errors"));
}

TEST_CASE("api: aliases are found in any case, renamed, and gone without complaint") {
  Lab h;
  const std::string path = "/cluster/firewall/aliases";
  CHECK(h.as_root("POST", path, "name=Srv&cidr=10.1.0.1&comment=x").status == 200);
  CHECK(complaint(h.as_root("POST", path, "name=srv&cidr=10.1.0.2"), "name") ==
        "alias 'srv' already exists");
  CHECK(complaint(h.as_root("POST", path, "name=b2&cidr=zz"), "cidr") ==
        "invalid format - value does not look like a valid IP address or CIDR network\n");
  CHECK(h.data("GET", path + "/SRV")["name"] == "Srv");
  CHECK(h.as_root("PUT", path + "/srv", "cidr=fd00::/64&rename=lan").status == 200);
  CHECK(h.data("GET", path)[0]["ipversion"] == 6);
  CHECK_FALSE(h.data("GET", path)[0].contains("comment"));
  CHECK(complaint(h.as_root("GET", path + "/srv"), "name") == "no such alias");
  CHECK(h.as_root("DELETE", path + "/lan").status == 200);
  CHECK(h.as_root("DELETE", path + "/lan").status == 200);
}

TEST_CASE("api: IP sets hold addresses and aliases once, and go when empty or forced") {
  Lab h;
  const std::string path = "/cluster/firewall/ipset";
  h.as_root("POST", "/cluster/firewall/aliases", "name=srv&cidr=10.1.0.1");
  h.as_root("POST", path, "name=set1&comment=c");
  CHECK(complaint(h.as_root("POST", path, "name=set1"), "name") == "IPSet 'set1' already exists");
  CHECK(h.as_root("POST", path + "/set1", "cidr=10.2.0.1/32&nomatch=1").status == 200);
  CHECK(complaint(h.as_root("POST", path + "/set1", "cidr=10.2.0.1"), "cidr") ==
        "address '10.2.0.1' already exists");
  CHECK(message(h.as_root("POST", path + "/set1", "cidr=zz")) == "no such alias 'zz'");
  CHECK(complaint(h.as_root("POST", path + "/set1", "cidr=0.0.0.0/0"), "cidr") ==
        "a zero prefix is not allowed in ipset entries");
  CHECK(h.as_root("POST", path + "/set1", "cidr=srv").status == 200);
  CHECK(h.data("GET", path + "/set1/10.2.0.1")["nomatch"] == 1);
  CHECK(h.as_root("PUT", path + "/set1/10.2.0.1", "comment=z").status == 200);
  CHECK_FALSE(h.data("GET", path + "/set1/10.2.0.1").contains("nomatch"));
  CHECK(complaint(h.as_root("GET", path + "/set1/10.9.9.9"), "cidr") == "no such IP/Network");
  CHECK(h.as_root("POST", path, "name=set2&rename=set1").status == 200);
  CHECK(h.data("GET", "/cluster/firewall/refs?type=ipset")[0]["ref"] == "+set2");
  CHECK(message(h.as_root("DELETE", path + "/set2")) == "IPSet 'set2' is not empty");
  CHECK(h.as_root("DELETE", path + "/set2?force=1").status == 200);
  CHECK(message(h.as_root("DELETE", path + "/set2")) == "no such IPSet 'set2'");
}

TEST_CASE("api: renaming a security group renames it in every rule") {
  Harness h;
  const std::string groups = "/cluster/firewall/groups";
  const std::string rules = h.guest_path(part::kRunningVm) + "/firewall/rules";
  h.send("POST", groups, "group=web&comment=c");
  h.send("POST", groups + "/web", "type=in&action=ACCEPT&macro=HTTP");
  h.send("POST", rules, "type=group&action=web&enable=1");
  CHECK(complaint(h.send("POST", groups + "/web", "type=group&action=x1"), "type") ==
        "invalid rule type 'group' for rule_env 'group'");
  CHECK(h.send("POST", groups, "group=www&rename=web").status == 200);
  CHECK(h.get(rules)[0]["action"] == "www");
  CHECK(h.get(groups + "/www").size() == 1);
  CHECK(message(h.send("GET", groups + "/web")) == "no such security group 'web'");
  CHECK(message(h.send("DELETE", groups + "/www")) == "Security group 'www' is not empty");
  h.send("DELETE", groups + "/www/0");
  CHECK(h.send("DELETE", groups + "/www").status == 200);
}

TEST_CASE("api: what is not there has a firewall too, an empty one") {
  Lab h;
  CHECK(h.data("GET", "/nodes/pve1/qemu/999/firewall/rules") == Json::array());
  CHECK(h.data("GET", "/nodes/pve1/lxc/999/firewall/options").size() == 1);
  CHECK(h.data("GET", "/cluster/firewall/macros").size() == 86);
  const Json log = Harness::body(h.as_root("GET", "/nodes/pve1/firewall/log"));
  CHECK(log["total"] == 1);
}

}  // namespace pmx::sim
