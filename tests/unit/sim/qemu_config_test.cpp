// VMs come, change and go: creation, configuration with its pending part, disks.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

constexpr const char* kVm = "/nodes/pve1/qemu/100";

/// A lab with VM 100 in it, made of `options`.
struct LabVm : Lab {
  void make(const std::string& options = "memory=64&scsi0=local:1,format%3Dqcow2") {
    run("/nodes/pve1/qemu", "vmid=100&" + options);
  }

  /// Sends, lets five seconds pass and answers the exit of the task that was forked.
  std::string run(const std::string& path, const std::string& form = "",
                  const std::string& method = "POST") {
    const Response answer = as_root(method, path, form);
    const std::string forked(string_member(body(answer), "data"));
    if (forked.empty()) return answer.reason;
    clock.tick(std::chrono::seconds{5});
    return std::string(string_member(data("GET", task_path(forked) + "/status"), "exitstatus"));
  }

  Json config() { return data("GET", std::string(kVm) + "/config"); }

  std::string change(const std::string& form) {
    return as_root("PUT", std::string(kVm) + "/config", form).reason;
  }

  Json pending(const std::string& key) {
    for (const Json& row : data("GET", std::string(kVm) + "/pending"))
      if (row["key"] == key) return row;
    return {};
  }
};

std::size_t images(LabVm& lab, const std::string& storage) {
  return lab.data("GET", "/nodes/pve1/storage/" + storage + "/content?content=images").size();
}

}  // namespace

TEST_CASE_FIXTURE(LabVm, "qemu: a new VM is locked until its task ends, then has PVE's defaults") {
  as_root("POST", "/nodes/pve1/qemu",
          "vmid=100&name=a&scsi0=local:2&ide2=none,media%3Dcdrom&net0=virtio,bridge%3Dvmbr0");
  CHECK(config()["lock"] == "create");
  clock.tick(std::chrono::seconds{5});
  const Json made = config();
  CHECK_FALSE(made.contains("lock"));
  CHECK(made["boot"] == "order=scsi0;ide2;net0");
  CHECK(made["scsi0"] == "local:100/vm-100-disk-0.raw,size=2G");
  CHECK(string_member(made, "net0").starts_with("virtio=BC:24:11:"));
  for (const char* key : {"smbios1", "vmgenid", "meta"}) CHECK(made.contains(key));
  CHECK(images(*this, "local") == 1);
  CHECK(as_root("POST", "/nodes/pve2/qemu", "vmid=100").reason ==
        "unable to create VM 100 - VM 100 already exists on node 'pve1'");
}

TEST_CASE_FIXTURE(LabVm, "qemu: a creation that fails leaves neither a VM nor a volume") {
  CHECK(run("/nodes/pve1/qemu", "vmid=100&scsi0=local:1&scsi1=local:100/vm-100-disk-7.raw") ==
        "unable to create VM 100 - volume 'local:100/vm-100-disk-7.raw' does not exist");
  CHECK(as_root("GET", std::string(kVm) + "/config").status == 500);
  CHECK(images(*this, "local") == 0);
  CHECK(as_root("POST", "/nodes/pve1/qemu", "vmid=100&scsi0=nosuch:1").reason ==
        "storage 'nosuch' does not exist");
  CHECK(as_root("POST", "/nodes/pve1/qemu", "vmid=100&pool=nosuch").status == 403);
}

TEST_CASE_FIXTURE(LabVm, "qemu: what a VM cannot be changed to is refused before it is written") {
  make();
  CHECK(change("") == "no options specified");
  CHECK(change("cores=2&digest=" + std::string(40, '0')) ==
        "checksum mismatch (file change by other user?)");
  CHECK(change("memory=64&balloon=128") ==
        "balloon value too large (must be smaller than assigned memory)");
  CHECK(change("boot=order%3Dscsi7") == "invalid bootorder: device 'scsi7' does not exist'");
  const Json errors = body(as_root("PUT", std::string(kVm) + "/config", "delete=nosuch"))["errors"];
  CHECK(errors["delete"] == "unknown option 'nosuch'");
  CHECK(change("lock=backup") == "OK");
  CHECK(change("cores=2") == "VM is locked (backup)");
  CHECK(change("delete=lock&skiplock=1") == "OK");
}

TEST_CASE_FIXTURE(LabVm, "qemu: a purge takes a VM out of the jobs that name it") {
  make("scsi0=local:1");
  run("/nodes/pve1/qemu", "vmid=101");
  const auto job = [&](const char* id, const char* vms) {
    as_root("POST", "/cluster/backup",
            std::string("storage=local&schedule=daily&id=") + id + "&vmid=" + vms);
  };
  job("both", "100,101");
  job("one", "100");
  CHECK(run(std::string(kVm) + "?purge=1", "", "DELETE") == "OK");
  CHECK(data("GET", "/cluster/backup/both")["vmid"] == "101");
  CHECK(as_root("GET", "/cluster/backup/one").status == 400);
}

