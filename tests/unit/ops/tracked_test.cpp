#include "ops/tracked.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace pmx;
using namespace pmx::ops;
using anonymize::Kind;

namespace {

proxmox::Guest full_guest() {
  proxmox::Guest guest;
  guest.vmid = 105;
  guest.type = "qemu";
  guest.node = "alpha";
  guest.name = "payroll-db";
  guest.status = "running";
  guest.is_template = true;
  guest.pool = "finance";
  guest.tags = {"gold", "x1"};
  guest.lock = "backup";
  guest.hastate = "started";
  guest.cpu = 0.5;
  guest.maxcpu = 4;
  guest.mem = 1;
  guest.maxmem = 2;
  guest.disk = 3;
  guest.maxdisk = 4;
  guest.uptime = 5;
  return guest;
}

/// What PVE lists of a guest whose node is long down.
proxmox::Guest bare_guest() {
  proxmox::Guest guest;
  guest.vmid = 105;
  guest.type = "qemu";
  guest.node = "alpha";
  guest.status = "unknown";
  return guest;
}

/// Two nodes that share a storage, two guests, a pool.
Snapshot full_snapshot() {
  Snapshot snapshot;
  snapshot.status_known = true;
  snapshot.status.name = "vault";
  snapshot.status.addresses = {{"alpha", "10.9.8.7"}, {"gone", "2001:db8::7"}};
  for (const char* name : {"alpha", "beta"}) {
    proxmox::Node node;
    node.node = name;
    node.status = "online";
    snapshot.resources.nodes.push_back(node);
    proxmox::Storage storage;
    storage.storage = "fast";
    storage.node = name;
    storage.shared = true;
    snapshot.resources.storages.push_back(storage);
  }
  snapshot.resources.guests = {full_guest(), bare_guest()};
  snapshot.resources.guests[1].vmid = 106;
  snapshot.resources.pools = {"finance"};
  return snapshot;
}

bool has(const std::vector<anonymize::Name>& names, Kind kind, const std::string& value) {
  return std::any_of(names.begin(), names.end(), [&](const anonymize::Name& name) {
    return name.kind == kind && name.value == value;
  });
}

}  // namespace

TEST_CASE("tracked: of a guest all is remembered that is no usage") {
  const state::Object object = tracked_guest(full_guest());
  CHECK(object.kind == "guest");
  CHECK(object.id == "105");
  CHECK(object.fields == Json{{"type", "qemu"},
                              {"node", "alpha"},
                              {"status", "running"},
                              {"name", "payroll-db"},
                              {"pool", "finance"},
                              {"lock", "backup"},
                              {"hastate", "started"},
                              {"maxcpu", 4.0},
                              {"maxmem", 2},
                              {"maxdisk", 4},
                              {"tags", {"gold", "x1"}},
                              {"template", true}});
}

TEST_CASE("tracked: what a guest does not have is absent, not empty") {
  CHECK(tracked_guest(bare_guest()).fields ==
        Json{{"type", "qemu"}, {"node", "alpha"}, {"status", "unknown"}});
}

TEST_CASE("tracked: every object of a snapshot has a name of its own, a shared storage per node") {
  const Snapshot snapshot = full_snapshot();
  const auto objects = tracked_objects(snapshot);
  const auto kinds = tracked_kinds(snapshot);
  std::set<std::string> ids;
  for (const state::Object& object : objects) {
    CHECK(ids.insert(object.kind + ":" + object.id).second);
    CHECK(std::count(kinds.begin(), kinds.end(), object.kind) == 1);
    CHECK(object.fields.is_object());
  }
  CHECK(ids == std::set<std::string>{"cluster:cluster", "node:alpha", "node:beta", "guest:105",
                                     "guest:106", "storage:alpha/fast", "storage:beta/fast",
                                     "pool:finance"});
}

TEST_CASE("tracked: a status that could not be read is not covered, a cluster without one is") {
  Snapshot snapshot = full_snapshot();
  const auto covered = [&snapshot] {
    const auto kinds = tracked_kinds(snapshot);
    return std::count(kinds.begin(), kinds.end(), "cluster") == 1;
  };
  CHECK(covered());
  snapshot.status_known = false;
  CHECK_FALSE(covered());
  for (const state::Object& object : tracked_objects(snapshot)) CHECK(object.kind != "cluster");
  snapshot = Snapshot{};
  snapshot.status_known = true;
  CHECK(tracked_objects(snapshot).size() == 1);  // a single node: no name, but quorate or not
  CHECK(tracked_kinds(snapshot).size() == 5);    // what there is none of is covered too
}

TEST_CASE("tracked: what a bare guest lacks comes back, and nothing of it is a change") {
  proxmox::Guest remembered = full_guest();
  remembered.lock.clear();  // PVE lists these two although the node is down
  remembered.hastate.clear();
  const Json fields = tracked_guest(remembered).fields;
  proxmox::Guest guest = bare_guest();
  restore_tracked(guest, fields);
  CHECK(guest.status == "unknown");
  Json expected = fields;
  expected["status"] = "unknown";
  CHECK(tracked_guest(guest).fields == expected);
}

TEST_CASE("tracked: what is listed is not replaced by what is remembered") {
  proxmox::Guest guest = full_guest();
  restore_tracked(guest, {{"name", "old"},
                          {"pool", "old"},
                          {"node", "old"},
                          {"type", "lxc"},
                          {"status", "old"},
                          {"tags", {"old"}},
                          {"maxcpu", 1},
                          {"maxmem", 1},
                          {"maxdisk", 1}});
  CHECK(tracked_guest(guest).fields == tracked_guest(full_guest()).fields);
}

TEST_CASE("tracked: fields of another type are not taken, and none is no harm") {
  for (const Json& fields :
       {Json::object(), Json(), Json{{"name", 7}, {"pool", nullptr}, {"tags", "gold"}},
        Json{{"tags", Json::array({1, nullptr})},
             {"maxcpu", "4"},
             {"maxmem", 1.5},
             {"maxdisk", Json::array()},
             {"template", "yes"}}}) {
    CAPTURE(dump_json(fields));
    proxmox::Guest guest = bare_guest();
    restore_tracked(guest, fields);
    CHECK(tracked_guest(guest).fields == tracked_guest(bare_guest()).fields);
  }
}

TEST_CASE("tracked: every name is known to privacy as what it is") {
  const auto names = names_in(full_snapshot());
  CHECK(has(names, Kind::kCluster, "vault"));
  CHECK(has(names, Kind::kNode, "alpha"));
  CHECK(has(names, Kind::kNode, "gone"));  // a member that is listed by its address only
  CHECK(has(names, Kind::kIpv4, "10.9.8.7"));
  CHECK(has(names, Kind::kIpv6, "2001:db8::7"));
  CHECK(has(names, Kind::kVm, "payroll-db"));
  CHECK(has(names, Kind::kPool, "finance"));
  CHECK(has(names, Kind::kTag, "gold"));
  CHECK(has(names, Kind::kTag, "x1"));
  CHECK(has(names, Kind::kStorage, "fast"));
  CHECK(std::none_of(names.begin(), names.end(),
                     [](const anonymize::Name& name) { return name.value.empty(); }));
  Snapshot containers = full_snapshot();
  containers.resources.guests[0].type = "lxc";
  CHECK(has(names_in(containers), Kind::kContainer, "payroll-db"));
}
