// What lies on the storages of a cluster, and how its names are read.
#include "sim/volumes.h"

#include <doctest/doctest.h>

namespace pmx::sim {
namespace {

Inventory lab() {
  Options options;
  options.scenario = Scenario::kLab;
  return {options, 1'000'000};
}

Volume disk(const std::string& volid, int vmid) {
  Volume volume;
  volume.volid = volid;
  volume.content = "images";
  volume.vmid = vmid;
  return volume;
}

}  // namespace

TEST_CASE("volumes: what lies on a shared storage is seen from every node") {
  Storages storages(lab(), 1'000'000);
  storages.add("pve1", disk("shared:100/vm-100-disk-0.qcow2", 100));
  storages.add("pve1", disk("local:100/vm-100-disk-0.raw", 100));
  CHECK(storages.find("pve2", "shared:100/vm-100-disk-0.qcow2") != nullptr);
  CHECK(storages.find("pve2", "local:100/vm-100-disk-0.raw") == nullptr);
  CHECK(storages.list("pve1", "local").size() == 1);
  CHECK(storages.list("pve2", "local").empty());
  storages.remove("pve3", "shared:100/vm-100-disk-0.qcow2");
  CHECK(storages.find("pve1", "shared:100/vm-100-disk-0.qcow2") == nullptr);
}

TEST_CASE("volumes: a new disk takes the lowest number that no disk of the guest has") {
  Storages storages(lab(), 1'000'000);
  CHECK(storages.new_disk("pve1", "local", 100, "qcow2") == "local:100/vm-100-disk-0.qcow2");
  storages.add("pve1", disk("local:100/vm-100-disk-0.raw", 100));
  storages.add("pve1", disk("local:100/base-100-disk-1.qcow2", 100));
  storages.add("pve1", disk("local:100/vm-100-disk-3.raw", 100));
  storages.add("pve1", disk("local:101/vm-101-disk-2.raw", 101));
  CHECK(storages.new_disk("pve1", "local", 100, "qcow2") == "local:100/vm-100-disk-2.qcow2");
  CHECK(storages.new_disk("pve2", "local", 100, "raw") == "local:100/vm-100-disk-0.raw");
  storages.config.sections["thin"] = {"lvmthin", {{"vgname", "pve"}}};
  CHECK(storages.new_disk("pve1", "thin", 100, "raw") == "thin:vm-100-disk-0");
}

TEST_CASE("volumes: names are read by the type of their storage") {
  Storages storages(lab(), 1'000'000);
  storages.config.sections["thin"] = {"lvmthin", {{"vgname", "pve"}}};
  storages.config.sections["pbs"] = {"pbs", {}};
  struct Row {
    const char* volid;
    const char* content;
    const char* format;
    int vmid;
  };
  for (const Row& row : {
           Row{"local:100/vm-100-disk-0.qcow2", "images", "qcow2", 100},
           Row{"local:210/base-210-disk-0.qcow2/212/vm-212-disk-0.qcow2", "images", "qcow2", 212},
           Row{"local:iso/x.iso", "iso", "iso", 0},
           Row{"local:vztmpl/x.tar.gz", "vztmpl", "tgz", 0},
           Row{"local:backup/vzdump-qemu-100-2026_11_21-11_12_13.vma.zst", "backup", "vma.zst",
               100},
           Row{"thin:vm-100-disk-0", "images", "raw", 100},
           Row{"pbs:backup/vm/100/2026-11-21T11:12:13Z", "backup", "pbs-vm", 100},
       }) {
    CAPTURE(row.volid);
    const auto parsed = storages.parse(row.volid);
    REQUIRE(parsed);
    CHECK(parsed->content == row.content);
    CHECK(parsed->format == row.format);
    CHECK(parsed->vmid == row.vmid);
  }
  for (const char* volid : {"none", "local:1", "local:iso/x.txt", "thin:100/vm-100-disk-0.raw"})
    CHECK_FALSE(storages.parse(volid));
  CHECK(storages.path("local:100/vm-100-disk-0.raw") == "/var/lib/vz/images/100/vm-100-disk-0.raw");
  CHECK(storages.path("local:iso/x.iso") == "/var/lib/vz/template/iso/x.iso");
  CHECK(storages.path("thin:vm-100-disk-0") == "/dev/pve/vm-100-disk-0");
}

TEST_CASE("volumes: a storage says why it cannot be used") {
  Storages storages(lab(), 1'000'000);
  storages.config.sections["off"] = {"dir", {{"disable", "1"}, {"path", "/off"}}};
  storages.config.sections["here"] = {"dir", {{"nodes", "pve1,pve3"}, {"path", "/here"}}};
  CHECK(storages.problem("local", "pve1").empty());
  CHECK(storages.problem("nosuch", "pve1") == "storage 'nosuch' does not exist");
  CHECK(storages.problem("off", "pve1") == "storage 'off' is disabled");
  CHECK(storages.problem("here", "pve3").empty());
  CHECK(storages.problem("here", "pve2") == "storage 'here' is not available on node 'pve2'");
}

TEST_CASE("volumes: every drive of a generated guest exists, and has backups") {
  Options options;
  const Inventory inventory(options, 1'800'000'000);
  const Storages storages(inventory, 1'800'000'000);
  for (const auto& [vmid, guest] : inventory.guests) {
    const std::string drive = guest.value(guest.kind == GuestKind::kQemu ? "scsi0" : "rootfs");
    const Volume* volume =
        storages.find(inventory.node_of(guest).name, drive.substr(0, drive.find(',')));
    REQUIRE(volume != nullptr);
    CHECK(volume->vmid == vmid);
    CHECK(volume->size > 0);
  }
  CHECK(storages.list(inventory.nodes[0].name, inventory.storages[4].name).size() > 20);
}

}  // namespace pmx::sim
