#include "sim/guest_sight.h"
#include "sim/disorder.h"

#include <doctest/doctest.h>

#include "sim/resource_rows.h"
#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

constexpr std::int64_t kNow = 1'795'260'000;

struct Sighted {
  explicit Sighted(PveVersion pve = PveVersion::k9)
      : options{3, 60, 7, std::chrono::milliseconds{0}, pve},
        inventory(options, kNow),
        access(inventory, options) {}

  /// How many guests the sight and the plain question tell apart.
  int differences(const Caller& who) {
    GuestSight sight(access, who, "VM.Audit");
    int count = 0;
    for (const auto& [vmid, guest] : inventory.guests)
      if (sight.sees(guest) != access.allowed(who, "/vms/" + std::to_string(vmid), "VM.Audit"))
        ++count;
    return count;
  }

  int seen(const Caller& who) {
    GuestSight sight(access, who, "VM.Audit");
    int count = 0;
    for (const auto& [vmid, guest] : inventory.guests) count += sight.sees(guest) ? 1 : 0;
    return count;
  }

  Options options;
  Inventory inventory;
  AccessControl access;
};

}  // namespace

TEST_CASE("guest sight: says of every guest what the ACLs say") {
  Sighted company;
  const Caller outsider{company.access.outsider().username, ""};
  CHECK(company.seen(outsider) == 0);
  CHECK(company.seen({company.access.auditor().username, ""}) == 60);
  auto& acl = company.access.config.acl;
  acl["/vms/105"].users[outsider.user]["PVEVMUser"] = true;
  acl["/vms/106"].users[outsider.user]["NoAccess"] = true;
  acl["/pool/" + company.inventory.pools[1]].users[outsider.user]["PVEVMUser"] = true;
  company.access.config.pools[company.inventory.pools[1]].absent_guests.insert(110);
  CHECK(company.differences(outsider) == 0);
  CHECK(company.seen(outsider) > 2);
  CHECK(company.seen(outsider) < 60);
  acl["/vms"].users[outsider.user]["PVEVMUser"] = false;  // not inherited
  CHECK(company.differences(outsider) == 0);
  acl["/vms"].users[outsider.user]["PVEVMUser"] = true;
  CHECK(company.differences(outsider) == 0);
  CHECK(company.seen(outsider) == 59);
}

TEST_CASE("resources: text row by row is what each guest's row is as a value") {
  for (const PveVersion pve : {PveVersion::k8, PveVersion::k9}) {
    Options options;
    options.guests = 60;
    options.pve = pve;
    Harness harness(options);
    const Response response = harness.send("GET", "/cluster/resources");
    const auto parsed = parse_json(response.body);
    REQUIRE(parsed.ok());
    CHECK(response.body == dump_disordered(*parsed, options.seed));
    const std::int64_t now = harness.clock.now().time_since_epoch().count() / 1000;
    const Inventory inventory(options, now);
    int guests = 0;
    for (Json row : (*parsed)["data"]) {
      if (!row.contains("vmid")) continue;
      ++guests;
      row.erase("hastate");
      CHECK(row == guest_resource(inventory, inventory.guests.at(row["vmid"]), now, pve));
    }
    CHECK(guests == 60);
  }
}

}  // namespace pmx::sim
