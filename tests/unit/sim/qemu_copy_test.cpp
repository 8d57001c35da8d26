// VMs copied, kept and moved: clones, templates, snapshots, migration, bulk actions.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

struct Copies : Lab {
  std::string run(const std::string& path, const std::string& form = "",
                  const std::string& method = "POST") {
    const Response answer = as_root(method, path, form);
    const std::string forked(string_member(body(answer), "data"));
    if (forked.empty()) return answer.reason;
    clock.tick(std::chrono::seconds{12});
    return std::string(string_member(data("GET", task_path(forked) + "/status"), "exitstatus"));
  }

  Copies() {
    run("/nodes/pve1/qemu",
        "vmid=100&name=gold&scsi0=shared:1,format%3Dqcow2"
        "&net0=virtio,bridge%3Dvmbr0");
  }

  /// A GET that another node than pve1 answers.
  Response send_to(std::size_t node, const std::string& target) {
    Request request;
    request.method = "GET";
    request.path = target.substr(0, target.find('?'));
    request.query = target.substr(target.find('?') + 1);
    request.headers["cookie"] = cookie;
    request.node = node;
    return cluster.handle(request);
  }

  Json config(int vmid, const std::string& node = "pve1") {
    return data("GET", "/nodes/" + node + "/qemu/" + std::to_string(vmid) + "/config");
  }
};

const std::string kVm = "/nodes/pve1/qemu/100";

}  // namespace

TEST_CASE_FIXTURE(Copies, "qemu: a full clone has disks, name and addresses of its own") {
  CHECK(run(kVm + "/clone", "newid=101&target=pve3") == "OK");
  const Json copy = config(101, "pve3");
  CHECK(copy["name"] == "Copy-of-VM-gold");
  CHECK(copy["scsi0"] == "shared:101/vm-101-disk-0.qcow2,size=1G");
  for (const char* key : {"net0", "smbios1", "vmgenid"}) CHECK(copy[key] != config(100)[key]);
  CHECK(as_root("POST", kVm + "/clone", "newid=101").reason ==
        "unable to create VM 101: config file already exists");
  CHECK(as_root("POST", kVm + "/clone", "newid=102&full=0").reason ==
        "Linked clone feature is not supported for 'shared:100/vm-100-disk-0.qcow2' (scsi0)");
  CHECK(as_root("POST", kVm + "/clone", "newid=102&target=nosuch").reason ==
        "no such cluster node 'nosuch'");
}

TEST_CASE_FIXTURE(Copies, "qemu: a template's clones are linked, and it stays while they do") {
  CHECK(run(kVm + "/template") == "OK");
  CHECK(config(100)["scsi0"] == "shared:100/base-100-disk-0.qcow2,size=1G");
  CHECK(run(kVm + "/clone", "newid=101") == "OK");
  CHECK(config(101)["scsi0"] == "shared:100/base-100-disk-0.qcow2/101/vm-101-disk-0.qcow2,size=1G");
  CHECK(run(kVm, "", "DELETE") ==
        "base volume 'shared:100/base-100-disk-0.qcow2' is still in use by linked cloned");
  CHECK(run("/nodes/pve1/qemu/101", "", "DELETE") == "OK");
  CHECK(run(kVm, "", "DELETE") == "OK");
}

