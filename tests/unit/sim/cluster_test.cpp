#include <doctest/doctest.h>

#include <set>

#include "tests/unit/sim/harness.h"

namespace pmx::sim {

TEST_CASE("cluster: version, resources and status have PVE's shape") {
  Harness h;
  CHECK(h.get("/version")["release"] == "9.2");
  const Json all = h.get("/cluster/resources");
  std::set<std::string> types;
  int guests = 0;
  for (const auto& row : all) {
    CHECK(row.contains("id"));
    types.emplace(string_member(row, "type"));
    guests += row["type"] == "qemu" || row["type"] == "lxc" ? 1 : 0;
  }
  CHECK(guests == 24);
  CHECK(types == std::set<std::string>{"lxc", "network", "node", "pool", "qemu", "storage"});
  const Json status = h.get("/cluster/status");
  REQUIRE(status.size() == 4);
  CHECK(status[0]["quorate"] == 1);
  CHECK(status[1]["type"] == "node");
}

TEST_CASE("cluster: the type filter keeps one kind of resource") {
  Harness h;
  CHECK(h.get("/cluster/resources?type=node").size() == 3);
  CHECK(h.get("/cluster/resources?type=storage").size() == 15);
  CHECK(h.get("/cluster/resources?type=sdn").empty());
}

TEST_CASE("cluster: the same seed makes the same cluster, another seed another one") {
  Options other;
  other.seed = 8;
  Harness first;
  Harness second;
  Harness third(other);
  CHECK(first.get("/cluster/resources") == second.get("/cluster/resources"));
  CHECK(first.cluster.truth() == second.cluster.truth());
  CHECK(first.cluster.truth() != third.cluster.truth());
  CHECK(first.cluster.access().token == second.cluster.access().token);
}

TEST_CASE("cluster: a third of the guests is stopped, and every part is cast") {
  Harness h;
  std::size_t stopped = 0;
  std::set<std::string> names;
  const Json guests = h.get("/cluster/resources?type=vm");
  for (const auto& row : guests) {
    stopped += row["status"] == "stopped" ? 1U : 0U;
    names.emplace(string_member(row, "name"));
    if (row["vmid"] == part::kTemplate) CHECK(row["template"] == 1);
    if (row["vmid"] == part::kLockedVm) CHECK(row["lock"] == "backup");
    if (row["vmid"] == part::kHaVm) CHECK(row["hastate"] == "started");
    if (row["vmid"] == part::kRunningVm) CHECK(row["name"] == "web");
  }
  CHECK(stopped * 3 >= guests.size());
  CHECK(names.size() == guests.size());
}

TEST_CASE("cluster: every listed call without a guest answers") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  for (const char* path : {"/", "/nodes", "/cluster/tasks", "/cluster/log", "/cluster/ha/resources",
                           "/storage", "/pools", "/access/users", "/access/domains"}) {
    CAPTURE(path);
    CHECK(h.get(path).is_array());
  }
  for (const char* path :
       {"/status", "/storage", "/network", "/qemu", "/lxc", "/tasks", "/version"}) {
    CAPTURE(path);
    CHECK(h.get("/nodes/" + node + path).is_structured());
  }
  CHECK(h.get("/nodes/localhost/status")["pveversion"] == "pve-manager/9.2.11/14a22df35955d97d");
  CHECK(h.get("/cluster/nextid") == "124");
  CHECK(h.get("/access/permissions")["/"]["VM.PowerMgmt"] == 1);
}

TEST_CASE("cluster: a guest answers status, configuration, pending values and snapshots") {
  Harness h;
  for (const int vmid : {part::kRunningVm, part::kRunningCt, part::kPausedVm}) {
    const std::string path = h.guest_path(vmid);
    CAPTURE(path);
    const Json config = h.get(path + "/config");
    CHECK(string_member(config, "digest").size() == 40);
    CHECK(config.contains(vmid == part::kRunningCt ? "hostname" : "name"));
    CHECK(h.get(path + "/status/current")["status"] == "running");
    CHECK(h.get(path + "/pending").size() == config.size());
    CHECK(h.get(path + "/snapshot")[0]["name"] == "current");
  }
  CHECK(h.get(h.guest_path(part::kPausedVm) + "/status/current")["qmpstatus"] == "paused");
}

