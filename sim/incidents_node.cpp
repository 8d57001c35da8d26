// Incidents of nodes: their network port, clock and certificate.
#include <cstdlib>

#include "sim/call.h"
#include "sim/dice.h"
#include "sim/incidents.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;
constexpr const char* kPort = "eno1";

NodeState& node_of(State& state, const Incident& incident) {
  return state.inventory.nodes[*state.inventory.node_index(incident.argument(0))];
}

Result<void> begin_flapping(State& state, Incident& incident) {
  node_of(state, incident).link_troubles.push_back({incident.since / kSecond});
  incident.due = incident.since + kSecond;
  return {};
}

/// The port loses its link for some seconds; the bond carries on with the other one.
void step_flapping(State& state, Incident& incident, std::int64_t at) {
  NodeState& node = node_of(state, incident);
  Dice dice(state.inventory.seed(), node.name, static_cast<std::uint64_t>(at));
  const std::int64_t back = at + dice.between(2, 9) * kSecond;
  incident.due = back + dice.between(15, 90) * kSecond;
  if (!node.online) return;
  node.link_back = back / kSecond;
  NodeLog& log = state.incidents.log;
  const std::string port(kPort);
  const auto kernel = [&](std::int64_t when, const std::string& text) {
    log.add(when, node.name, "kernel", text);
  };
  kernel(at, "ixgbe 0000:5e:00.0 " + port + ": NIC Link is Down");
  kernel(at + 84, "bond0: (slave " + port + "): link status definitely down, disabling slave");
  kernel(back, "ixgbe 0000:5e:00.0 " + port + ": NIC Link is Up 10 Gbps, Flow Control: RX/TX");
  kernel(back + 97,
         "bond0: (slave " + port + "): link status definitely up, 10000 Mbps full duplex");
  log.add(at + 950, node.name, "corosync[1021]",
          "[TOTEM ] Retransmit List: " + Dice(dice).hex(4) + " " + dice.hex(4));
}

void end_flapping(State& state, const Incident& incident, std::int64_t at) {
  NodeState& node = node_of(state, incident);
  for (Period& one : node.link_troubles) one.until = std::min(one.until, at / kSecond);
  node.link_back = 0;
}

Result<void> begin_skew(State& state, Incident& incident) {
  node_of(state, incident).clock_offset = std::strtoll(incident.argument(1).c_str(), nullptr, 10);
  incident.due = incident.since + kSecond;
  return {};
}

/// The node has lost its time servers, and the others notice.
void step_skew(State& state, Incident& incident, std::int64_t at) {
  const NodeState& node = node_of(state, incident);
  incident.due = at + kHour / 2;
  NodeLog& log = state.incidents.log;
  if (node.online)
    log.add(at, node.name, "chronyd[842]",
            incident.steps == 1 ? "Can't synchronise: no selectable sources (4 unreachable sources)"
                                : "Could not resolve address of initstepslew server");
  for (const NodeState& other : state.inventory.nodes)
    if (other.online && &other != &node)
      log.add(at + 400, other.name, "pvestatd[1093]",
              "status of node '" + node.name + "' comes from " +
                  std::to_string(std::abs(node.clock_offset)) + " seconds in the " +
                  (node.clock_offset > 0 ? "future" : "past") + " - check its clock");
}

void end_skew(State& state, const Incident& incident, std::int64_t at) {
  NodeState& node = node_of(state, incident);
  state.incidents.log.add(at, node.name, "chronyd[842]",
                          "System clock wrong by " + std::to_string(-node.clock_offset) +
                              ".014223 seconds, adjustment started");
  node.clock_offset = 0;
}

/// A renewal that the certificate authority refused.
void fail_renewal(State& state, const NodeState& node, std::int64_t at) {
  TaskPlan plan;
  plan.type = "acmerenew";
  plan.duration = 31'400;
  const std::string address = "http://" + node.name + "/.well-known/acme-challenge/";
  plan.lines = {{0, "Loading ACME account details"},
                {500, "Placing ACME order"},
                {1900, "Getting authorization details"},
                {2300, "Triggering validation"},
                {7400, "Status is 'pending', trying again"},
                {31'400, "validating challenge failed - status: invalid, " + address +
                             ": Timeout during connect (likely firewall problem)"}};
  plan.exit = "validating challenge '" + address + "' failed - status: invalid";
  state.tasks.fork(node, {"root@pam", ""}, std::move(plan), at);
}

/// It expires now; for five nights its renewal has failed.
Result<void> begin_expiry(State& state, Incident& incident) {
  NodeState& node = node_of(state, incident);
  node.certificate_end = incident.since / kSecond;
  for (std::int64_t day = 5; day >= 1; --day)
    fail_renewal(state, node, incident.since - day * kDay);
  incident.due = incident.since + kSecond;
  return {};
}

void step_expiry(State& state, Incident& incident, std::int64_t at) {
  const NodeState& node = node_of(state, incident);
  incident.due = at + kDay;
  if (!node.online) return;
  fail_renewal(state, node, at);
  state.incidents.log.add(at + 31'500, node.name, "pveupdate[2214]",
                          "Custom certificate expires soon or has expired, renewing it failed");
}

void end_expiry(State& state, const Incident& incident, std::int64_t at) {
  node_of(state, incident).certificate_end = at / kSecond + 90 * kDay / kSecond;
}

/// The nightly look for updates, which the enterprise repository refuses.
void fail_update(State& state, const NodeState& node, std::int64_t at) {
  const bool is_9 = state.facts.version() == PveVersion::k9;
  const std::string release = is_9 ? "trixie" : "bookworm";
  const std::string repository = "https://enterprise.proxmox.com/debian/pve";
  TaskPlan plan;
  plan.type = "aptupdate";
  plan.duration = 4200;
  plan.lines = {
      {0, "starting apt-get update"},
      {900, "Hit:1 http://security.debian.org " + release + "-security InRelease"},
      {1100, "Hit:2 http://ftp.debian.org/debian " + release + " InRelease"},
      {2300, "Err:3 " + repository + " " + release + " InRelease"},
      {2300, "  401  Unauthorized"},
      {4100, "E: The repository '" + repository + " " + release + " InRelease' is not signed."}};
  plan.exit = "command 'apt-get update' failed: exit code 100";
  state.tasks.fork(node, {"root@pam", ""}, std::move(plan), at);
}

Result<void> begin_subscription(State&, Incident& incident) {
  incident.due = incident.since + kSecond;
  return {};
}

void step_subscription(State& state, Incident& incident, std::int64_t at) {
  const NodeState& node = node_of(state, incident);
  incident.due = at + kDay;
  if (node.online) fail_update(state, node, at);
}

}  // namespace

std::vector<IncidentKind> node_incidents() {
  return {
      {"nic-flapping", "NODE", "a network port loses its link again and again", begin_flapping,
       step_flapping, end_flapping},
      {"clock-skew", "NODE SECONDS", "its clock goes so far ahead of the others, or behind",
       begin_skew, step_skew, end_skew},
      {"certificate-expired", "NODE", "the certificate of its web server, which is not renewed",
       begin_expiry, step_expiry, end_expiry},
      {"subscription-expired", "NODE", "its key is no longer valid, and updates are refused",
       begin_subscription, step_subscription, nullptr},
  };
}

}  // namespace pmx::sim
