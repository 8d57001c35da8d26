// Containers: their configuration, volumes and lives, on a cluster with a fake clock.
#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

using namespace std::chrono_literals;

/// A cluster and one of its containers.
struct Containers : Harness {
  std::string path(int vmid) { return guest_path(vmid); }

  /// The node's part of a guest's path.
  std::string node_path(int vmid) {
    const std::string whole = guest_path(vmid);
    return whole.substr(0, whole.find("/lxc/"));
  }

  Json config(int vmid) { return get(path(vmid) + "/config"); }

  /// The exit status of the task that a request forks.
  std::string outcome(const std::string& method, const std::string& target,
                      const std::string& form = "") {
    const Json answer = body(send(method, target, form));
    clock.tick(60s);
    upid = string_member(answer, "data");
    return std::string(string_member(get(task_path(upid) + "/status"), "exitstatus"));
  }
};

}  // namespace

TEST_CASE("lxc: a stopped container takes every change at once, and is shown typed") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt) + "/config";
  const Response done =
      pve.send("PUT", path, "memory=256&description=first&net1=name%3Deth1%2Cbridge%3Dvmbr0");
  CHECK(done.status == 200);
  const Json config = pve.config(part::kStoppedCt);
  CHECK(config["memory"] == 256);
  CHECK(config["description"] == "first\n");
  const std::string net(string_member(config, "net1"));
  CHECK(net.starts_with("name=eth1,bridge=vmbr0,hwaddr=BC:24:11:"));
  CHECK(net.ends_with(",type=veth"));
  CHECK(pve.send("PUT", path, "delete=net1").status == 200);
  CHECK_FALSE(pve.config(part::kStoppedCt).contains("net1"));
}

TEST_CASE("lxc: what a running container cannot take waits for its next start") {
  Containers pve;
  const std::string path = pve.path(part::kRunningCt);
  CHECK(pve.send("PUT", path + "/config", "hostname=renamed&cores=1").status == 200);
  CHECK(pve.get(path + "/config?current=1")["hostname"] != "renamed");
  CHECK(pve.config(part::kRunningCt)["hostname"] == "renamed");
  CHECK(pve.get(path + "/config?current=1")["cores"] == 1);
  bool waits = false;
  for (const auto& item : pve.get(path + "/pending"))
    waits = waits || (item["key"] == "hostname" && item["pending"] == "renamed");
  CHECK(waits);
  CHECK(pve.send("PUT", path + "/config", "revert=hostname").status == 200);
  CHECK(pve.config(part::kRunningCt)["hostname"] != "renamed");
}

TEST_CASE("lxc: a container that asks for an address has one soon after its start") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  pve.send("PUT", path + "/config",
           "net0=name%3Deth0%2Cbridge%3Dvmbr0%2Cip%3Ddhcp&net1=name%3Deth1%2Cbridge%3Dvmbr0");
  CHECK(pve.outcome("POST", path + "/status/start") == "OK");
  const Json found = pve.get(path + "/interfaces");
  REQUIRE(found.size() == 3);
  CHECK(string_member(found[1], "inet").ends_with("/16"));
  CHECK_FALSE(found[2].contains("inet"));
}

TEST_CASE("lxc: refusals in PVE's words") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt) + "/config";
  const auto reason = [&](const char* form) { return pve.send("PUT", path, form).reason; };
  CHECK(reason("") == "no options specified");
  CHECK(reason("delete=rootfs") == "unable to delete required option 'rootfs'");
  CHECK(reason("unprivileged=0") == "unable to modify read-only option: 'unprivileged'");
  CHECK(reason("features=mount%3Dnfs") ==
        "Permission check failed (changing feature flags (except nesting) is only allowed for "
        "root@pam)");
  CHECK(reason("mp0=/tmp%2Cmp%3D/x") ==
        "Permission check failed (mount point type bind is only allowed for root@pam)");
  CHECK(reason("mp0=nosuch:1%2Cmp%3D/x") == "storage 'nosuch' does not exist");
  const Json unknown = Harness::body(pve.send("PUT", path, "delete=nosuch"));
  CHECK(unknown["errors"]["delete"] == "unknown option 'nosuch'");
  CHECK(pve.send("PUT", path, "memory=64&digest=" + std::string(40, '0')).status == 500);
}

