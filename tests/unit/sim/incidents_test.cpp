// Each incident leaves the traces that its cause would leave.
#include "sim/incidents.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>

#include "sim/scenario.h"
#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string hex8(std::int64_t value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%08llX", static_cast<unsigned long long>(value));
  return text.data();
}

/// A company's cluster, or the scenario of a name, to which things happen.
struct Scene : Harness {
  explicit Scene(const std::string& scenario = "generated")
      : Harness(load_scenario(scenario)->options), node(cluster.nodes().front()) {}

  void turn(const std::string& action, const std::vector<std::string>& arguments) {
    const auto done = cluster.control(action, arguments);
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
  }

  void plan(std::chrono::milliseconds at, const std::string& action,
            const std::vector<std::string>& arguments) {
    REQUIRE(cluster.schedule({{at, action, arguments, "x.yml:1"}}).ok());
  }

  /// How many lines of a node's log hold all of these words.
  int logged(const std::string& where, const std::vector<std::string>& words) {
    int count = 0;
    for (const Json& line : get("/nodes/" + where + "/syslog?limit=100000")) {
      const std::string text(string_member(line, "t"));
      bool all = true;
      for (const std::string& word : words) all = all && text.find(word) != std::string::npos;
      count += all ? 1 : 0;
    }
    return count;
  }

  /// The tasks of a node with this type and result.
  std::vector<Json> tasks(const std::string& where, const std::string& type,
                          const std::string& result) {
    std::vector<Json> out;
    for (const Json& task : get("/nodes/" + where + "/tasks?limit=1000&typefilter=" + type))
      if (string_member(task, "status").find(result) != std::string::npos) out.push_back(task);
    return out;
  }

  Json row(const std::string& id) {
    for (const Json& one : get("/cluster/resources"))
      if (one["id"] == id) return one;
    return {};
  }

  std::string node;
};

}  // namespace

TEST_CASE("incidents: events happen at their time, and those of the past have happened") {
  Scene h("office");
  h.plan(minutes{5}, "node-down", {"office3"});
  h.plan(hours{-1}, "node-down", {"office2"});
  CHECK(h.row("node/office2")["status"] == "offline");
  CHECK(h.row("node/office3")["status"] == "online");
  h.clock.tick(minutes{4});
  CHECK(h.row("node/office3")["status"] == "online");
  h.clock.tick(minutes{1});
  CHECK(h.row("node/office3")["status"] == "offline");
}

TEST_CASE("incidents: an event that no longer applies is passed over") {
  Scene h;
  h.plan(minutes{1}, "runaway-guest", {std::to_string(part::kRunningVm)});
  h.cluster.remove_guest(part::kRunningVm);
  h.clock.tick(minutes{2});
  CHECK(h.send("GET", "/version").status == 200);
}

TEST_CASE("incidents: the other nodes log who went and who came back") {
  Scene h("office");
  h.turn("node-down", {"office2"});
  h.clock.tick(seconds{30});
  CHECK(h.logged("office1", {"corosync", "host: 2 link: 0 is down"}) == 1);
  CHECK(h.logged("office1", {"Members[2]: 1 3"}) == 1);
  CHECK(h.logged("office1", {"lost quorum"}) == 0);
  h.turn("node-down", {"office3"});
  h.clock.tick(seconds{30});
  CHECK(h.logged("office1", {"pmxcfs", "node lost quorum"}) == 1);
  h.turn("node-up", {"office2"});
  h.clock.tick(seconds{30});
  CHECK(h.logged("office1", {"host: 2 link: 0 is up"}) == 1);
}

TEST_CASE("incidents: of a dead node's guests the last is known for five minutes, then nothing") {
  Scene office("office");
  Json guest;
  for (const Json& one : office.get("/cluster/resources?type=vm"))
    if (one["node"] != "office1" && one["status"] == "running") guest = one;
  const std::string id(string_member(guest, "id"));
  office.turn("node-down", {std::string(string_member(guest, "node"))});
  office.clock.tick(minutes{2});
  CHECK(office.row(id)["status"] == "running");
  CHECK(office.row(id)["uptime"] == guest["uptime"]);
  office.clock.tick(minutes{4});
  CHECK(office.row(id)["status"] == "unknown");
  office.turn("node-up", {std::string(string_member(guest, "node"))});
  CHECK(office.row(id)["status"] != "unknown");
}

