#include "ops/api_access.h"

#include <algorithm>

#include "tests/unit/ops/fake_pve.h"

namespace pmx::ops {
namespace {

using proxmox::ApiRelease;

/// Two clusters, of which the second is an 8.4.
struct TwoClusters : test::Bench {
  TwoClusters() {
    pve.answers["GET /version"] = Json{{"version", "9.2.11"}};
    old_pve.answers = pve.answers;
    old_pve.answers["GET /version"] = Json{{"version", "8.4.21"}};
    old_pve.answers["GET /cluster/resources"] = Json::parse(
        R"([{"id":"qemu/900","type":"qemu","vmid":900,"node":"gamma","name":"mill","status":"stopped"}])");
    std::vector<std::unique_ptr<Cluster>> both;
    both.push_back(std::move(cluster));
    both.push_back(std::make_unique<Cluster>("old", "old",
                                             ClusterParts{old_client, *engine, inventory, clock}));
    clusters = std::make_unique<Clusters>(std::move(both));
  }

  test::FakePve old_pve;
  proxmox::Client old_client{old_pve, token(), clock};
  std::unique_ptr<Clusters> clusters;
  ApiGuides guides;
};

const proxmox::ApiMethod& method_of(const proxmox::ApiSchema& schema, const char* path) {
  const auto route = schema.find("GET", path);
  REQUIRE(route.has_value());
  return *route->method;
}

constexpr const char* kConfig = "/nodes/{node}/qemu/{vmid}/config";

}  // namespace

TEST_CASE("api access: the guide is that of the cluster's release, asked once in ten minutes") {
  TwoClusters bench;
  const auto& all = bench.clusters->all();
  std::vector<std::string> warnings;
  auto guide = bench.guides.for_clusters(Context{}, {all[1].get()}, warnings);
  REQUIRE(guide.ok());
  CHECK((*guide)->schema().release() == ApiRelease::k8);
  CHECK(warnings.empty());
  CHECK(bench.guides.release_of(Context{}, *all[1]).value() == ApiRelease::k8);
  CHECK(bench.old_pve.calls.size() == 1);
  bench.clock.elapsed += std::chrono::minutes(10);
  bench.old_pve.answers["GET /version"] = Json{{"version", "9.0.1"}};
  CHECK(bench.guides.release_of(Context{}, *all[1]).value() == ApiRelease::k9);
}

TEST_CASE("api access: clusters of two releases, or one that says nothing, are a warning") {
  TwoClusters bench;
  const auto& all = bench.clusters->all();
  std::vector<std::string> warnings;
  auto guide = bench.guides.for_clusters(Context{}, {all[0].get(), all[1].get()}, warnings);
  REQUIRE(guide.ok());
  CHECK((*guide)->schema().release() == ApiRelease::k9);
  CHECK(warnings.size() == 1);
  ApiGuides fresh;
  warnings.clear();
  bench.old_pve.answers.clear();
  guide = fresh.for_clusters(Context{}, {all[1].get()}, warnings);
  REQUIRE(guide.ok());
  CHECK((*guide)->schema().release() == ApiRelease::k9);
  CHECK(warnings.size() == 1);
}

TEST_CASE(
    "api access: a guest names its cluster and node, a task its node; else one is to be named") {
  TwoClusters bench;
  ApiRead read{.path = kConfig, .values = {{"vmid", "mill"}}};
  const auto guest = complete_read(Context{}, *bench.clusters, read);
  REQUIRE(guest.ok());
  CHECK(guest->cluster->name() == "old");
  CHECK(read.values == std::map<std::string, std::string>{{"node", "gamma"}, {"vmid", "900"}});
  read = {.path = "/nodes/{node}/tasks/{upid}/log",
          .values = {{"upid", "UPID:beta:00001234:0012D687:65F00000:qmstart:101:root@pam:"}},
          .cluster = "old"};
  REQUIRE(complete_read(Context{}, *bench.clusters, read).ok());
  CHECK(read.values["node"] == "beta");
  read = {.path = "/nodes"};
  const auto unnamed = complete_read(Context{}, *bench.clusters, read);
  REQUIRE_FALSE(unnamed.ok());
  CHECK(unnamed.error().code == Code::kInvalidArgument);
}

TEST_CASE("api access: a guest that moved is followed once, when the node was ours to say") {
  TwoClusters bench;
  const proxmox::ApiSchema schema(ApiRelease::k9);
  bench.pve.failures["GET /nodes/beta/qemu/101/config"] = {
      500, "Configuration file 'nodes/beta/qemu-server/101.conf' does not exist"};
  bench.pve.answers["GET /nodes/alpha/qemu/101/config"] = Json{{"cores", 2}};
  for (const bool named : {false, true}) {
    ApiRead read{.path = kConfig, .values = {{"vmid", "101"}}, .cluster = "default"};
    if (named) read.values["node"] = "beta";
    const auto target = complete_read(Context{}, *bench.clusters, read);
    REQUIRE(target.ok());
    CHECK(read.values["node"] == "beta");
    const Json before = bench.pve.answers["GET /cluster/resources"];
    bench.pve.answers["GET /cluster/resources"][3]["node"] = "alpha";
    const auto data = send_read(Context{}, {}, *target, method_of(schema, kConfig), read);
    CHECK(data.ok() == !named);
    bench.pve.answers["GET /cluster/resources"] = before;
    REQUIRE((*bench.clusters->all()[0]).refresh(Context{}).ok());
  }
}

TEST_CASE("api access: what is denied on one node is not read there after a guest that moved") {
  TwoClusters bench;
  const proxmox::ApiSchema schema(ApiRelease::k9);
  std::size_t bad = 0;
  const auto denied = ApiDenyList::parse({"/nodes/alpha/qemu"}, bad);
  REQUIRE(denied.ok());
  bench.pve.failures["GET /nodes/beta/qemu/101/config"] = {
      500, "Configuration file 'nodes/beta/qemu-server/101.conf' does not exist"};
  ApiRead read{.path = kConfig, .values = {{"vmid", "101"}}, .cluster = "default"};
  const auto target = complete_read(Context{}, *bench.clusters, read);
  REQUIRE(target.ok());
  bench.pve.answers["GET /cluster/resources"][3]["node"] = "alpha";
  const auto data = send_read(Context{}, *denied, *target, method_of(schema, kConfig), read);
  REQUIRE_FALSE(data.ok());
  CHECK(data.error().code == Code::kPermissionDenied);
  CHECK(std::ranges::count(bench.pve.calls, "GET /nodes/alpha/qemu/101/config") == 0);
}

TEST_CASE("api access: segments are percent-encoded, other values are the query") {
  TwoClusters bench;
  const proxmox::ApiSchema schema(ApiRelease::k9);
  const char* path = "/nodes/{node}/storage/{storage}/content/{volume}";
  bench.pve.answers["GET /nodes/alpha/storage/fast/content/fast%3Aiso%2Fx.iso"] = Json("found");
  ApiRead read{.path = path,
               .values = {{"node", "alpha"}, {"storage", "fast"}, {"volume", "fast:iso/x.iso"}}};
  const auto data = send_read(Context{}, {}, {bench.clusters->all()[0].get(), false},
                              method_of(schema, path), read);
  REQUIRE(data.ok());
  CHECK(*data == "found");
}

TEST_CASE(
    "api access: a deny-list entry may hold names, stars and variables, and covers what is below") {
  std::size_t bad = 9;
  const auto list =
      ApiDenyList::parse({"/nodes/{node}/storage/secret", "/pools/*", "/access/"}, bad);
  REQUIRE(list.ok());
  CHECK(list->denies({"nodes", "a", "storage", "secret", "content"}));
  CHECK_FALSE(list->denies({"nodes", "a", "storage", "open", "content"}));
  CHECK(list->denies({"pools", "finance"}));
  CHECK_FALSE(list->denies({"pools"}));
  CHECK(list->denies({"access"}));
  CHECK_FALSE(ApiDenyList().denies({"access"}));
}

TEST_CASE("api access: a deny-list entry may be percent-encoded, in whole escapes") {
  std::size_t bad = 9;
  const auto list = ApiDenyList::parse(
      {"/%70ools/fin%61nce", "/nodes/*/storage/fast/content/fast%3Aiso%2Fx.iso"}, bad);
  REQUIRE(list.ok());
  CHECK(list->denies({"pools", "finance"}));
  CHECK(list->denies({"nodes", "a", "storage", "fast", "content", "fast:iso/x.iso"}));
  for (const char* broken : {"/pools/100%", "/pools/%zz", "/pools/%4"}) {
    const auto refused = ApiDenyList::parse({"/access", broken}, bad);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::kInvalidArgument);
    CHECK(refused.error().message.find("percent") != std::string::npos);
    CHECK(bad == 1);
  }
}

