#include "base/yaml.h"

#include <doctest/doctest.h>

using pmx::Json;
using pmx::parse_yaml;

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

TEST_CASE("yaml: text that begins with a star is refused without repeating it") {
  const auto document = parse_yaml("a: 1\nkeep: [*.kestrel.example]\n", "f.yml");
  REQUIRE_FALSE(document.ok());
  CHECK(document.error().message.starts_with("f.yml:2: not valid YAML ("));
  CHECK(document.error().text().find("kestrel") == std::string::npos);
  CHECK(document.error().advice.find("quotes") != std::string::npos);
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

TEST_CASE("yaml: text that nests or refers to itself without end is refused") {
  for (const std::string& text :
       {std::string("a: &a [*a]\n"), std::string(100'000, '['),
        std::string(200, '[') + std::string(200, ']'), std::string("? [a]\n: 1\n")}) {
    CAPTURE(text.substr(0, 20));
    const auto document = parse_yaml(text, "f.yml");
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().code == pmx::Code::kInvalidArgument);
    CHECK(document.error().message.starts_with("f.yml:"));
  }
}

TEST_CASE("yaml: what is not exactly a number or a YAML word stays the text it is") {
  // A password or a name that happens to look like one must come out as it was written.
  for (const char* text : {"1_000", "0x1F", "1.2.3", "12:30", "1e", "yes", "off", "True-ish",
                           "9999999999999999999999x", "1 2", "+", ".", "1e999"}) {
    CAPTURE(text);
    const auto document = parse_yaml(std::string("key: ") + text + "\n", "f.yml");
    REQUIRE(document.ok());
    CHECK(document->value == Json{{"key", text}});
  }
}

TEST_CASE("yaml: an empty document is null") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n"}) {
    CAPTURE(text);
    CHECK(parse_yaml(text, "f.yml").value().value == Json(nullptr));
  }
}

TEST_CASE("yaml: words that C reads as numbers are text: JSON knows no such number") {
  for (const char* text : {"nan", "inf", "-inf", "infinity", "NaN", "nan(1)"}) {
    CAPTURE(std::string(text));
    CHECK(parse_yaml(std::string("key: ") + text, "f.yml").value().value == Json{{"key", text}});
  }
}

TEST_CASE("yaml: a scalar tagged as text stays text") {
  CHECK(parse_yaml("key: !!str 0042", "f.yml").value().value == Json{{"key", "0042"}});
  CHECK(parse_yaml("key: |\n  12\n", "f.yml").value().value == Json{{"key", "12\n"}});
}

TEST_CASE("yaml: a second document is refused, because nobody would read it") {
  const auto two = parse_yaml("access: observe\n---\naccess: admin\n", "f.yml");
  REQUIRE_FALSE(two.ok());
  CHECK(two.error().message == "f.yml:3: a second document begins here; only one is read");
  CHECK(parse_yaml("---\na: 1\n...\n", "f.yml").ok());
}
