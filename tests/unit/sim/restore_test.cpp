// Guests out of archives: what is refused, what the worker says, what is there in the end.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

using namespace std::chrono_literals;

/// A generated cluster, called by its administrator; backups go to the local storage of a node.
struct Archives : Harness {
  std::string exit(const Response& forked) {
    upid = string_member(body(forked), "data");
    clock.tick(5min);
    return std::string(string_member(get(task_path(upid) + "/status"), "exitstatus"));
  }

  std::string node_of(int vmid) {
    const std::string path = guest_path(vmid);
    return path.substr(0, path.find('/', 7));
  }

  /// The volid of a fresh backup of the guest.
  std::string backup(int vmid) {
    const std::string node = node_of(vmid);
    CHECK(exit(send("POST", node + "/vzdump",
                    "storage=local&compress=zstd&vmid=" + std::to_string(vmid))) == "OK");
    const Json found =
        get(node + "/storage/local/content?content=backup&vmid=" + std::to_string(vmid));
    return found.empty() ? "" : std::string(string_member(found.back(), "volid"));
  }

  std::string log() {
    std::string out;
    for (const Json& line : get(task_path(upid) + "/log?limit=0"))
      out += std::string(string_member(line, "t")) + "\n";
    return out;
  }
};

std::string reason(const Response& response) { return response.reason; }

}  // namespace

TEST_CASE_FIXTURE(Archives, "restore: a VM comes back under another number, with what is its own") {
  const std::string archive = backup(part::kStoppedVm);
  const std::string node = node_of(part::kStoppedVm);
  const Json old = get(guest_path(part::kStoppedVm) + "/config");
  CHECK(exit(send("POST", node + "/qemu",
                  "vmid=4711&unique=1&name=again&archive=" + percent_encode(archive))) == "OK");
  CHECK(upid.find(":qmrestore:4711:") != std::string::npos);
  const Json config = get(node + "/qemu/4711/config");
  CHECK(config["name"] == "again");
  CHECK(config["memory"] == old["memory"]);
  CHECK(config["net0"] != old["net0"]);
  CHECK_FALSE(config.contains("lock"));
  const std::string disk(string_member(config, "scsi0"));
  CHECK(disk.find("vm-4711-disk-0") != std::string::npos);
  const std::string said = log();
  CHECK(said.starts_with("restore vma archive: zstd -q -d -c /var/lib/vz/dump/vzdump-qemu-101-"));
  for (const char* line : {"DEV: dev_id=1 size: ", "new volume ID is '", "map 'drive-scsi0' to '",
                           "rescan volumes...", "TASK OK"})
    CHECK(said.find(line) != std::string::npos);
}

TEST_CASE_FIXTURE(Archives,
                  "restore: over a VM that is there only with force, and not while it runs") {
  const std::string archive = backup(part::kStoppedVm);
  const std::string node = node_of(part::kStoppedVm);
  const std::string form = "vmid=101&archive=" + percent_encode(archive);
  CHECK(reason(send("POST", node + "/qemu", form))
            .starts_with("unable to restore VM 101 - VM 101 already exists on node '"));
  CHECK(send("PUT", node + "/qemu/101/config", "memory=16&protection=1").status == 200);
  CHECK(exit(send("POST", node + "/qemu", form + "&force=1")) ==
        "unable to restore VM 101 - - protection mode enabled");
  CHECK(send("PUT", node + "/qemu/101/config", "delete=protection").status == 200);
  CHECK(exit(send("POST", node + "/qemu", form + "&force=1")) == "OK");
  const Json config = get(node + "/qemu/101/config");
  CHECK(config["memory"] != "16");
  CHECK_FALSE(config.contains("unused0"));
  CHECK(exit(send("POST", node + "/qemu/101/status/start")) == "OK");
  CHECK(exit(send("POST", node + "/qemu", form + "&force=1")) ==
        "unable to restore VM 101 - vm is running");
  CHECK_FALSE(get(node + "/qemu/101/config").contains("lock"));
}

