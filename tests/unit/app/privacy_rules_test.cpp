#include "app/privacy_rules.h"

#include <doctest/doctest.h>

#include <string>

namespace pmx::app {
namespace {

std::string refusal(const std::string& text) {
  auto document = parse_config_file(text, "config.yml");
  REQUIRE(document.ok());
  const auto policy = read_policy(document.value());
  return policy.ok() ? "" : policy.error().message + " / " + policy.error().advice;
}

}  // namespace

TEST_CASE("privacy rules: a section without rules is no policy") {
  auto document = parse_config_file("privacy: {mode: session}\n", "config.yml");
  REQUIRE(document.ok());
  CHECK(read_policy(document.value()).value() == nullptr);
  CHECK(describe_policy(nullptr) == "preset strict, no rules of your own");
}

TEST_CASE("privacy rules: what is in force can be shown, with a class and a place for each rule") {
  const Json strict = policy_rules(nullptr);
  CHECK(strict["preset"] == "strict");
  CHECK(strict["rules"].empty());
  for (const auto& [name, fate] : strict["classes"].items()) CHECK(fate == "replace");
  auto document = parse_config_file(
      "privacy:\n  preset: names\n  words: {pool: [Falcon]}\n  classes: {ipv4: keep, tag: drop}\n",
      "config.yml");
  REQUIRE(document.ok());
  const auto policy = read_policy(document.value());
  REQUIRE(policy.ok());
  const Json shown = policy_rules(policy.value().get());
  CHECK(shown["preset"] == "names");
  CHECK(shown["classes"]["vm"] == "keep");
  CHECK(shown["classes"]["usr"] == "replace");
  CHECK(shown["classes"]["tag"] == "drop");
  REQUIRE(shown["rules"].size() == 3);
  const Json word{{"type", "word"},
                  {"class", "pool"},
                  {"policy", "replace"},
                  {"text", "Falcon"},
                  {"source", "config.yml:3"}};
  CHECK(shown["rules"][0] == word);
}

TEST_CASE("privacy rules: the built-in ones are counted by table, and listed with their lines") {
  const Json counted = built_in_rules(false);
  const Json listed = built_in_rules(true);
  REQUIRE(counted.size() == listed.size());
  bool found = false;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const Json& table = listed[i];
    CHECK(table["entries"].size() == counted[i]["rules"].get<std::size_t>());
    CHECK_FALSE(counted[i].contains("entries"));
    if (table["file"] != "fields.yml" || table["table"] != "fields") continue;
    for (const Json& entry : table["entries"])
      found = found || (entry["text"] == "cipassword: secret password" &&
                        std::string(string_member(entry, "source")).starts_with("fields.yml:"));
  }
  CHECK(found);
}

TEST_CASE("privacy rules: words, patterns, names that stay and classes with their lines") {
  auto document = parse_config_file(
      "privacy:\n"
      "  preset: names\n"
      "  words:\n"
      "    name: [Falcon, Project Kestrel]\n"
      "  patterns:\n"
      "    - {pattern: 'INV-[0-9]+', class: user, context: invoice}\n"
      "  keep:\n"
      "    - lab.example.org\n"
      "  classes: {ipv4: keep}\n",
      "config.yml");
  REQUIRE(document.ok());
  const auto policy = read_policy(document.value());
  REQUIRE(policy.ok());
  const auto& rules = policy.value()->rules();
  REQUIRE(rules.size() == 5);
  CHECK(rules[1].text == "Project Kestrel");
  CHECK(rules[2].source == "config.yml:6");
  CHECK(rules[2].kind == anonymize::Kind::kUser);
  CHECK(rules[3].source == "config.yml:8");
  CHECK(rules[4].fate == anonymize::Fate::kKeep);
  CHECK(describe_policy(policy.value().get()) == "preset names, 5 rules of your own");
}

TEST_CASE("privacy rules: a bad one is told with its line and what to do") {
  CHECK(refusal("privacy:\n  preset: off\n").starts_with("config.yml:2: privacy.preset must be"));
  CHECK(refusal("privacy:\n  words:\n    colour: [red]\n").starts_with("config.yml:3: "));
  CHECK(refusal("privacy:\n  patterns:\n    - {pattern: 'a('}\n").starts_with("config.yml:3: "));
  CHECK(refusal("privacy:\n  classes:\n    ipv4: hide\n").starts_with("config.yml:3: "));
  CHECK(refusal("privacy:\n  classes:\n    pool: Falcon\n").find("Falcon") == std::string::npos);
  CHECK(refusal("privacy:\n  classes:\n    secret: keep\n").starts_with("config.yml:3: secrets"));
}

}  // namespace pmx::app