TEST_CASE_FIXTURE(Copies, "qemu: snapshots are a tree, and a rollback brings the file back") {
  CHECK(run(kVm + "/snapshot", "snapname=one&description=first") == "OK");
  CHECK(run(kVm + "/snapshot", "snapname=two") == "OK");
  CHECK(run(kVm + "/snapshot", "snapname=two") == "snapshot name 'two' already used");
  as_root("PUT", kVm + "/config", "cores=8");
  Json rows = data("GET", kVm + "/snapshot");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0]["description"] == "first");
  CHECK(rows[1]["parent"] == "one");
  CHECK(rows[2]["name"] == "current");
  CHECK(rows[2]["parent"] == "two");
  CHECK(run(kVm + "/snapshot/one/rollback") == "OK");
  CHECK_FALSE(config(100).contains("cores"));
  CHECK(run(kVm + "/snapshot/one", "", "DELETE") == "OK");
  rows = data("GET", kVm + "/snapshot");
  REQUIRE(rows.size() == 2);
  CHECK_FALSE(rows[0].contains("parent"));
  CHECK_FALSE(rows[1].contains("parent"));
  CHECK(run(kVm + "/snapshot/nope/rollback") == "snapshot 'nope' does not exist");
  CHECK(as_root("POST", kVm + "/snapshot", "snapname=current").reason ==
        "unable to use snapshot name 'current' (reserved name)");
}

TEST_CASE_FIXTURE(Copies, "qemu: raw files take no snapshots, templates neither") {
  run("/nodes/pve1/qemu", "vmid=101&scsi0=local:1");
  CHECK(run("/nodes/pve1/qemu/101/snapshot", "snapname=one") ==
        "snapshot feature is not available");
  CHECK(data("GET", "/nodes/pve1/qemu/101/feature?feature=snapshot") ==
        Json{{"hasFeature", 0}, {"nodes", Json::array({"pve1"})}});
  run(kVm + "/template");
  CHECK(run(kVm + "/snapshot", "snapname=one") == "you can't take a snapshot if it's a template");
}

TEST_CASE_FIXTURE(Copies, "qemu: a VM moves to another node, running only with online=1") {
  const Json preflight = data("GET", kVm + "/migrate");
  CHECK(preflight["allowed_nodes"] == Json{"pve2", "pve3"});
  CHECK(preflight["local_disks"].empty());
  CHECK(run(kVm + "/migrate", "target=pve2") == "OK");
  CHECK(config(100, "pve2")["name"] == "gold");
  const std::string there = "/nodes/pve2/qemu/100";
  run(there + "/status/start");
  CHECK(as_root("POST", there + "/migrate", "target=pve3").reason ==
        "can't migrate running VM without --online");
  CHECK(run(there + "/migrate", "target=pve3&online=1") == "OK");
  CHECK(data("GET", "/nodes/pve3/qemu/100/status/current")["status"] == "running");
  cluster.set_online("pve2", false);
  CHECK(run("/nodes/pve3/qemu/100/migrate", "target=pve2&online=1") == "migration aborted");
  CHECK_FALSE(config(100, "pve3").contains("lock"));
}

TEST_CASE_FIXTURE(Copies, "qemu: startall starts what starts at boot, stopall stops what runs") {
  run("/nodes/pve1/qemu", "vmid=101&onboot=1");
  CHECK(run("/nodes/pve1/startall") == "OK");
  CHECK(data("GET", "/nodes/pve1/qemu/101/status/current")["status"] == "running");
  CHECK(data("GET", kVm + "/status/current")["status"] == "stopped");
  run("/nodes/pve1/stopall", "timeout=1");
  CHECK(data("GET", "/nodes/pve1/qemu/101/status/current")["status"] == "stopped");
  CHECK(as_root("POST", "/nodes/pve1/migrateall", "target=pve2").status == 500);
}

TEST_CASE_FIXTURE(Copies, "qemu: the cluster's list lags by pvestatd's round") {
  const auto row = [&] { return data("GET", "/cluster/resources?type=vm")[0]; };
  clock.tick(std::chrono::seconds{12});
  CHECK(row()["status"] == "stopped");
  as_root("POST", "/nodes/pve1/qemu", "vmid=99999");
  CHECK(data("GET", "/cluster/resources?type=vm")[1]["status"] == "unknown");
  run(kVm + "/status/start");
  clock.tick(std::chrono::seconds{12});
  CHECK(row()["status"] == "running");
  cluster.set_online("pve1", false);
  clock.tick(std::chrono::minutes{2});
  CHECK(body(send_to(1, "/cluster/resources?type=vm"))["data"][0]["status"] == "running");
  clock.tick(std::chrono::minutes{4});
  CHECK(body(send_to(1, "/cluster/resources?type=vm"))["data"][0]["status"] == "unknown");
}