TEST_CASE("api access: what a parameter of the query selects is denied as by its own path") {
  struct Row {
    const char* path;
    std::map<std::string, std::string> values;
    bool denied;
  };
  std::size_t bad = 0;
  const auto list =
      ApiDenyList::parse({"/pools/finance", "/nodes/*/storage/vault/status",
                          "/nodes/*/qemu/101/snapshot", "/nodes/*/lxc/*/snapshot/audit"},
                         bad);
  REQUIRE(list.ok());
  const char* const vm = "/nodes/{node}/qemu/{vmid}/config";
  const char* const ct = "/nodes/{node}/lxc/{vmid}/config";
  const Row rows[] = {
      {"/pools", {{"poolid", "finance"}}, true},
      {"/pools", {{"poolid", "open"}}, false},
      {"/pools", {}, false},
      {"/nodes/{node}/storage", {{"node", "a"}, {"storage", "vault"}}, true},
      {"/nodes/{node}/storage", {{"node", "a"}, {"storage", "open"}}, false},
      {vm, {{"node", "a"}, {"vmid", "101"}, {"snapshot", "s"}}, true},
      {vm, {{"node", "a"}, {"vmid", "102"}, {"snapshot", "s"}}, false},
      {vm, {{"node", "a"}, {"vmid", "101"}}, false},
      {ct, {{"node", "a"}, {"vmid", "102"}, {"snapshot", "audit"}}, true},
      {"/nodes/{node}/tasks", {{"node", "a"}, {"poolid", "finance"}}, false},
  };
  for (const auto release : {ApiRelease::k8, ApiRelease::k9}) {
    const proxmox::ApiSchema schema(release);
    for (const Row& row : rows) {
      CAPTURE(row.path);
      CHECK(denies_read(*list, method_of(schema, row.path), row.values) == row.denied);
    }
  }
}

TEST_CASE(
    "api access: every parameter that selects is one of the API, and so is the path it stands "
    "for") {
  for (const auto release : {ApiRelease::k8, ApiRelease::k9}) {
    const proxmox::ApiSchema schema(release);
    for (const Selector& selector : selectors()) {
      CAPTURE(selector.path);
      const Json facts = method_of(schema, std::string(selector.path).c_str()).facts();
      CHECK(facts["params"].contains(selector.parameter));
      CHECK(schema.find("GET", selector.object).has_value());
    }
  }
}

}  // namespace pmx::ops