TEST_CASE("incidents: a storage fills up by one guest's disk, and its guests stall") {
  Scene h("homelab");
  const Json before = h.row("storage/pve/local-lvm");
  h.turn("storage-full", {"local-lvm"});
  h.clock.tick(minutes{10});
  const auto used = [&] { return h.row("storage/pve/local-lvm")["disk"].get<std::int64_t>(); };
  const std::int64_t soon = used();
  CHECK(soon > before["disk"].get<std::int64_t>());
  CHECK(soon < before["maxdisk"].get<std::int64_t>());
  h.clock.tick(minutes{40});
  CHECK(used() == before["maxdisk"].get<std::int64_t>());
  CHECK(h.logged("pve", {"dmeventd", "pve-data-tpool"}) > 1);
  CHECK(h.logged("pve", {"out-of-data-space"}) > 0);
  Json largest;
  for (const Json& volume : h.get("/nodes/pve/storage/local-lvm/content"))
    if (largest.is_null() || volume["size"] > largest["size"]) largest = volume;
  const std::int64_t free =
      before["maxdisk"].get<std::int64_t>() - before["disk"].get<std::int64_t>();
  CHECK(largest["size"].get<std::int64_t>() > free);
  const Json volume = h.get("/nodes/pve/storage/local-lvm/content/" +
                            percent_encode(std::string(string_member(largest, "volid"))));
  CHECK(volume["used"].get<std::int64_t>() > free);
  const auto resized = h.tasks("pve", "resize", "OK");
  REQUIRE(resized.size() == 1);
  CHECK(resized[0]["id"] == std::to_string(largest["vmid"].get<int>()));
  CHECK(h.get(h.guest_path(part::kRunningVm) + "/status/current")["qmpstatus"] == "io-error");
  const Json curve = h.get("/nodes/pve/storage/local-lvm/rrddata?timeframe=hour");
  CHECK(curve[2]["used"].get<std::int64_t>() < curve[57]["used"].get<std::int64_t>());
  h.turn("end", {"storage-full"});
  h.clock.tick(minutes{1});
  CHECK(used() < before["maxdisk"].get<std::int64_t>());
}

TEST_CASE("incidents: a full storage takes no new disks and files, and others still do") {
  Scene h("homelab");
  const std::string vm = h.guest_path(part::kStoppedVm);
  const auto add_disk = [&](const std::string& storage) {
    return h.send("PUT", vm + "/config", "scsi9=" + storage + "%3A1").reason;
  };
  CHECK(add_disk("local-lvm") == "OK");
  h.turn("storage-full", {"local-lvm"});
  h.turn("storage-full", {"local"});
  h.clock.tick(hours{1});
  CHECK(h.send("PUT", vm + "/config", "scsi8=local-lvm%3A1")
            .reason.find("Cannot create new thin volume, free space in thin pool pve/data reached "
                         "threshold.") != std::string::npos);
  CHECK(h.send("POST", "/nodes/pve/storage/local-lvm/content",
               "vmid=101&filename=vm-101-disk-9&size=1G")
            .reason.starts_with("lvcreate 'pve/vm-101-disk-9' error:"));
  CHECK(h.run("/nodes/pve/storage/local/download-url?content=iso&filename=a.iso&url=http%3A%2F%2Fx"
              ".example%2Fa.iso")["exitstatus"] == "download failed: exit code 3");
  h.turn("end", {"storage-full"});
  h.clock.tick(minutes{1});
  CHECK(h.send("PUT", vm + "/config", "scsi8=local-lvm%3A1").reason == "OK");
}

TEST_CASE("incidents: backups have failed for a week, because their storage cannot be reached") {
  Scene h("office");
  h.plan(hours{-7 * 24}, "backup-failing", {"pbs-office"});
  CHECK(h.tasks("office1", "vzdump", "Connection refused").size() == 7);
  CHECK(h.tasks("office2", "vzdump", "OK").empty());
  CHECK(h.row("storage/office1/pbs-office")["status"] == "unknown");
  CHECK(h.get("/nodes/office1/storage/pbs-office/status")["active"] == 0);
  CHECK(h.logged("office1", {"pvestatd", "pbs-office: error fetching datastores"}) >= 7 * 24);
  h.clock.tick(hours{24});
  CHECK(h.tasks("office1", "vzdump", "Connection refused").size() == 8);
  h.turn("end", {"backup-failing", "pbs-office"});
  CHECK(h.row("storage/office1/pbs-office")["status"] == "available");
  h.clock.tick(hours{24});
  CHECK(h.tasks("office1", "vzdump", "Connection refused").size() == 8);
}

