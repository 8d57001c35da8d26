#include "sim/lacks.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/tasks.h"
#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

struct Lacking : Lab {
  explicit Lacking(std::set<std::string> parts, PveVersion pve = PveVersion::k9)
      : Lab(with(std::move(parts), pve)) {}

  static Options with(std::set<std::string> parts, PveVersion pve) {
    Options out = options(pve);
    out.lacks = std::move(parts);
    return out;
  }

  std::string reason(const std::string& method, const std::string& target,
                     const std::string& form = "") {
    return as_root(method, target, form).reason;
  }

  void make_container() {
    Request upload;
    upload.method = "POST";
    upload.path = "/nodes/pve1/storage/local/upload";
    upload.headers["content-type"] = "multipart/form-data; boundary=b";
    upload.body =
        "--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nvztmpl\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"t.tar.gz\"\r\n\r\n"
        "\x1f\x8b\r\n--b--\r\n";
    upload.headers["cookie"] = cookie;
    upload.headers["csrfpreventiontoken"] = csrf;
    cluster.handle(upload);
    clock.tick(std::chrono::minutes{1});
    CHECK(task("POST", "/nodes/pve1/lxc",
               "vmid=200&ostemplate=local%3Avztmpl%2Ft.tar.gz&rootfs=local%3A1&start=1") == "OK");
  }
};

constexpr const char* kNoProgram = " failed: No such file or directory at /usr/share/perl5/PVE/";

}  // namespace

TEST_CASE("lacks: parts have names, and a whole cluster lacks none") {
  const std::vector<std::string> names = part_names();
  for (const std::string& name : names) CHECK(part_named(name).has_value());
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK_FALSE(part_named("perl").has_value());
  const Lacks none({}, PveVersion::k9);
  CHECK_FALSE(none.lacks(Part::kZfs));
  CHECK(none.knows("/cluster/sdn/route-maps"));
  TaskPlan plan;
  plan.type = "vzdump";
  none.spoil(plan);
  CHECK(plan.exit == "OK");
}

TEST_CASE("lacks: an older pve-network has no route maps, whoever asks") {
  Lacking lab({"sdn-route-maps"});
  CHECK(lab.as_root("GET", "/cluster/sdn/route-maps/entries").status == 501);
  CHECK(lab.reason("POST", "/cluster/sdn/prefix-lists/x/entries") ==
        "Method 'POST /cluster/sdn/prefix-lists/x/entries' not implemented");
  const std::string index = lab.data("GET", "/cluster/sdn").dump();
  CHECK(index.find("prefix-lists") == std::string::npos);
  CHECK(index.find("zones") != std::string::npos);
  Lab whole;
  CHECK(whole.as_root("GET", "/cluster/sdn/route-maps/entries").status == 200);
  CHECK(whole.data("GET", "/cluster/sdn").dump().find("prefix-lists") != std::string::npos);
}

TEST_CASE("lacks: without ZFS its pools cannot be looked for") {
  Lacking lab({"zfs"});
  CHECK(lab.reason("GET", "/nodes/pve2/disks/zfs") == "zfsutils-linux not installed");
  CHECK(lab.reason("GET", "/nodes/pve2/disks/zfs/tank") == "zfsutils-linux not installed");
  CHECK(lab.reason("GET", "/nodes/pve2/scan/zfs")
            .starts_with("command 'zfs list -t filesystem -Hp -o name,avail,used' failed: open3: "
                         "exec of zfs list -t filesystem -Hp -o name,avail,used" +
                         std::string(kNoProgram) + "Cmd.pm"));
  CHECK(lab.reason("POST", "/storage", "storage=z1&type=zfspool&pool=tank%2Fdata")
            .find("exec of zpool import -d /dev/disk/by-id/ -o cachefile=none tank" +
                  std::string(kNoProgram)) != std::string::npos);
  Lab whole;
  CHECK(whole.data("GET", "/nodes/pve2/disks/zfs") == Json::array());
  CHECK(whole.as_root("GET", "/nodes/pve2/disks/zfs/tank").reason ==
        "command 'zpool status -P tank' failed: exit code 1");
}