TEST_CASE("qemu: a token of root is not root itself") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm);
  CHECK(h.send("PUT", path + "/config", "lock=backup").reason == "only root can set 'lock' config");
  CHECK(h.send("PUT", path + "/config", "skiplock=1&onboot=1").status == 400);
  CHECK(h.send("PUT", path + "/config", "onboot=1").status == 200);
}

TEST_CASE_FIXTURE(LabVm, "qemu: a stopped VM takes changes at once, its old disks become unused") {
  make();
  CHECK(change("cores=2&scsi0=shared:1") == "OK");
  CHECK(config()["cores"] == 2);
  CHECK(config()["unused0"] == "local:100/vm-100-disk-0.qcow2");
  CHECK(change("delete=scsi0") == "OK");
  CHECK(config()["boot"] == " ");
  CHECK(config()["unused1"] == "shared:100/vm-100-disk-0.raw");
  CHECK(change("scsi0=shared:100/vm-100-disk-0.raw") == "OK");
  CHECK_FALSE(config().contains("unused1"));
  CHECK(change("delete=unused0") == "OK");
  CHECK(images(*this, "local") == 0);
}

TEST_CASE_FIXTURE(LabVm, "qemu: a running VM keeps pending what it cannot take, until it starts") {
  make();
  run(std::string(kVm) + "/status/start");
  CHECK(change("cores=4&description=d&delete=memory") == "OK");
  CHECK(config()["cores"] == 4);
  const Json current = data("GET", std::string(kVm) + "/config?current=1");
  CHECK_FALSE(current.contains("cores"));
  CHECK(current["description"] == "d");
  CHECK(pending("cores") == Json{{"key", "cores"}, {"pending", 4}});
  CHECK(pending("memory") == Json{{"key", "memory"}, {"value", "64"}, {"delete", 1}});
  CHECK(change("revert=memory") == "OK");
  CHECK_FALSE(pending("memory").contains("delete"));
  run(std::string(kVm) + "/status/stop");
  run(std::string(kVm) + "/status/start");
  CHECK(data("GET", std::string(kVm) + "/config?current=1")["cores"] == 4);
}

TEST_CASE_FIXTURE(LabVm, "qemu: a device is not given up while no system answers") {
  make("net0=virtio%3DBC:24:11:00:00:01,bridge%3Dvmbr0");
  run(std::string(kVm) + "/status/start");
  const Response refused = as_root("PUT", std::string(kVm) + "/config", "delete=net0&onboot=1");
  CHECK(refused.status == 400);
  CHECK(refused.delay > std::chrono::seconds{1});
  CHECK(body(refused)["errors"]["net0"] ==
        "hotplug problem - error on hot-unplugging device 'net0'\n");
  CHECK(pending("net0")["delete"] == 1);
  CHECK(pending("onboot")["value"] == 1);
  CHECK(change("net0=virtio%3DBC:24:11:00:00:01,bridge%3Dvmbr0,link_down%3D1") == "OK");
}

TEST_CASE_FIXTURE(LabVm, "qemu: disks grow, move between storages and to other VMs") {
  make();
  CHECK(run(std::string(kVm) + "/resize", "disk=scsi0&size=%2B1G", "PUT") == "OK");
  CHECK(run(std::string(kVm) + "/resize", "disk=scsi0&size=1G", "PUT") ==
        "shrinking disks is not supported");
  CHECK(run(std::string(kVm) + "/move_disk", "disk=scsi0&storage=shared&delete=1") == "OK");
  CHECK(config()["scsi0"] == "shared:100/vm-100-disk-0.qcow2,size=2G");
  CHECK(run(std::string(kVm) + "/move_disk", "disk=scsi0&storage=shared") ==
        "you can't move to the same storage with same format");
  run("/nodes/pve1/qemu", "vmid=101");
  CHECK(run(std::string(kVm) + "/move_disk", "disk=scsi0&target-vmid=101") == "OK");
  CHECK_FALSE(config().contains("scsi0"));
  CHECK(data("GET", "/nodes/pve1/qemu/101/config")["scsi0"] ==
        "shared:101/vm-101-disk-0.qcow2,size=2G");
}

TEST_CASE_FIXTURE(LabVm, "qemu: a VM goes with its disks, unless it is protected or runs") {
  make("protection=1&scsi0=local:1");
  CHECK(as_root("DELETE", kVm).reason == "can't remove VM 100 - protection mode enabled");
  change("protection=0");
  run(std::string(kVm) + "/status/start");
  CHECK(as_root("DELETE", kVm).reason == "VM 100 is running - destroy failed");
  run(std::string(kVm) + "/status/stop");
  CHECK(run(kVm, "", "DELETE") == "OK");
  CHECK(as_root("GET", std::string(kVm) + "/config").status == 500);
  CHECK(images(*this, "local") == 0);
}

}  // namespace pmx::sim
