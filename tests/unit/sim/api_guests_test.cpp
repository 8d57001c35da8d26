// Lists, status and configuration of guests: what the two kinds share and where they differ.
#include <doctest/doctest.h>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

std::string node_of(const std::string& guest_path) {
  return guest_path.substr(7, guest_path.find('/', 7) - 7);
}

}  // namespace

TEST_CASE("api: the lists of all nodes together are the cluster's guests, each once") {
  Harness h;
  std::map<int, Json> listed;
  for (const auto& node : h.get("/nodes"))
    for (const char* kind : {"qemu", "lxc"})
      for (const auto& row : h.get("/nodes/" + std::string(string_member(node, "node")) + "/" +
                                   kind + (std::string_view(kind) == "qemu" ? "?full=1" : "")))
        CHECK(listed.emplace(static_cast<int>(row["vmid"]), row).second);
  const Json resources = h.get("/cluster/resources?type=vm");
  REQUIRE(listed.size() == resources.size());
  for (const auto& row : resources) {
    const Json& own = listed[static_cast<int>(row["vmid"])];
    for (const char* key : {"name", "status", "cpu", "mem", "maxmem", "disk", "maxdisk", "diskread",
                            "diskwrite", "netin", "netout", "uptime"}) {
      CAPTURE(key);
      CHECK(own.value(key, Json(0)) == row[key]);  // QEMU counts no blocks of a stopped VM
    }
    CHECK(own["cpus"] == row["maxcpu"]);
    CHECK(own.value("tags", "") == row.value("tags", ""));
    CHECK(own.value("lock", "") == row.value("lock", ""));
  }
}

TEST_CASE("api: a stopped guest has no process, no load and no counters") {
  Harness h;
  const Json stopped = h.get(h.guest_path(part::kStoppedVm) + "/status/current");
  const Json running = h.get(h.guest_path(part::kRunningVm) + "/status/current");
  for (const char* key : {"cpu", "mem", "uptime", "netin", "netout", "diskread", "diskwrite"}) {
    CAPTURE(key);
    CHECK(stopped.value(key, Json(0)) == 0);  // no QEMU, no block statistics
    CHECK(running[key] > 0);
  }
  for (const char* key : {"pid", "running-qemu", "nics"}) {
    CHECK_FALSE(stopped.contains(key));
    CHECK(running.contains(key));
  }
  CHECK(stopped["maxmem"] > 0);
}

TEST_CASE("api: VMs and containers differ as PVE's do") {
  Harness h;
  const Json vm = h.get(h.guest_path(part::kRunningVm) + "/status/current");
  const Json container = h.get(h.guest_path(part::kRunningCt) + "/status/current");
  CHECK(vm["disk"] == 0);  // PVE cannot look into a VM's file system
  CHECK(container["disk"] > 0);
  CHECK(container["type"] == "lxc");
  CHECK_FALSE(vm.contains("type"));
  CHECK_FALSE(container.contains("qmpstatus"));
  CHECK(h.get(h.guest_path(part::kRunningVm) + "/config")["memory"].is_string());
  CHECK(h.get(h.guest_path(part::kRunningCt) + "/config")["memory"].is_number());
}

TEST_CASE("api: a guest is found at its own node and under its own kind only") {
  Harness h;
  const std::string path = h.guest_path(part::kRunningVm);
  const std::string here = node_of(path);
  for (const auto& node : h.get("/nodes")) {
    const std::string name(string_member(node, "node"));
    for (const char* kind : {"qemu", "lxc"}) {
      const std::string at = "/nodes/" + name + "/" + kind + "/100";
      for (const char* what : {"/config", "/pending", "/snapshot", "/status/current"}) {
        CAPTURE(at + what);
        const Response answer = h.send("GET", at + what);
        const bool right = name == here && std::string(kind) == "qemu";
        CHECK(answer.status == (right ? 200 : 500));
        if (!right) CHECK(answer.reason.ends_with("100.conf' does not exist"));
      }
    }
  }
}