TEST_CASE("incidents: a replication fails ever more seldom, with an error that says why") {
  Scene h("office");
  const std::string vmid = std::to_string(part::kRunningVm);
  h.turn("replication-broken", {vmid});
  h.clock.tick(hours{2});
  const std::string source(string_member(h.row("qemu/" + vmid), "node"));
  const std::string job = "/nodes/" + source + "/replication/" + vmid + "-0";
  const Json run = h.get(job + "/status");
  CHECK(run["fail_count"] > 2);
  CHECK(run["last_try"] > run["last_sync"]);
  CHECK(run["next_sync"] > run["last_try"]);
  CHECK(string_member(run, "error").find("destination has been modified") != std::string::npos);
  CHECK(dump_json(h.get(job + "/log")).find("end replication job with error") != std::string::npos);
  CHECK(h.logged(source, {"pvescheduler", vmid + "-0"}) == run["fail_count"]);
  h.turn("end", {"replication-broken", vmid});
  CHECK(h.get(job + "/status")["fail_count"] == 0);
}

TEST_CASE("incidents: a port loses its link again and again") {
  Scene h("office");
  h.turn("nic-flapping", {"office2"});
  h.clock.tick(minutes{30});
  const int downs = h.logged("office2", {"kernel", "eno1", "NIC Link is Down"});
  CHECK(downs > 10);
  CHECK(h.logged("office2", {"eno1", "NIC Link is Up"}) >= downs - 1);
  CHECK(h.logged("office1", {"NIC Link"}) == 0);
  int without = 0;
  for (int i = 0; i < 200; ++i) {
    h.clock.tick(seconds{1});
    without += h.get("/nodes/office2/network/eno1").contains("active") ? 0 : 1;
  }
  CHECK(without > 0);
  CHECK(without < 100);
  h.turn("end", {"nic-flapping", "office2"});
  h.clock.tick(hours{1});
  CHECK(h.get("/nodes/office2/network/eno1").contains("active"));
}

TEST_CASE("incidents: a guest takes all it can get, and its node feels it") {
  Scene h("homelab");
  const std::string id = "qemu/" + std::to_string(part::kRunningVm);
  const double before = h.row("node/pve")["cpu"];
  h.turn("runaway-guest", {std::to_string(part::kRunningVm)});
  h.clock.tick(minutes{20});
  const Json guest = h.row(id);
  CHECK(guest["cpu"] > 0.97);
  CHECK(guest["mem"].get<double>() > 0.95 * guest["maxmem"].get<double>());
  CHECK(h.row("node/pve")["cpu"] > before);
  h.turn("end", {"runaway-guest", std::to_string(part::kRunningVm)});
  h.clock.tick(minutes{1});
  CHECK(h.row(id)["cpu"] < 0.9);
  CHECK_FALSE(h.cluster.control("runaway-guest", {std::to_string(part::kStoppedVm)}).ok());
}

TEST_CASE("incidents: the kernel ends what runs away in a container") {
  Scene h("homelab");
  h.turn("runaway-guest", {std::to_string(part::kRunningCt)});
  h.clock.tick(hours{1});
  CHECK(h.logged("pve", {"kernel", "Memory cgroup out of memory"}) >= 2);
}

TEST_CASE("incidents: a clock that is ahead shows, and refuses what others issued") {
  Scene h("office");
  h.turn("clock-skew", {"office3", "9000"});
  h.clock.tick(minutes{5});
  const auto time = [&](const char* name) {
    return h.get(std::string("/nodes/") + name + "/time")["time"].get<std::int64_t>();
  };
  CHECK(time("office3") - time("office1") == 9000);
  const auto started = [&](const char* name) {
    const Json task = h.run(std::string("/nodes/") + name + "/startall");
    CHECK(h.upid.find(hex8(task["starttime"].get<std::int64_t>())) != std::string::npos);
    return task["starttime"].get<std::int64_t>() -
           (h.clock.now().time_since_epoch().count() / 1000 - 5);
  };
  CHECK(started("office3") == 9000);
  CHECK(started("office1") == 0);
  CHECK(h.logged("office3", {"chronyd", "no selectable sources"}) == 1);
  CHECK(h.logged("office1", {"office3", "9000 seconds in the future"}) >= 1);
  Request login;
  login.method = "POST";
  login.path = "/access/ticket";
  login.body = "username=root@pam&password=" + percent_encode(h.cluster.access().password);
  const Json data = Harness::body(h.cluster.handle(login))["data"];
  Request call;
  call.method = "GET";
  call.path = "/version";
  call.headers["cookie"] =
      "PVEAuthCookie=" + percent_encode(std::string(string_member(data, "ticket")));
  CHECK(h.cluster.handle(call).status == 200);
  call.node = 2;
  CHECK(h.cluster.handle(call).status == 401);
  h.turn("end", {"clock-skew", "office3"});
  CHECK(h.cluster.handle(call).status == 200);
}

