// What is left of the API when half of the nodes are gone.
#include "sim/quorum.h"

#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

constexpr std::chrono::milliseconds kNoDelay{0};
constexpr std::chrono::milliseconds kLockWait{9000};

/// A lab with VM 100 on pve1, whose nodes pve2 and pve3 go down.
struct Minority : Lab {
  explicit Minority(PveVersion pve = PveVersion::k9) : Lab(pve) {
    CHECK(task("POST", "/nodes/pve1/qemu", "vmid=100&memory=64&scsi0=local:1") == "OK");
    CHECK(task("POST", "/nodes/pve1/qemu", "vmid=101") == "OK");
    CHECK(task("POST", "/nodes/pve1/qemu/101/status/start") == "OK");
    REQUIRE(cluster.control("quorum-lost", {}).ok());
  }

  void check_refused(const std::string& method, const std::string& target, const std::string& form,
                     const std::string& reason, std::chrono::milliseconds delay) {
    const Response response = as_root(method, target, form);
    INFO(method << " " << target);
    CHECK(response.status == 500);
    CHECK(response.reason == reason);
    CHECK(response.delay == delay);
  }
};

}  // namespace

TEST_CASE("quorum: it can be read, and says that it is gone") {
  Minority lab;
  CHECK(lab.data("GET", "/cluster/status")[0]["quorate"] == 0);
  const Json ha = lab.data("GET", "/cluster/ha/status/current");
  CHECK(ha[0]["quorate"] == 0);
  CHECK(ha[0]["status"] == "No quorum on node 'pve1'!");
  CHECK(lab.data("GET", "/nodes/pve1/qemu/100/config")["memory"] == "64");
  CHECK(lab.as_root("GET", "/nodes/pve2/status").status == 595);
}

TEST_CASE("quorum: who needs the lock of a file waits for it, in vain") {
  Minority lab;
  lab.check_refused("POST", "/access/users", "userid=x@pve",
                    "create user failed: cfs-lock 'file-user_cfg' error: no quorum!", kLockWait);
  lab.check_refused("PUT", "/cluster/options", "keyboard=de",
                    "cfs-lock 'file-datacenter_cfg' error: no quorum!", kLockWait);
  lab.check_refused("POST", "/nodes/pve1/qemu/100/firewall/rules", "type=in&action=DROP",
                    "cfs-lock 'firewall-vm-100' error: no quorum!", kLockWait);
  lab.check_refused("POST", "/nodes/pve1/storage/shared/content",
                    "vmid=100&filename=vm-100-disk-7.raw&size=1G",
                    "cfs-lock 'storage-shared' error: no quorum!", kLockWait);
  CHECK(lab.as_root("POST", "/access/users", "userid=").status != 200);
  CHECK(lab.data("GET", "/access/users").size() == 1);
}

TEST_CASE("quorum: 8.4 locks the applied SDN configuration, and applies without a lock") {
  Minority lab(PveVersion::k8);
  lab.check_refused(
      "DELETE", "/cluster/sdn/zones/z1", "",
      "delete sdn zone object failed: cfs-lock 'file-sdn__running-config' error: no quorum!",
      kLockWait);
  CHECK(lab.as_root("PUT", "/cluster/sdn")
            .reason.starts_with("unable to open file '/etc/pve/sdn/.running-config.tmp."));
  Minority nine;
  nine.check_refused("PUT", "/cluster/sdn", "",
                     "could not commit SDN config: cfs-lock 'domain-sdn' error: no quorum!",
                     kLockWait);
}

TEST_CASE("quorum: who asks for it first is refused at once") {
  Minority lab;
  for (const auto& [target, form] : {std::pair{"/nodes/pve1/qemu", "vmid=102"},
                                     {"/nodes/pve1/qemu/100/status/start", ""},
                                     {"/nodes/pve1/qemu/100/clone", "newid=102"},
                                     {"/cluster/ha/resources", "sid=vm:100"}})
    lab.check_refused("POST", target, form, "cluster not ready - no quorum?", kNoDelay);
  lab.check_refused("GET", "/nodes/pve1/qemu/100/migrate", "", "cluster not ready - no quorum?",
                    kNoDelay);
}