TEST_CASE("lacks: time zones are a package of their own below 9.2 only") {
  Lacking newer({"time-zones"});
  CHECK(newer.as_root("PUT", "/nodes/pve1/time", "timezone=Europe%2FVienna")
            .body.find("No such timezone") != std::string::npos);
  CHECK(newer.as_root("PUT", "/nodes/pve1/time").body.find("property is missing") !=
        std::string::npos);
  Lacking older({"time-zones"}, PveVersion::k8);
  CHECK(older.as_root("PUT", "/nodes/pve1/time", "timezone=UTC").status == 200);
}

TEST_CASE("lacks: without cstream no backup is made, and the task says so") {
  Lacking lab({"cstream"});
  lab.task("POST", "/nodes/pve1/qemu", "vmid=100");
  CHECK(lab.task("POST", "/nodes/pve1/vzdump", "vmid=100&storage=local") ==
        "unable to find command 'cstream'");
  CHECK(lab.log() == "TASK ERROR: unable to find command 'cstream'\n");
  CHECK(lab.task("POST", "/nodes/pve1/vzdump", "vmid=999&storage=nosuch") ==
        "unable to find command 'cstream'");
  CHECK(lab.data("GET", "/nodes/pve1/storage/local/content?content=backup") == Json::array());
  CHECK_FALSE(lab.data("GET", "/nodes/pve1/qemu/100/config").contains("lock"));
}

TEST_CASE("lacks: without genisoimage no cloud-init drive is made, and no VM with one starts") {
  for (const PveVersion pve : {PveVersion::k8, PveVersion::k9}) {
    Lacking lab({"genisoimage"}, pve);
    lab.task("POST", "/nodes/pve1/qemu", "vmid=100&ide2=local%3Acloudinit");
    const std::string reason = lab.reason("PUT", "/nodes/pve1/qemu/100/cloudinit");
    CHECK(reason == "command 'set -o pipefail && genisoimage -quiet -iso-level 3 " +
                        std::string(pve == PveVersion::k9 ? "-J " : "") +
                        "-R -V cidata /run/pve/cloudinit/100/ | qemu-img dd -n -f raw -O qcow2 "
                        "'isize=0' 'osize=4194304' "
                        "'of=/var/lib/vz/images/100/vm-100-cloudinit.qcow2'' failed: exit code 1");
    CHECK(lab.task("POST", "/nodes/pve1/qemu/100/status/start") == reason);
    CHECK(lab.data("GET", "/nodes/pve1/qemu/100/status/current")["status"] == "stopped");
    lab.task("POST", "/nodes/pve1/qemu", "vmid=101");
    CHECK(lab.reason("PUT", "/nodes/pve1/qemu/101/cloudinit") == "OK");
    CHECK(lab.task("POST", "/nodes/pve1/qemu/101/status/start") == "OK");
  }
}

TEST_CASE("lacks: without LXC's programs containers are made and never run") {
  for (const PveVersion pve : {PveVersion::k8, PveVersion::k9}) {
    Lacking lab({"lxc"}, pve);
    lab.make_container();
    const std::string base = "/nodes/pve1/lxc/200";
    CHECK(lab.data("GET", base + "/status/current")["status"] == "stopped");
    const std::string exit = lab.task("POST", base + "/status/start");
    CHECK(lab.log().starts_with("failed to connect to monitor socket: Connection refused\nTASK "));
    if (pve == PveVersion::k8)
      CHECK(exit == "OK");
    else
      CHECK(
          exit.starts_with("command 'lxc-info -n 200 -p' failed: open3: exec of lxc-info -n 200 "
                           "-p" +
                           std::string(kNoProgram)));
    CHECK(lab.reason("POST", base + "/status/stop") == "CT 200 not running");
    CHECK(lab.task("POST", base + "/status/resume")
              .find("-r --foreground -D /var/lib/vz/dump" + std::string(kNoProgram)) !=
          std::string::npos);
    CHECK(lab.task("POST", "/nodes/pve1/lxc/201/status/start") ==
          "Configuration file 'nodes/pve1/lxc/201.conf' does not exist");
  }
}

}  // namespace pmx::sim
