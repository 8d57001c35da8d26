#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

using std::chrono::seconds;

struct Managed : Harness {
  Managed() {
    const std::string path = guest_path(part::kHaVm);
    node = path.substr(7, path.find('/', 7) - 7);
    for (const std::string& name : cluster.nodes())
      if (name != node) others.push_back(name);
  }

  /// Asks a node that is up.
  Json there(const std::string& target) {
    Request request;
    request.method = "GET";
    request.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string::npos) request.query = target.substr(target.find('?') + 1);
    request.headers["authorization"] = "PVEAPIToken=" + cluster.access().token;
    const auto names = cluster.nodes();
    while (names[request.node] == node) ++request.node;
    return body(cluster.handle(request))["data"];
  }

  Json service() {
    for (const Json& row : there("/cluster/ha/status/current"))
      if (row.value("sid", "") == "vm:105") return row;
    return {};
  }
  std::string node_state() {
    return there("/cluster/ha/status/manager_status")["manager_status"]["node_status"][node];
  }
  /// The lines of pve-ha-crm and pve-ha-lrm on the other nodes.
  std::string log() {
    std::string out;
    for (const std::string& name : others)
      for (const Json& line : there("/nodes/" + name + "/syslog?limit=5000"))
        if (line["t"].get<std::string>().find("pve-ha-") != std::string::npos)
          out += line["t"].get<std::string>() + "\n";
    return out;
  }

  std::string node;
  std::vector<std::string> others;
};

}  // namespace

TEST_CASE("ha: a dead node is fenced after a minute, and its guests start elsewhere") {
  Managed ha;
  ha.cluster.set_online(ha.node, false);
  CHECK(ha.node_state() == "unknown");
  ha.clock.tick(seconds{59});
  CHECK(ha.service()["state"] == "started");
  CHECK(ha.service()["node"] == ha.node);
  ha.clock.tick(seconds{2});
  CHECK(ha.service()["state"] == "fence");
  CHECK(ha.node_state() == "fence");
  ha.clock.tick(seconds{70});
  const Json after = ha.service();
  CHECK(after["state"] == "started");
  CHECK(after["node"] != ha.node);
  CHECK(ha.node_state() == "unknown");
  const std::string base = "/nodes/" + after["node"].get<std::string>();
  CHECK(ha.there(base + "/qemu/105/status/current")["status"] == "running");
  const Json started = ha.there(base + "/tasks?vmid=105&typefilter=qmstart&source=all")[0];
  CHECK(started["status"] == "OK");
  CHECK(started["user"] == "root@pam");
  const std::string log = ha.log();
  for (const std::string& line :
       {"node '" + ha.node + "': state changed from 'online' => 'unknown'",
        std::string("service 'vm:105': state changed from 'started' to 'fence'"),
        "fencing: acknowledged - got agent lock for node '" + ha.node + "'",
        "recover service 'vm:105' from fenced node '" + ha.node + "' to node '",
        std::string("starting service vm:105")})
    CHECK_MESSAGE(log.find(line) != std::string::npos, line);
}

TEST_CASE("ha: a node that is back within the minute keeps its guests") {
  Managed ha;
  ha.cluster.set_online(ha.node, false);
  ha.clock.tick(seconds{40});
  ha.there("/version");
  ha.cluster.set_online(ha.node, true);
  ha.clock.tick(std::chrono::minutes{5});
  CHECK(ha.service()["node"] == ha.node);
  CHECK(ha.service()["state"] == "started");
  CHECK(ha.node_state() == "online");
  CHECK(ha.log().find("fenc") == std::string::npos);
}

TEST_CASE("ha: what is disabled stays where it is, and nothing moves without quorum") {
  Managed disabled;
  disabled.send("PUT", "/cluster/ha/resources/vm%3A105", "state=disabled");
  disabled.clock.tick(seconds{30});
  disabled.cluster.set_online(disabled.node, false);
  disabled.clock.tick(std::chrono::minutes{5});
  CHECK(disabled.service()["node"] == disabled.node);
  Managed alone;
  for (const std::string& name : alone.cluster.nodes())
    if (name != alone.others.front()) alone.cluster.set_online(name, false);
  alone.clock.tick(std::chrono::minutes{5});
  for (const std::string& name : alone.cluster.nodes()) alone.cluster.set_online(name, true);
  CHECK(alone.service()["node"] == alone.node);
}

}  // namespace pmx::sim
