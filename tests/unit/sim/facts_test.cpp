#include "sim/facts.h"

#include <doctest/doctest.h>

#include "schemas/embedded.h"

namespace pmx::sim {
namespace {

/// Calls `visit` with each method of the API facts.
template <class Visit>
std::size_t each_method(const Visit& visit) {
  std::string_view text = schemas::embedded_file("pve/api-9.2.jsonl");
  std::size_t count = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto method = parse_json(text.substr(0, end));
    REQUIRE(method.ok());
    visit(*method);
    ++count;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return count;
}

/// "/nodes/{node}/qemu" -> "/nodes/v1/qemu".
std::string filled(std::string path) {
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
    path.replace(open, path.find('}') - open + 1, "v1");
  return path;
}

}  // namespace

TEST_CASE("facts: every method of the API is found on its own path, with its variables") {
  const Facts facts;
  const std::size_t count = each_method([&](const Json& method) {
    const std::string path(string_member(method, "path"));
    const std::string verb(string_member(method, "method"));
    CAPTURE(path);
    CAPTURE(verb);
    const auto route = facts.find(verb, filled(path));
    REQUIRE(route.has_value());
    CHECK(route->path == path);
    CHECK(route->method == verb);
    CHECK(route->variables.size() ==
          static_cast<std::size_t>(std::count(path.begin(), path.end(), '{')));
    for (const auto& [name, value] : route->variables) CHECK(value == "v1");
  });
  CHECK(count > 600);
}

TEST_CASE("facts: a method's facts are its own, and asking twice gives the same") {
  Facts facts;
  const auto start = facts.find("POST", "/nodes/n/qemu/100/status/start");
  REQUIRE(start.has_value());
  const Json& first = facts.method(*start);
  CHECK(first["path"] == "/nodes/{node}/qemu/{vmid}/status/start");
  CHECK(first["params"].contains("skiplock"));
  CHECK(&facts.method(*start) == &first);
  CHECK(facts.method(Route{"/nowhere", "GET", {}}) == Json::object());
}

TEST_CASE("facts: literal segments win over variables") {
  const Facts facts;
  CHECK(facts.find("GET", "/nodes/n/tasks")->path == "/nodes/{node}/tasks");
  CHECK(facts.find("GET", "/cluster/ha/status/current")->path == "/cluster/ha/status/current");
  CHECK(facts.find("GET", "/cluster/ha/status/current")->variables.empty());
}

TEST_CASE("facts: empty segments do not count, other differences do") {
  const Facts facts;
  for (const char* path : {"/version", "//version", "/version/", "version"}) {
    CAPTURE(path);
    CHECK(facts.find("GET", path).has_value());
  }
  for (const char* path :
       {"", "/", "/Version", "/version/x", "/versio", "/nodes/n/qemu/100/confi"}) {
    CAPTURE(path);
    CHECK_FALSE(facts.find("GET", path).has_value());
  }
  CHECK_FALSE(facts.find("PATCH", "/version").has_value());
  CHECK_FALSE(facts.find("get", "/version").has_value());
}

TEST_CASE("facts: variables are decoded, a volume takes the rest of the path, raw or encoded") {
  const Facts facts;
  const auto task = facts.find("GET", "/nodes/n/tasks/UPID%3An%3A1%3Aroot%40pam%3A/status");
  REQUIRE(task.has_value());
  CHECK(task->variables.find("upid")->second == "UPID:n:1:root@pam:");
  for (const char* volume : {"local:iso/x.iso", "local:iso%2Fx.iso", "local%3Aiso%2fx.iso"}) {
    CAPTURE(volume);
    const auto route = facts.find("GET", std::string("/nodes/n/storage/local/content/") + volume);
    REQUIRE(route.has_value());
    CHECK(route->path == "/nodes/{node}/storage/{storage}/content/{volume}");
    CHECK(route->variables.find("volume")->second == "local:iso/x.iso");
  }
  // An encoded slash stays inside its variable and opens no other route.
  CHECK(facts.find("GET", "/nodes/n%2Fqemu")->variables.find("node")->second == "n/qemu");
}

}  // namespace pmx::sim
