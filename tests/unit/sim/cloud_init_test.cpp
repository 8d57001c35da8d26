// What the drive for cloud-init holds while its VM runs.
#include <doctest/doctest.h>

#include "tests/unit/sim/lab.h"

namespace pmx::sim {
namespace {

const std::string kVm = "/nodes/pve1/qemu/100";

struct CloudInit : Lab {
  CloudInit() {
    CHECK(task("POST", "/nodes/pve1/qemu", "vmid=100&ide2=local:cloudinit&ciuser=admin") == "OK");
    CHECK(task("POST", kVm + "/status/start") == "OK");
  }

  /// The row of an option; null when there is none.
  Json row(const std::string& key) {
    for (const Json& one : data("GET", kVm + "/cloudinit"))
      if (one["key"] == key) return one;
    return nullptr;
  }

  void set(const std::string& form) { CHECK(as_root("PUT", kVm + "/config", form).status == 200); }
};

}  // namespace

TEST_CASE_FIXTURE(CloudInit, "cloud-init: a running VM's drive keeps what it was made with") {
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"value", "admin"}});
  set("ciuser=root&cipassword=secret");
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"value", "admin"}, {"pending", "root"}});
  CHECK(row("cipassword") == Json{{"key", "cipassword"}, {"pending", "**********"}});
  CHECK(data("GET", kVm + "/config")["ciuser"] == "root");
  set("delete=ciuser,cipassword");
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"delete", 1}});
  CHECK(row("cipassword").is_null());
  set("ciuser=admin");
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"value", "admin"}});
}

TEST_CASE_FIXTURE(CloudInit, "cloud-init: the drive is written anew when asked, and by a start") {
  set("ciuser=root");
  CHECK(as_root("PUT", kVm + "/cloudinit").status == 200);
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"value", "root"}});
  set("ciuser=other");
  CHECK(task("POST", kVm + "/status/stop") == "OK");
  CHECK(row("ciuser")["pending"] == "other");
  CHECK(task("POST", kVm + "/status/start") == "OK");
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"value", "other"}});
}

TEST_CASE_FIXTURE(CloudInit, "cloud-init: with its hotplug the drive follows at once") {
  set("hotplug=network,disk,usb,cloudinit");
  set("ciuser=root");
  CHECK(row("ciuser") == Json{{"key", "ciuser"}, {"value", "root"}});
}

}  // namespace pmx::sim
