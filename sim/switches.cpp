// The switches of a cluster by name: what `proxmox-mpc sim ctl` turns.
#include <array>
#include <charconv>

#include "sim/cluster.h"

namespace pmx::sim {
namespace {

using Arguments = std::vector<std::string>;

struct Switch {
  std::string_view name;
  std::string_view arguments;  ///< as help shows them
  std::size_t count;           ///< how many
  Result<void> (*turn)(Cluster& cluster, const Arguments& arguments);
};

Result<int> number(const std::string& text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && value >= 0) return value;
  return Error{Code::kInvalidArgument, "not a number: '" + text + "'", ""};
}

Result<void> set_node(Cluster& cluster, const std::string& name, bool online) {
  std::string known;
  for (const std::string& node : cluster.nodes()) {
    if (node == name) {
      cluster.set_online(name, online);
      return {};
    }
    known += (known.empty() ? "" : ", ") + node;
  }
  return Error{Code::kInvalidArgument, "there is no node '" + name + "'", "nodes: " + known};
}

Result<void> node_down(Cluster& cluster, const Arguments& arguments) {
  return set_node(cluster, arguments[0], false);
}

Result<void> node_up(Cluster& cluster, const Arguments& arguments) {
  return set_node(cluster, arguments[0], true);
}

Result<void> quorum_lost(Cluster& cluster, const Arguments&) {
  if (cluster.lose_quorum()) return {};
  return Error{Code::kInvalidArgument, "one node alone always has quorum", "use --nodes 3"};
}

Result<void> quorum_back(Cluster& cluster, const Arguments&) {
  cluster.regain_quorum();
  return {};
}

Result<void> fail_next(Cluster& cluster, const Arguments& arguments) {
  PMX_TRY(const int count, number(arguments[0]));
  PMX_TRY(const int status, number(arguments[1]));
  if (status < 200 || status > 599)
    return Error{Code::kInvalidArgument, "not an HTTP status: " + arguments[1], "200 to 599"};
  cluster.fail_next(count, status, arguments[2]);
  return {};
}

Result<void> truncate_next(Cluster& cluster, const Arguments& arguments) {
  PMX_TRY(const int count, number(arguments[0]));
  PMX_TRY(const int bytes, number(arguments[1]));
  cluster.truncate_next(count, static_cast<std::size_t>(bytes));
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

constexpr std::array<Switch, 8> kSwitches{{
    {"node-down", "NODE", 1, node_down},
    {"node-up", "NODE", 1, node_up},
    {"quorum-lost", "", 0, quorum_lost},
    {"quorum-back", "", 0, quorum_back},
    {"fail-next", "COUNT STATUS REASON", 3, fail_next},
    {"truncate-next", "COUNT BYTES", 2, truncate_next},
    {"tfa-enable", "USER", 1, tfa_enable},
    {"tfa-disable", "USER", 1, tfa_disable},
}};

}  // namespace

Result<void> Cluster::control(std::string_view action, const Arguments& arguments) {
  std::string known;
  for (const Switch& one : kSwitches) {
    known += (known.empty() ? "" : ", ") + std::string(one.name) +
             (one.count == 0 ? "" : " " + std::string(one.arguments));
    if (one.name != action) continue;
    if (arguments.size() == one.count) return one.turn(*this, arguments);
    return Error{Code::kInvalidArgument,
                 "the switch " + std::string(action) + " needs " +
                     (one.count == 0 ? "no argument" : std::string(one.arguments)),
                 ""};
  }
  return Error{Code::kInvalidArgument, "there is no switch '" + std::string(action) + "'",
               "there are: " + known};
}

}  // namespace pmx::sim
