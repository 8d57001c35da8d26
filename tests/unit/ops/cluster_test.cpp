#include "ops/cluster.h"

#include <thread>
#include <vector>

#include "ops/tracked.h"
#include "tests/unit/ops/fake_pve.h"

using pmx::Code;
using pmx::Context;
using pmx::Json;
using pmx::ops::test::Bench;

TEST_CASE("cluster: a young snapshot is shared, an old one is fetched anew") {
  Bench bench;
  REQUIRE(bench.cluster->snapshot(Context{}).ok());
  REQUIRE(bench.cluster->snapshot(Context{}).ok());
  CHECK(bench.pve.calls.size() == 2);
  bench.clock.elapsed += std::chrono::seconds(6);
  REQUIRE(bench.cluster->snapshot(Context{}).ok());
  CHECK(bench.pve.calls.size() == 4);
}

TEST_CASE("cluster: one look serves all who ask at once") {
  Bench bench;
  for (std::size_t looks = 1; looks <= 5; ++looks) {
    {
      std::vector<std::jthread> callers;
      for (int i = 0; i < 16; ++i) {
        callers.emplace_back([&bench] { CHECK(bench.cluster->snapshot(Context{}).ok()); });
      }
    }
    CHECK(bench.pve.calls.size() == 2 * looks);  // the resources and the status
    bench.clock.elapsed += std::chrono::seconds(6);
  }
}

TEST_CASE("cluster: names are in the dictionary before anyone can see them") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  const auto text = bench.engine->anonymize_text("ledger-db on node/alpha at 10.9.8.7");
  REQUIRE(text.ok());
  for (const char* real : {"ledger", "alpha", "10.9.8.7"})
    CHECK(text->find(real) == std::string::npos);
}

TEST_CASE("cluster: changes between two looks become events") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  bench.pve.answers["GET /cluster/resources"][2]["status"] = "running";
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  const auto events = bench.inventory.events({});
  REQUIRE(events.ok());
  REQUIRE(events->size() == 1);
  CHECK(events->front().object == "100");
  CHECK(events->front().path == "/status");
  CHECK(events->front().new_value == "running");
}

TEST_CASE("cluster: usage is no change") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  bench.pve.answers["GET /cluster/resources"][0]["cpu"] = 0.9;
  bench.pve.answers["GET /cluster/resources"][0]["uptime"] = 12345;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  CHECK(bench.inventory.events({})->empty());
}

TEST_CASE(
    "cluster: what was read live wins until PVE's lists catch up, and no false event is made") {
  Bench bench;
  const auto first = bench.cluster->refresh(Context{});
  REQUIRE(first.ok());
  const auto guest = (*first)->resources.guests.front();
  bench.cluster->observed(guest, "running", "UPID:x");
  const auto lagging = bench.cluster->refresh(Context{});  // the list still says stopped
  REQUIRE(lagging.ok());
  CHECK((*lagging)->resources.guests.front().status == "running");
  const auto events = bench.inventory.events({});
  REQUIRE(events->size() == 1);
  CHECK(events->front().cause == "UPID:x");
  bench.clock.elapsed += std::chrono::seconds(25);  // now it means it
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  CHECK(bench.inventory.events({})->size() == 2);
}

TEST_CASE("cluster: a refresh during our own change leaves the record of it to us") {
  Bench bench;
  const auto first = bench.cluster->refresh(Context{});
  REQUIRE(first.ok());
  const auto guest = (*first)->resources.guests.front();
  const auto hold = bench.cluster->hold(guest);
  REQUIRE(bench.cluster->refresh(Context{})
              .ok());  // the list agrees with the held value: it stays held
  bench.pve.answers["GET /cluster/resources"][2]["status"] = "running";
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  CHECK(bench.inventory.events({})->empty());
  bench.cluster->observed(guest, "running", "UPID:x");
  bench.cluster->release(hold);
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  const auto events = bench.inventory.events({});
  REQUIRE(events->size() == 1);
  CHECK(events->front().cause == "UPID:x");
}

