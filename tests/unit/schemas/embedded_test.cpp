// The data that is compiled in: it is complete, readable, and holds facts only.
#include "schemas/embedded.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace pmx::schemas {
namespace {

using Json = nlohmann::json;

/// One object a line: the methods of the PVE API.
std::vector<Json> api_methods() {
  std::vector<Json> out;
  std::string_view text = embedded_file("pve/api-9.2.jsonl");
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.push_back(Json::parse(text.substr(0, end), nullptr, false));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The names between braces: "/nodes/{node}/qemu/{vmid}" -> node, vmid.
std::set<std::string> variables_of(const std::string& path) {
  std::set<std::string> out;
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1))
    out.insert(path.substr(open + 1, path.find('}', open) - open - 1));
  return out;
}

/// Calls `visit` with each rule word of a permission check: "perm", "and", "or", ...
template <class Visit>
void each_rule(const Json& rule, const Visit& visit) {
  if (!rule.is_array() || rule.empty() || !rule[0].is_string()) return;
  visit(rule[0].get<std::string>());
  for (const Json& part : rule) each_rule(part, visit);
}

}  // namespace

TEST_CASE("embedded: files are found by their exact name and nothing else") {
  CHECK_FALSE(embedded_file("config.json").empty());
  for (const char* name : {"", "config", "config.json ", "/config.json", "./config.json",
                           "tools/../config.json", "CONFIG.JSON", "tools", "README.md"}) {
    CAPTURE(name);
    CHECK(embedded_file(name).empty());
  }
}

TEST_CASE("embedded: a prefix lists names in alphabetical order, the empty one all of them") {
  const auto all = embedded_files("");
  const auto tools = embedded_files("tools/");
  CHECK(std::is_sorted(all.begin(), all.end()));
  CHECK(tools.size() >= 6);
  CHECK(tools.size() < all.size());
  for (const auto name : tools) {
    CHECK(name.starts_with("tools/"));
    CHECK(std::count(all.begin(), all.end(), name) == 1);
  }
  CHECK(embedded_files("nothing").empty());
}

TEST_CASE("embedded: every file is whole JSON, and bytes end where the file does") {
  for (const auto name : embedded_files("")) {
    CAPTURE(std::string(name));
    const std::string_view text = embedded_file(name);
    CHECK(text.find('\0') == std::string_view::npos);
    if (name.ends_with(".json")) CHECK(Json::accept(text));
  }
}

TEST_CASE("pve facts: each method stands on one line with path and verb, once") {
  std::set<std::string> seen;
  for (const Json& method : api_methods()) {
    REQUIRE(method.is_object());
    const std::string path = method.value("path", "");
    const std::string verb = method.value("method", "");
    CAPTURE(path);
    CHECK(path.starts_with("/"));
    CHECK_FALSE(path.ends_with("/"));
    CHECK(std::set<std::string>{"GET", "POST", "PUT", "DELETE"}.contains(verb));
    CHECK(seen.insert(verb + " " + path).second);
  }
  CHECK(seen.size() > 600);
}

TEST_CASE("pve facts: every variable of a path is a parameter, but for one oversight of PVE") {
  for (const Json& method : api_methods()) {
    const std::string path = method.value("path", "");
    if (path == "/cluster/sdn/prefix-lists/{id}/entries/{url_seq}") continue;
    const Json params = method.value("params", Json::object());
    CAPTURE(path);
    for (const std::string& name : variables_of(path)) {
      CAPTURE(name);
      CHECK(params.contains(name));
    }
  }
}

TEST_CASE("pve facts: a permission is open to all, to the world, to root itself, or a rule") {
  std::set<std::string> words;
  for (const Json& method : api_methods()) {
    if (!method.contains("permissions")) continue;
    const Json& permissions = method["permissions"];
    CAPTURE(method.value("path", ""));
    if (permissions.is_string()) {
      CHECK(permissions == "root@pam-only");
      continue;
    }
    REQUIRE(permissions.is_object());
    CHECK((permissions.contains("user") || permissions.contains("check")));
    if (permissions.contains("user"))
      CHECK(std::set<std::string>{"all", "world"}.contains(permissions.value("user", "")));
    if (permissions.contains("check"))
      each_rule(permissions["check"], [&](const std::string& word) { words.insert(word); });
  }
  for (const char* judged : {"perm", "and", "or"}) CHECK(words.contains(judged));
}

TEST_CASE("pve facts: only logins and realms are open to the world, and secrets to no token") {
  std::set<std::string> world;
  for (const Json& method : api_methods()) {
    const std::string name = method.value("method", "") + " " + method.value("path", "");
    if (method.contains("permissions") && method["permissions"] == Json{{"user", "world"}})
      world.insert(name);
    if (name == "PUT /access/password") CHECK(method.value("allowtoken", 1) == 0);
  }
  CHECK(world.contains("POST /access/ticket"));
  CHECK(world.contains("GET /access/domains"));
  for (const std::string& name : world) {
    CAPTURE(name);
    CHECK(name.find(" /access/") != std::string::npos);
  }
}

TEST_CASE("pve facts: the prose of the API viewer is left out") {
  for (const Json& method : api_methods()) {
    CAPTURE(method.value("path", ""));
    for (const char* prose : {"description", "verbose_description", "title"})
      CHECK_FALSE(method.contains(prose));
    const Json params = method.value("params", Json::object());
    for (const auto& [name, facts] : params.items()) {
      CAPTURE(name);
      CHECK_FALSE(facts.contains("verbose_description"));
      CHECK_FALSE((facts.contains("description") && facts["description"].is_string()));
    }
  }
}

}  // namespace pmx::schemas
