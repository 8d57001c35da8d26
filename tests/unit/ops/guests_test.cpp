#include "ops/guests.h"

#include "tests/unit/ops/fake_pve.h"

using pmx::Code;
using pmx::Context;
using pmx::ops::find_guest;
using pmx::ops::test::Bench;

TEST_CASE("find_guest: by VMID and by whole name, never by a part") {
  Bench bench;
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  CHECK(find_guest(**snapshot, "100")->name == "ledger-db");
  CHECK(find_guest(**snapshot, "ledger-db")->vmid == 100);
  for (const char* wrong :
       {"ledger", "ledger-d", "LEDGER-DB", "1000", "", "100 ", "-100", "0x64"}) {
    CAPTURE(wrong);
    CHECK(find_guest(**snapshot, wrong).error().code == Code::kNotFound);
  }
}

TEST_CASE("find_guest: a name that two guests share is refused with their VMIDs") {
  Bench bench;
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  const auto guest = find_guest(**snapshot, "twin");
  REQUIRE_FALSE(guest.ok());
  CHECK(guest.error().code == Code::kInvalidArgument);
  CHECK(guest.error().message.find("101, 102") != std::string::npos);
}

TEST_CASE("find_guest: a guest that is called like another one's VMID makes that VMID uncertain") {
  Bench bench;
  bench.pve.answers["GET /cluster/resources"][3]["name"] = "100";
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  CHECK(find_guest(**snapshot, "100").error().code == Code::kInvalidArgument);
  CHECK(find_guest(**snapshot, "101")->vmid == 101);
}

TEST_CASE("guest_title: name and VMID, or the VMID alone") {
  pmx::proxmox::Guest guest;
  guest.vmid = 105;
  CHECK(pmx::ops::guest_title(guest) == "VMID 105");
  guest.name = "web";
  CHECK(pmx::ops::guest_title(guest) == "web (VMID 105)");
}

TEST_CASE("list_guests: each filter selects, and all of them together") {
  Bench bench;
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  const auto count = [&](const pmx::ops::GuestQuery& query) {
    const auto page = pmx::ops::list_guests(**snapshot, query, *bench.engine);
    REQUIRE(page.ok());
    CHECK(page->total == 3);
    return page->matched;
  };
  CHECK(count({}) == 3);
  CHECK(count({.status = "running"}) == 2);
  CHECK(count({.type = "lxc"}) == 1);
  CHECK(count({.node = "beta"}) == 2);
  CHECK(count({.pool = "finance"}) == 1);
  CHECK(count({.tag = "gold"}) == 1);
  CHECK(count({.status = "running", .type = "qemu", .node = "beta"}) == 1);
  CHECK(count({.node = "gamma"}) == 0);
}

TEST_CASE("start_guest: a refusal of the power call reaches the caller and nothing is waited for") {
  Bench bench;
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  bench.pve.answers["GET /nodes/alpha/qemu/100/status/current"] = pmx::Json{{"status", "stopped"}};
  bench.pve.failures["POST /nodes/alpha/qemu/100/status/start"] = {
      403, "Permission check failed (/vms/100, VM.PowerMgmt)"};
  const auto outcome =
      pmx::ops::start_guest(Context{}, *bench.cluster, *find_guest(**snapshot, "100"), {});
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().code == Code::kPermissionDenied);
  CHECK(bench.pve.calls.back() == "POST /nodes/alpha/qemu/100/status/start");
}

TEST_CASE("start_guest: a paused guest is resumed") {
  Bench bench;
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  const std::string upid = "UPID:alpha:00001234:00005678:6AFDC000:qmresume:100:root@pam!mcp:";
  bench.pve.answers["GET /nodes/alpha/qemu/100/status/current"] =
      pmx::Json{{"status", "running"}, {"qmpstatus", "paused"}};
  bench.pve.answers["POST /nodes/alpha/qemu/100/status/resume"] = upid;
  std::string noted;
  const auto outcome =
      pmx::ops::start_guest(Context{}, *bench.cluster, *find_guest(**snapshot, "100"),
                            {[&noted](const std::string& task) { noted = task; }, {}});
  CHECK(noted == upid);
  CHECK_FALSE(outcome.ok());  // this fake knows no tasks, so how it ended is not known
}