TEST_CASE("api: a guest that moved answers at its new node, as after a migration") {
  Harness h;
  const std::string before = h.guest_path(part::kRunningVm);
  for (const auto& node : h.get("/nodes"))
    if (node["node"] != node_of(before))
      h.cluster.move_guest(part::kRunningVm, string_member(node, "node"));
  const std::string after = h.guest_path(part::kRunningVm);
  CHECK(after != before);
  CHECK(h.send("GET", before + "/config").status == 500);
  CHECK(h.get(after + "/config")["name"] == "web");
  h.cluster.move_guest(part::kRunningVm, "nosuch");
  CHECK(h.guest_path(part::kRunningVm) == after);
}

TEST_CASE("api: the digest stays while nothing changes, and follows every change") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm) + "/config";
  const Json before = h.get(path);
  h.clock.tick(std::chrono::hours{100});
  CHECK(h.get(path) == before);
  CHECK(string_member(before, "digest").find_first_not_of("0123456789abcdef") == std::string::npos);
  h.cluster.change_guest(part::kStoppedVm, {{"cores", 3}});
  CHECK(h.get(path)["digest"] != before["digest"]);
}

TEST_CASE(
    "api: pending repeats the configuration as a list, and the only snapshot is the present") {
  Harness h;
  const std::string path = h.guest_path(part::kRunningVm);
  const Json config = h.get(path + "/config");
  for (const auto& row : h.get(path + "/pending"))
    CHECK(config[std::string(string_member(row, "key"))] == row["value"]);
  const Json snapshots = h.get(path + "/snapshot");
  REQUIRE(snapshots.size() == 1);
  CHECK(snapshots[0]["name"] == "current");
  CHECK(snapshots[0]["running"] == 1);
  CHECK(snapshots[0]["digest"] == config["digest"]);
  CHECK(h.send("GET", path + "/config?snapshot=before").reason ==
        "snapshot 'before' does not exist");
}

TEST_CASE("api: a change shows in the lists as well as in the configuration") {
  Harness h;
  h.cluster.change_guest(part::kRunningVm,
                         {{"name", "renamed"}, {"cores", 6}, {"memory", "512"}, {"tags", "a;b"}});
  const Json status = h.get(h.guest_path(part::kRunningVm) + "/status/current");
  CHECK(status["name"] == "renamed");
  CHECK(status["cpus"] == 6);
  CHECK(status["maxmem"] == 512 * 1024 * 1024);
  CHECK(status["tags"] == "a;b");
  h.cluster.change_guest(part::kRunningVm, {{"tags", nullptr}});
  CHECK_FALSE(h.get(h.guest_path(part::kRunningVm) + "/status/current").contains("tags"));
  h.cluster.change_guest(999, {{"name", "nobody"}});
  CHECK(h.guest_path(999).empty());
}

TEST_CASE("guests: a clone is guarded as its source, and purge forgets what named a guest") {
  Harness h;
  const std::string guest = h.guest_path(part::kStoppedVm);
  const std::string node = guest.substr(0, guest.find("/qemu/"));
  const auto rules = [&](const std::string& path) {
    return h.get(path + "/firewall/rules").size();
  };
  const std::size_t before = rules(guest);
  CHECK(h.send("POST", guest + "/firewall/rules", "type=in&action=DROP").status == 200);
  CHECK(h.send("POST", guest + "/clone", "newid=4711").status == 200);
  h.clock.tick(std::chrono::minutes{1});
  CHECK(rules(node + "/qemu/4711") == before + 1);
  const std::string container = h.guest_path(part::kStoppedCt);
  CHECK(h.send("POST", container + "/firewall/rules", "type=in&action=DROP").status == 200);
  CHECK(h.send("POST", "/cluster/ha/resources", "sid=ct:108&state=stopped").status == 200);
  CHECK(h.send("DELETE", container + "?purge=1").status == 200);
  h.clock.tick(std::chrono::minutes{1});
  CHECK(h.send("GET", "/cluster/ha/resources/ct:108").status == 500);
  CHECK(h.get(container + "/firewall/rules").empty());
}

}  // namespace pmx::sim
