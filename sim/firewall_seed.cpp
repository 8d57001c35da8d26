#include "sim/firewall.h"

namespace pmx::sim {
namespace {

Values rule(std::string macro, std::string source, std::string comment) {
  Values out{{"type", "in"}, {"action", "ACCEPT"}, {"enable", "1"}, {"macro", std::move(macro)}};
  if (!source.empty()) out["source"] = std::move(source);
  if (!comment.empty()) out["comment"] = std::move(comment);
  return out;
}

/// The people who look after the cluster, each by the address of a workstation.
AddressSet administrators(const Inventory& inventory, const std::string& lan, Planted* planted) {
  Dice dice(inventory.seed(), "administrators");
  AddressSet out{"workstations of the administrators", {}};
  for (int i = 0; i < 3; ++i) {
    const std::string who = person(dice).full();
    const std::string address = lan + std::to_string(dice.between(100, 240));
    out.entries[plant(planted, "ip", address)] = {{"comment", plant(planted, "person", who)}};
  }
  return out;
}

}  // namespace

FirewallState generate_firewall(const Inventory& inventory, Planted* planted) {
  const std::string& first = inventory.nodes.front().ip;
  const std::string lan = first.substr(0, first.rfind('.') + 1);
  FirewallState out;
  FirewallFile& cluster = out.cluster;
  cluster.options = {{"enable", "1"}, {"policy_in", "DROP"}};
  cluster.aliases["management"] = {{"name", "management"},
                                   {"cidr", plant(planted, "ip", lan + "0") + "/24"},
                                   {"comment", "nodes and their consoles"}};
  cluster.sets["admins"] = administrators(inventory, lan, planted);
  cluster.groups["webserver"] = {"what a web server offers",
                                 {rule("HTTPS", "", ""), rule("HTTP", "", "redirects only")}};
  cluster.rules = {rule("SSH", "+admins", ""), rule("Ping", "management", "monitoring")};
  if (!inventory.guests.contains(part::kRunningVm)) return out;
  FirewallFile& web = out.guests[part::kRunningVm];
  web.options = {{"enable", "1"}, {"macfilter", "1"}};
  web.rules = {{{"type", "group"}, {"action", "webserver"}, {"enable", "1"}},
               rule("SSH", "+dc/admins", "")};
  return out;
}

}  // namespace pmx::sim