TEST_CASE("qemu: the agent of an installed system answers, others are refused in PVE's words") {
  Harness h;
  const std::string vm = h.guest_path(part::kRunningVm);
  h.cluster.change_guest(part::kRunningVm, {{"agent", "1"}});
  CHECK(h.get(vm + "/agent/get-host-name")["result"]["host-name"] == "web");
  CHECK(h.get(vm + "/agent/network-get-interfaces")["result"].size() >= 2);
  CHECK(h.send("POST", vm + "/agent/file-write", "file=/etc/motd&content=hello").status == 200);
  CHECK(h.get(vm + "/agent/file-read?file=/etc/motd")["content"] == "hello");
  h.cluster.change_guest(part::kRunningVm, {{"agent", "0"}});
  CHECK(h.send("GET", vm + "/agent/info").reason == "QEMU guest agent is not running");
  h.cluster.change_guest(part::kRunningVm, {{"agent", nullptr}});
  CHECK(h.send("GET", vm + "/agent/info").reason == "No QEMU guest agent configured");
  const std::string stopped = h.guest_path(part::kStoppedVm);
  h.cluster.change_guest(part::kStoppedVm, {{"agent", "1"}});
  CHECK(h.send("GET", stopped + "/agent/info").reason == "VM 101 is not running");
}

TEST_CASE_FIXTURE(Copies, "qemu: cloud-init options become the files on the drive") {
  as_root("PUT", kVm + "/config",
          "ide2=local:cloudinit&ciuser=admin&ipconfig0=ip%3D192.0.2.5/24,gw%3D192.0.2.1");
  CHECK(config(100)["ide2"] == "local:100/vm-100-cloudinit.qcow2,media=cdrom");
  const Json user = data("GET", kVm + "/cloudinit/dump?type=user");
  CHECK(user.get<std::string>().find("user: admin") != std::string::npos);
  const Json network = data("GET", kVm + "/cloudinit/dump?type=network");
  CHECK(network.get<std::string>().find("netmask: '255.255.255.0'") != std::string::npos);
}

TEST_CASE_FIXTURE(Copies, "snapshots: what is refused at once, and what the worker finds first") {
  for (const char* name : {"current", "Pending"})
    CHECK(run(kVm + "/snapshot", std::string("snapname=") + name).ends_with("(reserved name)"));
  CHECK(run("/nodes/pve1/qemu/999/snapshot", "snapname=one") ==
        "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist");
  CHECK(run("/nodes/pve1/lxc/999/snapshot", "snapname=vzdump") ==
        "unable to use snapshot name 'vzdump' (reserved name)");
  CHECK(run("/nodes/pve1/lxc/999/snapshot", "snapname=pending") ==
        "Configuration file 'nodes/pve1/lxc/999.conf' does not exist");
  cluster.change_guest(100, {{"lock", "backup"}});
  CHECK(run(kVm + "/snapshot/one", "", "DELETE") == "snapshot 'one' does not exist");
}

TEST_CASE_FIXTURE(Copies, "qemu: the storages that a move names are looked at before it begins") {
  const auto refused = [&](const std::string& storages) {
    return run(kVm + "/migrate", "target=pve2&targetstorage=" + storages);
  };
  CHECK(refused("nowhere") == "storage 'nowhere' does not exist");
  CHECK(as_root("POST", "/storage", "storage=isos&type=dir&path=/isos&content=iso").status == 200);
  CHECK(refused("shared:isos") == "storage 'isos' does not support vm images");
  CHECK(refused("shared:local") == "OK");
}

}  // namespace pmx::sim
