// percent.h and yaml.h.
#include <doctest/doctest.h>

#include "base/percent.h"
#include "base/yaml.h"

using pmx::Json;
using pmx::parse_yaml;

TEST_CASE("percent: round trip and what PVE needs encoded") {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  CHECK(pmx::percent_decode(pmx::percent_encode(all)).value() == all);
  CHECK(pmx::percent_encode("a=b;c&d+e f:!") == "a%3Db%3Bc%26d%2Be%20f%3A%21");
  for (const char* bad : {"%", "%4", "%zz", "a%2"}) CHECK_FALSE(pmx::percent_decode(bad).ok());
}

TEST_CASE("yaml: scalars get their types, quoted ones stay text") {
  const auto document =
      parse_yaml("a: 1\nb: 1.5\nc: true\nd: '1'\ne: x\nf:\ng: [1, two]\n", "f.yml");
  REQUIRE(document.ok());
  CHECK(document->value ==
        Json::parse(R"({"a":1,"b":1.5,"c":true,"d":"1","e":"x","f":null,"g":[1,"two"]})"));
}

TEST_CASE("yaml: lines are known for every key and inherited below") {
  const auto document = parse_yaml("a: 1\nclusters:\n  home:\n    url: x\n", "f.yml");
  REQUIRE(document.ok());
  CHECK(document->line_of("/clusters/home/url") == 4);
  CHECK(document->line_of("/clusters/home/token") == 3);
  CHECK(document->line_of("/nothing") == 1);
}

TEST_CASE("yaml: broken documents and repeated keys are refused with file and line") {
  const auto broken = parse_yaml("a: 1\nb: [1\n", "f.yml");
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().message.starts_with("f.yml:"));
  const auto twice = parse_yaml("a: 1\nb: 2\na: 3\n", "f.yml");
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error().message == "f.yml:3: the key \"a\" appears twice");
}

TEST_CASE("yaml: an alias bomb is refused") {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string previous(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += (i != 0 ? ",*" : "*") + previous;
    bomb += "]\n";
  }
  CHECK_FALSE(parse_yaml(bomb, "f.yml").ok());
}