TEST_CASE("quorum: a guest's configuration is checked, and not written") {
  Minority lab;
  CHECK(lab.as_root("PUT", "/nodes/pve1/qemu/100/config", "delete=nonsense").status == 400);
  CHECK(lab.as_root("PUT", "/nodes/pve1/qemu/999/config", "memory=128").reason ==
        "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist");
  const Response refused = lab.as_root("PUT", "/nodes/pve1/qemu/100/config", "memory=128");
  CHECK(refused.status == 500);
  CHECK(refused.reason.starts_with(
      "unable to open file '/etc/pve/nodes/pve1/qemu-server/100.conf.tmp."));
  CHECK(refused.reason.ends_with("' - Permission denied"));
  CHECK(lab.data("GET", "/nodes/pve1/qemu/100/config")["memory"] == "64");
}

TEST_CASE("quorum: a worker begins and fails") {
  Minority lab;
  CHECK(lab.task("DELETE", "/nodes/pve1/qemu/100").ends_with("Permission denied"));
  CHECK(lab.upid.find(":qmdestroy:100:") != std::string::npos);
  CHECK(lab.task("POST", "/nodes/pve1/qemu/100/config", "memory=128").ends_with("denied"));
  CHECK(lab.task("POST", "/nodes/pve1/vzdump", "vmid=100&storage=local") == "job errors");
  CHECK(lab.log().find("ERROR: Backup of VM 100 failed - unable to open file") !=
        std::string::npos);
  CHECK(lab.data("GET", "/nodes/pve1/qemu/100/config")["memory"] == "64");
  CHECK(lab.data("GET", "/nodes/pve1/storage/local/content?content=images").size() == 1);
}

TEST_CASE("quorum: what stays on the node goes on") {
  Minority lab;
  CHECK(lab.task("POST", "/nodes/pve1/qemu/101/status/stop") == "OK");
  CHECK(lab.as_root("PUT", "/nodes/pve1/dns", "search=lab.example").status == 200);
  CHECK(lab.as_root("PUT", "/access/password", "userid=root@pam&password=secret").reason !=
        "cfs-lock 'file-priv_shadow_cfg' error: no quorum!");
  CHECK(lab.data("POST", "/nodes/pve1/storage/local/content",
                 "vmid=100&filename=vm-100-disk-7.raw&size=1G") == "local:100/vm-100-disk-7.raw");
}

TEST_CASE("quorum: the HA manager is asked in vain, and does nothing") {
  Harness h;
  const std::string guest = h.guest_path(part::kHaVm);
  const std::string node = guest.substr(7, guest.find('/', 7) - 7);
  for (const std::string& other : h.cluster.nodes())
    if (other != node) h.cluster.set_online(other, false);
  Request request;
  request.method = "POST";
  request.path = guest + "/status/stop";
  request.headers["authorization"] = "PVEAPIToken=" + h.cluster.access().token;
  for (std::size_t i = 0; i < 3; ++i)
    if (h.cluster.nodes()[i] == node) request.node = i;
  const std::string upid(string_member(Harness::body(h.cluster.handle(request)), "data"));
  CHECK(upid.find(":hastop:105:") != std::string::npos);
  h.clock.tick(std::chrono::minutes{1});
  request.method = "GET";
  request.path = Harness::task_path(upid) + "/status";
  CHECK(Harness::body(h.cluster.handle(request))["data"]["exitstatus"] ==
        "command 'ha-manager set vm:105 --state stopped' failed: exit code 255");
}

TEST_CASE("quorum: it is back when the nodes are") {
  Minority lab;
  REQUIRE(lab.cluster.control("quorum-back", {}).ok());
  CHECK(lab.as_root("POST", "/access/users", "userid=x@pve").status == 200);
  Options one = Lab::options(PveVersion::k9);
  one.scenario = Scenario::kGenerated;
  one.nodes = 1;
  Harness alone(one);
  CHECK_FALSE(alone.cluster.control("quorum-lost", {}).ok());
}

TEST_CASE("quorum: the table tells of every method that changes something") {
  for (const PveVersion pve : {PveVersion::k8, PveVersion::k9})
    for (const Route& route : Facts(pve).routes()) {
      const std::string method = std::string(route.method) + " " + std::string(route.path);
      INFO(method);
      if (route.method != "GET") CHECK(met_without_quorum(method).has_value());
    }
}

}  // namespace pmx::sim
