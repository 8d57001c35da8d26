#include "mcp/schema/findings.h"

#include <doctest/doctest.h>

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::schema;

namespace {

Finding other(std::string path, std::string what, std::size_t depth = 0) {
  return {std::move(path), std::move(what), Finding::Kind::kOther, depth, 0, {}};
}

Finding type(std::string path, unsigned types, std::size_t depth = 0) {
  return {std::move(path), "must be " + type_words(types), Finding::Kind::kType, depth, types, {}};
}

Finding constant(std::string path, std::vector<std::string> allowed, std::size_t depth) {
  const std::string what = choice_words(allowed);
  return {std::move(path), what, Finding::Kind::kConstant, depth, 0, std::move(allowed)};
}

/// "PATH WHAT | ..."
std::string words(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += (text.empty() ? "" : " | ") + finding.path + " " + finding.what;
  }
  return text;
}

}  // namespace

TEST_CASE("findings: types are named once each, in a fixed order") {
  CHECK(type_words(kTypeString) == "a string");
  CHECK(type_words(kTypeObject | kTypeNull) == "null or an object");
  CHECK(type_words(kTypeArray | kTypeInteger | kTypeBoolean) ==
        "true or false or an integer or an array");
  CHECK(type_words(0).empty());
}

TEST_CASE("findings: values of the schema are shown as a person would write them") {
  CHECK(value_words("a b") == "a b");
  CHECK(value_words("") == "");
  CHECK(value_words(1.5) == "1.5");
  CHECK(value_words(nullptr) == "null");
  CHECK(value_words({{"a", "b"}}) == R"({"a":"b"})");
}

TEST_CASE("findings: a choice of one is none, and a long one is cut with its count") {
  CHECK(choice_words({"a"}) == "must be a");
  CHECK(choice_words({"a", "2"}) == "must be one of a, 2");
  const std::vector<std::string> fifty(50, "x");
  CHECK(choice_words(fifty).find("more") == std::string::npos);
  std::vector<std::string> many(53, "x");
  many[49] = "last";
  many[50] = "unseen";
  const std::string text = choice_words(many);
  CHECK(text.ends_with("last and 3 more"));
  CHECK(text.find("unseen") == std::string::npos);
}

TEST_CASE("findings: a size names the limit that it breaks") {
  CHECK(size_words(1, 2, 5, "items") == "must have at least 2 items, has 1");
  CHECK(size_words(6, 2, 5, "items") == "must have at most 5 items, has 6");
  CHECK(size_words(0, 1, std::nullopt, "members") == "must have at least 1 members, has 0");
  CHECK(size_words(1, std::nullopt, 0, "members") == "must have at most 0 members, has 1");
}

TEST_CASE("findings: an unknown member is told what is known, and never named itself") {
  CHECK(unknown_words(nullptr) == "has a member that is not allowed here");
  ObjectRules rules;
  CHECK(unknown_words(&rules) == "takes no members");
  const Node node;
  rules.members = {{"a", &node, true}, {"asked for only", nullptr, true}, {"b", &node, false}};
  CHECK(unknown_words(&rules) == "has a member that is not known here; known are a, b");
  ObjectRules open;
  auto pattern = Pattern::compile("^x");
  REQUIRE(pattern.ok());
  open.patterns.push_back({*std::move(pattern), &node});
  CHECK(unknown_words(&open) == "has a member that is not allowed here");
}

TEST_CASE("findings: where no type fits, all that would are named together") {
  CHECK(words(nearest({{type("/a", kTypeString, 1)}, {type("/a", kTypeArray | kTypeString, 1)}},
                      "/a", 1)) == "/a must be a string or an array");
  CHECK(words(nearest({{type("", kTypeNull)}}, "", 0)) == " must be null");
}

TEST_CASE("findings: an alternative of another type says nothing beside one that fits better") {
  const Findings wrong_type{type("", kTypeString)};
  const Findings deeper{type("/a", kTypeInteger, 1)};  // the value itself was of its type
  CHECK(words(nearest({wrong_type, deeper}, "", 0)) == "/a must be an integer");
  CHECK(words(nearest({deeper, wrong_type}, "", 0)) == "/a must be an integer");
}

TEST_CASE("findings: what tells alternatives apart decides, else all its values are named") {
  const Findings disk{constant("/kind", {"disk"}, 1), other("/size", "is required", 1)};
  const Findings net{constant("/kind", {"net"}, 1)};
  const Findings fits{other("/bridge", "is required", 1)};
  CHECK(words(nearest({disk, fits, net}, "", 0)) == "/bridge is required");
  CHECK(words(nearest({net, disk, net}, "", 0)) == "/kind must be one of disk, net");
  CHECK(words(nearest({{constant("", {"b", "a"}, 0)}, {constant("", {"c", "a"}, 0)}}, "", 0)) ==
        " must be one of a, b, c");
}

TEST_CASE("findings: constants at different places are no common choice") {
  const Findings one{constant("/a", {"x"}, 1)};
  const Findings two{constant("/b", {"y"}, 1)};
  CHECK(words(nearest({one, two}, "", 0)) == " /a must be x, or /b must be y");
}

TEST_CASE("findings: few short complaints are all told, each once") {
  const Findings a{other("/a", "is required", 1)};
  const Findings here{other("", "is odd")};
  CHECK(words(nearest({a, here, a}, "", 0)) == " /a is required, or is odd, or /a is required");
}

TEST_CASE("findings: of many, who got furthest speaks, and says that there are others") {
  const Findings shallow{other("/a", "is required", 1), other("/b", "is required", 1)};
  const Findings deep{other("/a/b/c", "must be less than 3, is 4", 3), other("/x", "is odd", 1)};
  const std::string text = words(nearest({shallow, deep, shallow}, "", 0));
  CHECK(text.find("fits none of the forms") != std::string::npos);
  CHECK(text.find("/a/b/c must be less than 3, is 4") != std::string::npos);
  CHECK(text.find("/b is required") == std::string::npos);
  CHECK(words(nearest({deep}, "", 0)) == words(deep));
}
