#include "tests/unit/proxmox/recorded.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "schemas/embedded.h"

namespace pmx::proxmox {
namespace {

std::vector<Json> json_lines(std::istream& text) {
  std::vector<Json> out;
  for (std::string line; std::getline(text, line);) {
    auto value = parse_json(line);
    REQUIRE(value.ok());
    out.push_back(std::move(value).value());
  }
  REQUIRE_FALSE(out.empty());
  return out;
}

}  // namespace

std::vector<Json> recorded_lines(const std::string& file) {
  std::ifstream stream(std::string(PMX_REPLAY) + "/" + file);
  return json_lines(stream);
}

const std::vector<Json>& api_facts(const std::string& version) {
  static std::map<std::string, std::vector<Json>> known;
  std::vector<Json>& facts = known[version];
  if (facts.empty()) {
    std::istringstream text{std::string(schemas::embedded_file("pve/api-" + version + ".jsonl"))};
    facts = json_lines(text);
  }
  return facts;
}

}  // namespace pmx::proxmox