TEST_CASE("cluster: everything sensitive that the API shows is in truth") {
  Harness h;
  const Json truth = h.cluster.truth();
  const std::string all = dump_json(truth);
  for (const auto& row : h.get("/cluster/resources?type=vm")) {
    CHECK(all.find("\"" + std::string(string_member(row, "name")) + "\"") != std::string::npos);
    const Json config = h.get(h.guest_path(static_cast<int>(row["vmid"])) + "/config");
    const std::string net(string_member(config, "net0"));
    const auto mac = net.find("BC:24:11:");
    REQUIRE(mac != std::string::npos);
    CHECK(all.find(net.substr(mac, 17)) != std::string::npos);
    const std::string notes(string_member(config, "description"));
    if (const auto at = notes.find("password: "); at != std::string::npos)
      CHECK(truth["secret"].dump().find(notes.substr(at + 10, notes.find('\n', at) - at - 10)) !=
            std::string::npos);
  }
  for (const char* kind :
       {"cluster", "domain",   "node",   "guest", "storage",    "pool",       "user",     "token",
        "tag",     "ip",       "mac",    "uuid",  "email",      "person",     "customer", "phone",
        "secret",  "hostname", "sshkey", "realm", "word_names", "fingerprint"}) {
    CAPTURE(kind);
    CHECK(truth.contains(kind));
  }
}

TEST_CASE("cluster: 10,000 guests cost little until they are looked at") {
  Options options;
  options.nodes = 16;
  options.guests = 10'000;
  Harness h(options);
  const std::string node(string_member(h.get("/nodes")[0], "node"));
  const Json machines = h.get("/nodes/" + node + "/qemu");
  const Json containers = h.get("/nodes/" + node + "/lxc");
  const auto here = machines.size() + containers.size();
  CHECK(here > 500);
  CHECK(here < 750);
  std::set<std::string> names;
  for (const auto& row : machines) names.emplace(string_member(row, "name"));
  for (const auto& row : containers) names.emplace(string_member(row, "name"));
  CHECK(names.size() == here);
  CHECK(h.get("/cluster/nextid") == "10100");
}

TEST_CASE("faults: a node that is down answers 595 without a body and is listed offline") {
  Harness h;
  const std::string node(string_member(h.get("/nodes")[1], "node"));
  h.cluster.set_online(node, false);
  const Response down = h.send("GET", "/nodes/" + node + "/status");
  CHECK(down.status == 595);
  CHECK(down.reason == "No route to host");
  CHECK(down.body.empty());
  CHECK(down.delay.count() > 0);
  CHECK(h.get("/cluster/resources?type=node")[1]["status"] == "offline");
  CHECK(h.get("/cluster/status")[2]["online"] == 0);
  h.cluster.set_online(node, true);
  CHECK(h.send("GET", "/nodes/" + node + "/status").status == 200);
}

TEST_CASE("faults: planned failures and broken bodies happen as often as ordered") {
  Harness h;
  h.cluster.fail_next(2, 599, "Too many redirections");
  CHECK(h.send("GET", "/version").status == 599);
  CHECK(h.send("GET", "/version").reason == "Too many redirections");
  h.cluster.truncate_next(1, 10);
  CHECK(h.send("GET", "/version").truncate_after == 10);
  CHECK_FALSE(h.send("GET", "/version").truncate_after);
}

TEST_CASE("faults: guests change, move and vanish behind the API") {
  Harness h;
  const std::string path = h.guest_path(part::kStoppedVm);
  const Json before = h.get(path + "/config");
  h.cluster.change_guest(part::kStoppedVm,
                         {{"name", "brandnew-host"}, {"cores", 7}, {"onboot", nullptr}});
  const Json after = h.get(path + "/config");
  CHECK(after["name"] == "brandnew-host");
  CHECK(after["cores"] == 7);
  CHECK_FALSE(after.contains("onboot"));
  CHECK(after["digest"] != before["digest"]);
  CHECK(h.cluster.truth()["guest"].dump().find("brandnew-host") != std::string::npos);
  h.cluster.remove_guest(part::kStoppedVm);
  CHECK(h.guest_path(part::kStoppedVm).empty());
  const Response gone = h.send("GET", path + "/config");
  CHECK(gone.status == 500);
  CHECK(gone.reason.find("/qemu-server/101.conf' does not exist") != std::string::npos);
}

}  // namespace pmx::sim