TEST_CASE("cluster: a change that failed leaves no hold behind") {
  Bench bench;
  const auto first = bench.cluster->refresh(Context{});
  REQUIRE(first.ok());
  const auto hold = bench.cluster->hold((*first)->resources.guests.front());
  bench.cluster->release(hold);
  bench.pve.answers["GET /cluster/resources"][2]["status"] = "running";
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  CHECK(bench.inventory.events({})->size() == 1);
}

TEST_CASE("cluster: without its status the answer is degraded, not refused") {
  Bench bench;
  bench.pve.failures["GET /cluster/status"] = {500, "got no cluster"};
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  CHECK((*snapshot)->warnings.size() == 1);
  CHECK_FALSE((*snapshot)->status_known);
}

TEST_CASE("cluster: a status that could not be read is no change of the cluster") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  bench.pve.failures["GET /cluster/status"] = {403, "Permission check failed"};
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  bench.pve.failures.clear();
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  CHECK(bench.inventory.events({})->empty());
}

TEST_CASE("cluster: a guest of a node that is long down keeps what is remembered of it") {
  Bench bench;
  REQUIRE(bench.cluster->refresh(Context{}).ok());
  bench.pve.answers["GET /cluster/resources"][3] = Json{
      {"id", "qemu/101"}, {"type", "qemu"}, {"vmid", 101}, {"node", "beta"}, {"status", "unknown"}};
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  CHECK((*snapshot)->resources.guests[1].name == "twin");
  const auto events = bench.inventory.events({});
  REQUIRE(events->size() == 1);
  CHECK(events->front().path == "/status");
}

TEST_CASE("cluster: without its resources there is no answer") {
  Bench bench;
  bench.pve.failures["GET /cluster/resources"] = {595, "No route to host"};
  CHECK(bench.cluster->snapshot(Context{}).error().code == Code::kUnavailable);
}

TEST_CASE("cluster: lost quorum and nodes that are down are told") {
  Bench bench;
  bench.pve.answers["GET /cluster/status"][0]["quorate"] = 0;
  bench.pve.answers["GET /cluster/resources"][1]["status"] = "offline";
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  CHECK((*snapshot)->warnings.size() == 2);
}

TEST_CASE("clusters: are found by name or title, and one must be named when there are several") {
  Bench first;
  Bench second;
  std::vector<std::unique_ptr<pmx::ops::Cluster>> parts;
  parts.push_back(std::move(first.cluster));
  parts.push_back(std::make_unique<pmx::ops::Cluster>(
      "office", "cl-1",
      pmx::ops::ClusterParts{second.client, *second.engine, second.inventory, second.clock}));
  const pmx::ops::Clusters clusters(std::move(parts));
  CHECK((*clusters.find("home"))->name() == "home");
  CHECK((*clusters.find("cl-1"))->name() == "office");
  CHECK(clusters.find("").error().code == Code::kInvalidArgument);
  CHECK(clusters.find("moon").error().code == Code::kNotFound);
  CHECK(clusters.select("")->size() == 2);
}

TEST_CASE("tracked: every kind that is recorded is declared, and every name is a name") {
  Bench bench;
  const auto snapshot = bench.cluster->refresh(Context{});
  REQUIRE(snapshot.ok());
  const auto kinds = pmx::ops::tracked_kinds(**snapshot);
  for (const auto& object : pmx::ops::tracked_objects(**snapshot)) {
    CHECK(std::find(kinds.begin(), kinds.end(), object.kind) != kinds.end());
  }
  std::vector<std::string> names;
  for (const auto& name : pmx::ops::names_in(**snapshot)) names.push_back(name.value);
  for (const char* expected :
       {"vault", "alpha", "beta", "10.9.8.7", "ledger-db", "twin", "finance", "gold", "fast"}) {
    CHECK_MESSAGE(std::find(names.begin(), names.end(), expected) != names.end(), expected);
  }
}
