// Switches by name, and the scenario lab that they are used on.
#include <doctest/doctest.h>

#include "sim/facts.h"
#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

Options lab() { return Lab::options(PveVersion::k9); }

}  // namespace

TEST_CASE("switches: a node that is down answers nothing, and again when it is up") {
  FakeClock clock;
  Cluster cluster(lab(), clock);
  CHECK(cluster.nodes() == std::vector<std::string>{"pve1", "pve2", "pve3"});
  REQUIRE(cluster.control("node-down", {"pve3"}).ok());
  CHECK(asked(cluster, 2, "/access/domains").drop);
  CHECK(asked(cluster, 0, "/access/domains").status == 200);
  REQUIRE(cluster.control("node-up", {"pve3"}).ok());
  CHECK(asked(cluster, 2, "/access/domains").status == 200);
}

TEST_CASE("switches: a user gets a second factor, and loses it again") {
  FakeClock clock;
  Cluster cluster(lab(), clock);
  const auto login = [&](const std::string& more) {
    Request request;
    request.method = "POST";
    request.path = "/access/ticket";
    request.body = "username=root@pam&" + more;
    return parse_json(cluster.handle(request).body).value()["data"];
  };
  REQUIRE(cluster.control("tfa-enable", {"root@pam"}).ok());
  CHECK(login("password=secret")["NeedTFA"] == 1);
  CHECK(login("password=secret&otp=totp:123456").contains("cap"));
  REQUIRE(cluster.control("tfa-disable", {"root@pam"}).ok());
  CHECK(login("password=secret").contains("cap"));
  CHECK_FALSE(cluster.control("tfa-enable", {"nobody@pve"}).ok());
}

TEST_CASE("switches: what is wrong with one is told, with what there is") {
  FakeClock clock;
  Cluster cluster(lab(), clock);
  const auto unknown = cluster.control("explode", {});
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().advice.find("node-down NODE") != std::string::npos);
  const auto node = cluster.control("node-down", {"pve9"});
  REQUIRE_FALSE(node.ok());
  CHECK(node.error().advice == "nodes: pve1, pve2, pve3");
  CHECK(unknown.error().advice.find("clock-skew NODE SECONDS") != std::string::npos);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"pve1"}, {"pve1", "soon"}, {"pve1", "1", "2"}})
    CHECK_FALSE(cluster.control("clock-skew", arguments).ok());
}

TEST_CASE("lab: the release decides which methods there are") {
  const auto has = [](PveVersion version, const char* path) {
    return Facts(version).find("GET", path).has_value();
  };
  CHECK(has(PveVersion::k9, "/cluster/ha/rules"));
  CHECK_FALSE(has(PveVersion::k8, "/cluster/ha/rules"));
  CHECK(has(PveVersion::k8, "/cluster/ha/groups"));
}

TEST_CASE("lab: begins with root@pam, its password and no token") {
  FakeClock clock;
  const Cluster cluster(lab(), clock);
  CHECK(cluster.access().username == "root@pam");
  CHECK(cluster.access().password == "secret");
  CHECK(cluster.access().token.empty());
}

TEST_CASE("switches: of the guests of a node that comes back those run that are started at boot") {
  Harness h;
  const std::string guest = h.guest_path(part::kRunningVm);
  const std::string node = guest.substr(7, guest.find('/', 7) - 7);
  h.cluster.change_guest(part::kRunningVm, {{"onboot", 0}});
  h.cluster.change_guest(part::kPausedVm, {{"onboot", 1}});
  h.cluster.move_guest(part::kPausedVm, node);
  REQUIRE(h.cluster.control("node-down", {node}).ok());
  h.clock.tick(std::chrono::minutes{2});
  REQUIRE(h.cluster.control("node-up", {node}).ok());
  CHECK(h.get(guest + "/status/current")["status"] == "stopped");
  CHECK(h.get(h.guest_path(part::kPausedVm) + "/status/current")["qmpstatus"] == "running");
  h.clock.tick(std::chrono::seconds{30});
  CHECK(h.get("/nodes/" + node + "/status")["uptime"] == 30);
}

}  // namespace pmx::sim
