// The switches of a cluster by name: what `proxmox-mpc sim ctl` turns.
#include <array>

#include "sim/cluster.h"
#include "sim/incidents.h"
#include "sim/switch.h"

namespace pmx::sim {
namespace {

using Arguments = std::vector<std::string>;

struct Switch {
  std::string_view name;
  std::string_view arguments;  ///< as check_arguments() reads them and help shows them
  Result<void> (*turn)(Cluster& cluster, const Arguments& arguments);
};

Result<void> node_down(Cluster& cluster, const Arguments& arguments) {
  cluster.set_online(arguments[0], false);
  return {};
}

Result<void> node_up(Cluster& cluster, const Arguments& arguments) {
  cluster.set_online(arguments[0], true);
  return {};
}

Result<void> quorum_lost(Cluster& cluster, const Arguments&) {
  if (cluster.lose_quorum()) return {};
  return Error{Code::kInvalidArgument, "one node alone always has quorum", "use --nodes 3"};
}

Result<void> quorum_back(Cluster& cluster, const Arguments&) {
  cluster.regain_quorum();
  return {};
}

Result<void> set_second_factor(Cluster& cluster, const std::string& user, bool on) {
  if (cluster.set_second_factor(user, on)) return {};
  return Error{Code::kInvalidArgument, "there is no user '" + user + "'", "NAME@REALM"};
}

Result<void> tfa_enable(Cluster& cluster, const Arguments& arguments) {
  return set_second_factor(cluster, arguments[0], true);
}

Result<void> tfa_disable(Cluster& cluster, const Arguments& arguments) {
  return set_second_factor(cluster, arguments[0], false);
}

Result<void> fault(Cluster& cluster, const Arguments& arguments) {
  PMX_TRY(Fault wanted, parse_fault(arguments));
  cluster.add_fault(std::move(wanted));
  return {};
}

Result<void> fault_off(Cluster& cluster, const Arguments& arguments) {
  std::optional<FaultKind> kind;
  if (!arguments.empty()) {
    kind = fault_kind(arguments[0]);
    if (!kind)
      return Error{Code::kInvalidArgument, "there is no fault '" + arguments[0] + "'",
                   std::string(fault_syntax())};
  }
  if (cluster.clear_faults(kind)) return {};
  return Error{Code::kNotFound, "no such fault holds", ""};
}

Result<void> end_incident(Cluster& cluster, const Arguments& arguments) {
  return cluster.end_incident(arguments[0], {arguments.begin() + 1, arguments.end()});
}

constexpr std::array<Switch, 9> kSwitches{{
    {"node-down", "NODE", node_down},
    {"node-up", "NODE", node_up},
    {"quorum-lost", "", quorum_lost},
    {"quorum-back", "", quorum_back},
    {"fault", "KIND ...", fault},
    {"fault-off", "[KIND]", fault_off},
    {"tfa-enable", "USER", tfa_enable},
    {"tfa-disable", "USER", tfa_disable},
    {"end", "INCIDENT ...", end_incident},
}};

const Switch* find_switch(std::string_view name) {
  for (const Switch& one : kSwitches)
    if (one.name == name) return &one;
  return nullptr;
}

/// Every switch with its arguments, incidents behind the others.
std::string known_switches() {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view words) {
    out += (out.empty() ? "" : ", ") + std::string(name) + (words.empty() ? "" : " ") +
           std::string(words);
  };
  for (const Switch& one : kSwitches) add(one.name, one.arguments);
  for (const IncidentKind& one : incident_kinds()) add(one.name, one.arguments);
  return out;
}

/// An incident that can be ended, by the arguments of `end`.
Result<void> check_end(const Arguments& arguments) {
  if (!arguments.empty() && find_incident_kind(arguments[0]) != nullptr) return {};
  return Error{Code::kInvalidArgument,
               "there is no incident '" + (arguments.empty() ? "" : arguments[0]) + "'",
               "end INCIDENT, with as many of its arguments as it takes to tell which"};
}

}  // namespace

Result<void> Cluster::check(std::string_view action, const Arguments& arguments) {
  const Switch* known = find_switch(action);
  const IncidentKind* incident = find_incident_kind(action);
  if (known == nullptr && incident == nullptr)
    return Error{Code::kInvalidArgument, "there is no switch '" + std::string(action) + "'",
                 "there are: " + known_switches()};
  if (action == "end") return check_end(arguments);
  if (action == "fault") {
    const auto parsed = parse_fault(arguments);
    if (!parsed.ok()) return parsed.error();
    return parsed->node.empty() ? Result<void>() : check_arguments("NODE", {parsed->node});
  }
  auto fits = check_arguments(known == nullptr ? incident->arguments : known->arguments, arguments);
  if (fits.ok()) return {};
  return Error{fits.error().code, std::string(action) + ": " + fits.error().message,
               fits.error().advice};
}

Result<void> Cluster::control(std::string_view action, const Arguments& arguments) {
  PMX_TRY_VOID(check(action, arguments));
  const Switch* known = find_switch(action);
  return known == nullptr ? begin_incident(action, arguments) : known->turn(*this, arguments);
}

}  // namespace pmx::sim
