#include "ops/api_description.h"

#include <doctest/doctest.h>

#include <set>

#include "proxmox/api_schema.h"

namespace pmx::ops {
namespace {

using proxmox::ApiRelease;

Json facts_of(const char* verb, const char* path) {
  static const proxmox::ApiSchema schema(ApiRelease::k9);
  const auto route = schema.find(verb, path);
  REQUIRE(route.has_value());
  return route->method->facts();
}

std::string words(const MethodDescription& description, const std::string& name) {
  for (const auto& [part, text] : description.parts)
    if (part == name) return text;
  return "(not there)";
}

/// All parts, by as many questions as it takes.
std::vector<std::string> all_names(const Json& facts, const std::string& parameter) {
  std::vector<std::string> names;
  DescriptionQuery query{parameter, ""};
  while (true) {
    const auto description = describe_method(facts, query);
    REQUIRE(description.ok());
    for (const auto& [name, text] : description->parts) names.push_back(name);
    if (description->next.empty()) return names;
    REQUIRE(description->next != query.from);
    query.from = description->next;
  }
}

}  // namespace

TEST_CASE("api description: types, limits, defaults and what is required") {
  const auto create = describe_method(facts_of("POST", "/nodes/{node}/qemu"), {});
  REQUIRE(create.ok());
  CHECK(words(*create, "vmid") == "required pve-vmid 100-999999999");
  CHECK(create->parts.front().first == "node");
  CHECK(create->starts_task);
  CHECK(create->returns == "a task (UPID)");
  CHECK(create->required == 2);
  CHECK_FALSE(create->next.empty());
  const auto cores =
      describe_method(facts_of("POST", "/nodes/{node}/qemu"), {.parameter = "cores"});
  CHECK(words(*cores, "cores") == "integer >=1, default 1");
}

TEST_CASE("api description: the parts of a property string come by its parameter") {
  const Json facts = facts_of("PUT", "/nodes/{node}/qemu/{vmid}/config");
  for (const char* name : {"net[n]", "net0"}) {
    const auto net = describe_method(facts, {.parameter = name});
    REQUIRE(net.ok());
    CHECK(words(*net, "firewall") == "boolean");
    CHECK(words(*net, "model").find("virtio") != std::string::npos);
  }
  CHECK(describe_method(facts, {.parameter = "nothing"}).error().code == Code::kNotFound);
  CHECK(describe_method(facts, {.from = "nothing"}).error().code == Code::kNotFound);
}

TEST_CASE(
    "api description: a property string that the facts only name has its parts all the same") {
  const Json facts = facts_of("POST", "/nodes/{node}/qemu");
  const auto cpu = describe_method(facts, {.parameter = "cpu"});
  REQUIRE(cpu.ok());
  CHECK(words(*cpu, "cputype") != "(not there)");
  const auto disk = describe_method(facts, {.parameter = "ide0"});
  REQUIRE(disk.ok());
  CHECK(words(*disk, "file").find("required") != std::string::npos);
}

TEST_CASE("api description: permissions are a sentence") {
  const auto config = describe_method(facts_of("GET", "/nodes/{node}/qemu/{vmid}/config"), {});
  REQUIRE(config.ok());
  CHECK(config->permissions == "VM.Audit on /vms/{vmid}");
  CHECK_FALSE(config->starts_task);
}

TEST_CASE("api description: every parameter of every method, and every part, can be read") {
  for (const ApiRelease release : {ApiRelease::k8, ApiRelease::k9}) {
    const proxmox::ApiSchema schema(release);
    for (const auto& method : schema.methods()) {
      CAPTURE(method.path);
      CAPTURE(method.method);
      const Json facts = method.facts();
      const Json params = facts.value("params", Json::object());
      const auto names = all_names(facts, "");
      CHECK(names.size() == params.size());
      CHECK(std::set<std::string>(names.begin(), names.end()).size() == params.size());
      for (const auto& [name, parameter] : params.items()) all_names(facts, name);
    }
  }
}

}  // namespace pmx::ops