TEST_CASE_FIXTURE(Archives, "restore: what is no archive, or not there, is refused at once") {
  const std::string node = node_of(part::kStoppedVm);
  const auto refused = [&](const std::string& archive, const std::string& more = "") {
    return reason(
        send("POST", node + "/qemu", "vmid=4711&archive=" + percent_encode(archive) + more));
  };
  CHECK(refused("local:backup/vzdump-qemu-1-2026_01_01-00_00_00.vma.zst") ==
        "volume 'local:backup/vzdump-qemu-1-2026_01_01-00_00_00.vma.zst' does not exist");
  CHECK(refused("nowhere:backup/x") == "storage 'nowhere' does not exist");
  CHECK(refused("local:iso/x.iso") ==
        "unable to use volume local:iso/x.iso - content type needs to be 'backup'");
  CHECK(refused("local:nonsense") == "unable to parse directory volume name 'nonsense'");
  CHECK(refused("-") == "pipe requires cli environment");
  const Response conflict = send("POST", node + "/qemu", "vmid=4711&archive=-&scsi0=local%3A1");
  CHECK(body(conflict)["errors"]["scsi0"] == "option conflicts with option 'archive'");
  CHECK(get(node + "/qemu/4711/config").is_null());
}

TEST_CASE_FIXTURE(Archives, "restore: live only from a backup server") {
  const std::string archive = backup(part::kStoppedVm);
  const std::string node = node_of(part::kStoppedVm);
  CHECK(exit(send("POST", node + "/qemu",
                  "vmid=4711&live-restore=1&archive=" + percent_encode(archive))) ==
        "live-restore is only compatible with backup images from a Proxmox Backup Server");
  CHECK(get(node + "/qemu/4711/config").is_object());
}

TEST_CASE_FIXTURE(Archives, "restore: who may not read the storage may not restore from it") {
  const std::string archive = backup(part::kStoppedVm);
  const std::string node = node_of(part::kStoppedVm);
  const std::string form = "vmid=4711&archive=" + percent_encode(archive);
  CHECK(send_as(cluster.auditor(), "POST", node + "/qemu", form).status == 403);
}

TEST_CASE_FIXTURE(Archives, "restore: a container comes back, its volumes where they shall be") {
  const std::string archive = backup(part::kStoppedCt);
  const std::string node = node_of(part::kStoppedCt);
  const Json old = get(guest_path(part::kStoppedCt) + "/config");
  const std::string form =
      "restore=1&storage=local-lvm&ostemplate=" + percent_encode(archive) + "&vmid=";
  CHECK(exit(send("POST", node + "/lxc", form + "4711&hostname=again")) == "OK");
  CHECK(upid.find(":vzrestore:4711:") != std::string::npos);
  const Json config = get(node + "/lxc/4711/config");
  CHECK(config["hostname"] == "again");
  CHECK(config["ostype"] == old["ostype"]);
  CHECK(std::string(string_member(config, "rootfs")).starts_with("local-lvm:vm-4711-disk-0"));
  for (const char* line : {"recovering backed-up configuration from '", "extracting archive '",
                           "merging backed-up and given configuration.."})
    CHECK(log().find(line) != std::string::npos);
  CHECK(reason(send("POST", node + "/lxc", form + "108")).starts_with("CT 108 already exists on"));
  CHECK(exit(send("POST", node + "/lxc", form + "108&force=1")) == "OK");
  CHECK(exit(send("POST", node + "/lxc/108/status/start")) == "OK");
  CHECK(reason(send("POST", node + "/lxc", form + "108&force=1")) ==
        "can't overwrite running container");
}

TEST_CASE_FIXTURE(Archives, "restore: an archive that is gone fails inside a container's worker") {
  const std::string node = node_of(part::kStoppedCt);
  const std::string gone = "local:backup/vzdump-lxc-1-2026_01_01-00_00_00.tar.zst";
  CHECK(exit(send("POST", node + "/lxc",
                  "vmid=4711&restore=1&storage=local-lvm&ostemplate=" + percent_encode(gone))) ==
        "unable to restore CT 4711 - volume '" + gone + "' does not exist");
  CHECK(get(node + "/lxc/4711/config").is_null());
}

}  // namespace pmx::sim
