// Every format that the facts of either release name has a check.
#include <doctest/doctest.h>

#include <set>

#include "schemas/embedded.h"
#include "sim/format.h"
#include "sim/property_string.h"

namespace pmx::sim {
namespace {

void collect(const Json& facts, std::set<std::string>& names) {
  if (!facts.is_structured()) return;
  if (facts.is_object())
    if (const auto name = string_member(facts, "format"); !name.empty()) names.emplace(name);
  for (const Json& item : facts) collect(item, names);
}

std::set<std::string> formats_of(std::string_view text) {
  std::set<std::string> names;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const Json method = parse_json(text.substr(0, end)).value_or(Json::object());
    if (const Json* params = find_member(method, "params")) collect(*params, names);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return names;
}

/// No format takes all of these.
bool refuses_something(const std::string& name) {
  for (const char* odd : {"\x01", "a b!", "%", ":::", "=", ",x=,y", "-", "9999999999999"})
    if (!check_format(name, odd).empty()) return true;
  return false;
}

}  // namespace

TEST_CASE("format: every one that the facts name has a check, but those that take any text") {
  // Beside texts: formats of guests and fabrics that are still taken as they come.
  const std::set<std::string> any{"string",
                                  "string-list",
                                  "urlencoded",
                                  "pve-vm-cpu-conf",
                                  "pve-qm-boot",
                                  "pve-qm-hostpci",
                                  "pve-qm-ide",
                                  "pve-qm-rng",
                                  "pve-lxc-dev-string",
                                  "pve-lxc-mp-string",
                                  "pve-sdn-fabric-wireguard-interface"};
  for (const char* file : {"pve/api-8.4.jsonl", "pve/api-9.2.jsonl"}) {
    const auto names = formats_of(schemas::embedded_file(file));
    CHECK(names.size() > 90);
    for (const std::string& name : names) {
      CAPTURE(name);
      if (!any.contains(name)) CHECK((has_property_string(Json(name)) || refuses_something(name)));
    }
  }
}

}  // namespace pmx::sim