TEST_CASE("lxc: a mount point gets a volume, grows, becomes unused and goes") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  REQUIRE(pve.send("PUT", path + "/config", "mp0=local-lvm:2%2Cmp%3D/data").status == 200);
  const std::string made(string_member(pve.config(part::kStoppedCt), "mp0"));
  CHECK(made.find(",mp=/data,size=2G") != std::string::npos);
  CHECK(pve.outcome("PUT", path + "/resize", "disk=mp0&size=%2B1G") == "OK");
  CHECK(string_member(pve.config(part::kStoppedCt), "mp0").find("size=3G") != std::string::npos);
  CHECK(pve.outcome("PUT", path + "/resize", "disk=mp0&size=1G") == "unable to shrink disk size");
  CHECK(pve.send("PUT", path + "/config", "delete=mp0").status == 200);
  CHECK(pve.config(part::kStoppedCt)["unused0"] == made.substr(0, made.find(',')));
  CHECK(pve.send("PUT", path + "/config", "delete=unused0").status == 200);
  CHECK_FALSE(pve.config(part::kStoppedCt).contains("unused0"));
}

TEST_CASE("lxc: a clone has a name, MAC address and volumes of its own") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  CHECK(pve.outcome("POST", path + "/clone", "newid=900") == "OK");
  const Json was = pve.config(part::kStoppedCt);
  const Json is = pve.get(pve.node_path(part::kStoppedCt) + "/lxc/900/config");
  CHECK(string_member(is, "hostname").starts_with("Copy-of-"));
  for (const char* own : {"rootfs", "net0", "hostname"}) CHECK(is[own] != was[own]);
  CHECK(is["memory"] == was["memory"]);
  CHECK(pve.send("POST", path + "/clone", "newid=900").reason.starts_with("CT 900 already exists"));
}

TEST_CASE("lxc: protection keeps a container, and purge destroys it with its volumes") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  REQUIRE(pve.send("PUT", path + "/config", "protection=1").status == 200);
  CHECK(pve.send("DELETE", path).reason == "can't remove CT 108 - protection mode enabled");
  REQUIRE(pve.send("PUT", path + "/config", "protection=0").status == 200);
  CHECK(pve.outcome("DELETE", path + "?purge=1") == "OK");
  CHECK(pve.send("GET", path + "/config").status == 500);
}

TEST_CASE("lxc: a template's volumes are base images, and it stays as it is") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  CHECK(pve.send("POST", path + "/template").status == 200);
  CHECK(string_member(pve.config(part::kStoppedCt), "rootfs").find("base-108-") !=
        std::string::npos);
  CHECK(pve.send("POST", path + "/template").reason ==
        "you can't convert a template to a template");
}

TEST_CASE("lxc: a creation without its template ends in the task, and leaves nothing") {
  Containers pve;
  const std::string node = pve.node_path(part::kStoppedCt);
  CHECK(pve.outcome("POST", node + "/lxc",
                    "vmid=901&storage=local-lvm&ostemplate=local:vztmpl/none.tar.zst") ==
        "unable to create CT 901 - volume 'local:vztmpl/none.tar.zst' does not exist");
  CHECK(pve.send("GET", node + "/lxc/901/config").status == 500);
  CHECK(pve.send("POST", node + "/lxc", "vmid=901&ostemplate=nonsense")
            .reason.starts_with("Only root can pass arbitrary filesystem paths."));
}

TEST_CASE("lxc: a stopped container moves to another node and is found there") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  const Json preflight = pve.get(path + "/migrate");
  REQUIRE(preflight["allowed-nodes"].size() == 2);
  const std::string target = preflight["allowed-nodes"][0];
  CHECK(pve.outcome("POST", path + "/migrate", "target=" + target) == "OK");
  CHECK(pve.path(part::kStoppedCt) == "/nodes/" + target + "/lxc/108");
  CHECK(pve.send("POST", pve.path(part::kStoppedCt) + "/migrate", "target=" + target).status ==
        400);
}

TEST_CASE("lxc: a snapshot keeps the configuration, rolls back and goes") {
  Containers pve;
  const std::string path = pve.path(part::kStoppedCt);
  const Json was = pve.config(part::kStoppedCt);
  CHECK(pve.send("POST", path + "/snapshot", "snapname=current").reason ==
        "unable to use snapshot name 'current' (reserved name)");
  CHECK(pve.outcome("POST", path + "/snapshot", "snapname=before") == "OK");
  REQUIRE(pve.send("PUT", path + "/config", "memory=64").status == 200);
  CHECK(pve.get(path + "/snapshot/before/config")["memory"] == was["memory"]);
  CHECK(pve.outcome("POST", path + "/snapshot/before/rollback") == "OK");
  CHECK(pve.config(part::kStoppedCt)["memory"] == was["memory"]);
  CHECK(pve.outcome("DELETE", path + "/snapshot/before") == "OK");
  CHECK(pve.outcome("POST", path + "/snapshot/before/rollback") ==
        "snapshot 'before' does not exist");
  CHECK(pve.get(path + "/snapshot").size() == 1);
}

}  // namespace pmx::sim
