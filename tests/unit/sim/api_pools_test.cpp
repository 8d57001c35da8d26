// Pools, flat and nested, with their members.
#include <doctest/doctest.h>

#include "tests/unit/sim/access_lab.h"
#include "tests/unit/sim/harness.h"

namespace pmx::sim {

TEST_CASE("pools: nested ones need their parent, and keep it from being removed") {
  AccessLab lab;
  CHECK(lab.call("POST", "/pools", "poolid=p1&comment=One").status == 200);
  CHECK(lab.call("POST", "/pools", "poolid=p1").reason ==
        "create pool failed: pool 'p1' already exists");
  CHECK(lab.call("POST", "/pools", "poolid=no/sub").reason ==
        "create pool failed: parent 'no' of pool 'no/sub' does not exist");
  CHECK(lab.call("POST", "/pools", "poolid=1st").reason ==
        "create pool failed: pool name must start with a letter");
  CHECK(lab.call("POST", "/pools", "poolid=p1/sub").status == 200);
  CHECK(lab.get("/pools") ==
        Json::array({{{"poolid", "p1"}, {"comment", "One"}}, {{"poolid", "p1/sub"}}}));
  CHECK(lab.get("/pools?poolid=p1/sub") ==
        Json::array({{{"poolid", "p1/sub"}, {"members", Json::array()}}}));
  CHECK(lab.get("/pools/p1")["comment"] == "One");
  CHECK(lab.call("DELETE", "/pools/p1").reason ==
        "delete pool failed: pool 'p1' is not empty (contains pool 'p1/sub')");
  CHECK(lab.call("DELETE", "/pools?poolid=p1/sub").status == 200);
  CHECK(lab.call("DELETE", "/pools/p1").status == 200);
  CHECK(lab.call("GET", "/pools?poolid=p1").reason == "pool 'p1' does not exist");
}

TEST_CASE("pools: guests and storages are members once, and move only when told to") {
  AccessLab lab;
  lab.call("POST", "/pools", "poolid=p1");
  lab.call("POST", "/pools", "poolid=p2");
  CHECK(lab.call("PUT", "/pools/p1", "vms=999&storage=local").status == 200);
  CHECK(lab.call("PUT", "/pools/p1", "vms=999").reason ==
        "update pools failed: VM 999 is already a pool member");
  CHECK(lab.call("PUT", "/pools/p1", "storage=local").reason ==
        "update pools failed: Storage 'local' is already a pool member");
  CHECK(lab.call("PUT", "/pools", "poolid=p2&vms=999").reason ==
        "update pools failed: VM 999 belongs already to pool 'p1' and 'allow-move' is not set");
  CHECK(lab.call("PUT", "/pools", "poolid=p2&vms=999&allow-move=1").status == 200);
  CHECK(lab.call("PUT", "/pools/p1", "vms=999&delete=1").reason ==
        "update pools failed: VM 999 is not a pool member");
  CHECK(lab.get("/pools/p1")["members"][0]["storage"] == "local");
  CHECK(lab.get("/pools/p1?type=qemu")["members"].empty());
  CHECK(lab.get("/pools/p2")["members"].empty());  // a guest that does not exist is not shown
  CHECK(lab.call("DELETE", "/pools/p1").reason ==
        "delete pool failed: pool 'p1' is not empty (contains storage 'local')");
}

TEST_CASE("pools: only 9.2 tells what memory a guest takes from its host") {
  for (const PveVersion pve : {PveVersion::k8, PveVersion::k9}) {
    Options options;
    options.pve = pve;
    Harness h(options);
    int guests = 0;
    for (const Json& pool : h.get("/pools"))
      for (const Json whole = h.get("/pools/" + std::string(string_member(pool, "poolid")));
           const Json& member : whole["members"])
        if (member.contains("cpu")) {
          CHECK(member.contains("memhost") == (pve == PveVersion::k9));
          ++guests;
        }
    CHECK(guests > 0);
  }
}

TEST_CASE("pools: a call that fails changes nothing") {
  AccessLab lab;
  lab.call("POST", "/pools", "poolid=p1");
  CHECK(lab.call("PUT", "/pools/p1", "vms=500,501&storage=local,local&comment=x").status == 500);
  CHECK(lab.get("/pools/p1") == Json{{"poolid", "p1"}, {"members", Json::array()}});
  CHECK(lab.call("PUT", "/pools/p1", "vms=500").status == 200);
}

TEST_CASE("pools: who has rights on a pool has them on its guests") {
  Harness h;
  const std::string user = percent_encode(h.cluster.outsider().username);
  const std::string guest = h.guest_path(part::kRunningVm);
  const auto status = [&] {
    return h.send_as(h.cluster.outsider(), "GET", guest + "/status/current").status;
  };
  CHECK(h.send("POST", "/pools", "poolid=mine").status == 200);
  CHECK(h.send("PUT", "/access/acl", "path=/pool/mine&roles=PVEVMUser&users=" + user).status ==
        200);
  CHECK(status() == 403);
  CHECK(h.send("PUT", "/pools/mine", "vms=100&allow-move=1").status == 200);
  CHECK(status() == 200);
  CHECK(h.get("/pools/mine")["members"][0]["vmid"] == 100);
  CHECK(h.send("PUT", "/pools/mine", "vms=100&delete=1").status == 200);
  CHECK(status() == 403);
}

}  // namespace pmx::sim
