#include "proxmox/api_schema.h"

#include <doctest/doctest.h>

namespace pmx::proxmox {

TEST_CASE("api schema: both releases are whole, and each method is found by its own path") {
  for (const ApiRelease release : {ApiRelease::k8, ApiRelease::k9}) {
    const ApiSchema schema(release);
    CHECK(schema.methods().size() == (release == ApiRelease::k8 ? 606U : 675U));
    for (const ApiMethod& method : schema.methods()) {
      CAPTURE(method.path);
      const auto route = schema.find(method.method, method.path);
      REQUIRE(route.has_value());
      CHECK(route->method == &method);
      CHECK(route->variables.empty());
      CHECK(string_member(method.facts(), "path") == method.path);
    }
  }
}

TEST_CASE("api schema: names in a path become the values of its variables") {
  const ApiSchema schema(ApiRelease::k9);
  const auto config = schema.find("GET", "/nodes/pve%31/qemu/105/config");
  REQUIRE(config.has_value());
  CHECK(config->method->path == "/nodes/{node}/qemu/{vmid}/config");
  CHECK(config->variables.at("node") == "pve1");
  CHECK(config->variables.at("vmid") == "105");
  const auto volume = schema.find("GET", "/nodes/n/storage/s/content/local:iso/x.iso");
  REQUIRE(volume.has_value());
  CHECK(volume->variables.at("volume") == "local:iso/x.iso");
  const auto mixed = schema.find("GET", "/nodes/{node}/qemu/105/config");
  REQUIRE(mixed.has_value());
  CHECK(mixed->variables.size() == 1);
}

TEST_CASE("api schema: literal segments win, and what is not there is not found") {
  const ApiSchema schema(ApiRelease::k9);
  CHECK(schema.find("GET", "/cluster/ha/status/current")->variables.empty());
  for (const char* path : {"", "/", "/versio", "/version/x", "/Version"})
    CHECK_FALSE(schema.find("GET", path).has_value());
  CHECK_FALSE(schema.find("PATCH", "/version").has_value());
}

TEST_CASE("api schema: a release is told by the version of a cluster") {
  CHECK(api_release("8.4.21") == ApiRelease::k8);
  CHECK(api_release("9.2.11") == ApiRelease::k9);
  CHECK(api_release("10.0") == ApiRelease::k9);
  CHECK(api_release("") == ApiRelease::k9);
}

}  // namespace pmx::proxmox