TEST_CASE("incidents: a certificate has expired, after its renewal failed night by night") {
  Scene h("office");
  h.plan(hours{-24}, "certificate-expired", {"office1"});
  const std::int64_t now = h.clock.now().time_since_epoch().count() / 1000;
  Json own;
  for (const Json& one : h.get("/nodes/office1/certificates/info"))
    if (one["filename"] == "pveproxy-ssl.pem") own = one;
  CHECK(own["notafter"] == now - 86400);
  CHECK(h.tasks("office1", "acmerenew", "status: invalid").size() >= 6);
  CHECK(h.cluster.certificate(0).end == now - 86400);
  CHECK(h.cluster.certificate(1).end == 0);
  h.turn("end", {"certificate-expired", "office1"});
  CHECK(h.cluster.certificate(0).end > now);
}

TEST_CASE("incidents: a subscription has run out, and updates are refused night by night") {
  Scene h("office");
  CHECK(h.get("/nodes/office1/subscription")["status"] == "notfound");
  h.plan(hours{-50}, "subscription-expired", {"office1"});
  CHECK(h.get("/nodes/office1/subscription")["status"] == "expired");
  CHECK(h.get("/nodes/office1/subscription")["nextduedate"] == "2026-11-19");
  CHECK(h.get("/nodes/office2/subscription")["status"] == "notfound");
  const auto refused = h.tasks("office1", "aptupdate", "exit code 100");
  REQUIRE(refused.size() == 3);
  const std::string upid(string_member(refused[0], "upid"));
  CHECK(dump_json(h.get(Harness::task_path(upid) + "/log")).find("401  Unauthorized") !=
        std::string::npos);
  h.turn("end", {"subscription-expired"});
  CHECK(h.get("/nodes/office1/subscription")["status"] == "notfound");
}

TEST_CASE("incidents: a killed backup leaves its guest locked") {
  Scene h("office");
  const std::string vmid = std::to_string(part::kStoppedVm);
  h.turn("guest-locked", {vmid});
  h.clock.tick(seconds{10});
  CHECK(h.row("qemu/" + vmid)["lock"] == "backup");
  const std::string where(string_member(h.row("qemu/" + vmid), "node"));
  const auto killed = h.tasks(where, "vzdump", "unexpected status");
  REQUIRE(killed.size() == 1);
  CHECK(killed[0]["id"] == vmid);
  CHECK(h.logged(where, {"Out of memory: Killed process"}) == 1);
  const Json start = h.run(h.guest_path(part::kStoppedVm) + "/status/start");
  CHECK(start["exitstatus"] == "VM is locked (backup)");
  h.turn("end", {"guest-locked", vmid});
  CHECK_FALSE(h.row("qemu/" + vmid).contains("lock"));
}

TEST_CASE("incidents: the same does not begin twice, and what is not under way does not end") {
  Scene h("office");
  h.turn("clock-skew", {"office3", "-60"});
  CHECK(h.cluster.control("clock-skew", {"office3", "-60"}).error().code == Code::kAlreadyExists);
  CHECK(h.cluster.control("end", {"clock-skew", "office1"}).error().code == Code::kNotFound);
  CHECK_FALSE(h.cluster.control("end", {}).ok());
  CHECK_FALSE(h.cluster.control("end", {"node-down"}).ok());
}

TEST_CASE("incidents: every kind says what it does and names its arguments") {
  for (const IncidentKind& kind : incident_kinds()) {
    CAPTURE(kind.name);
    CHECK(find_incident_kind(kind.name) == &kind);
    CHECK_FALSE(kind.effect.empty());
    CHECK_FALSE(kind.arguments.empty());
  }
}

}  // namespace pmx::sim
