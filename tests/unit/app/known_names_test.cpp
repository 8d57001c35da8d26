#include "app/known_names.h"

#include <doctest/doctest.h>

namespace pmx::app {

using anonymize::Kind;

TEST_CASE("known names: each category has its kind, unknown ones are plain names") {
  const auto names = read_known_names(
      R"({"nodes":["n1"],"guests":[{"vmid":1,"name":"g1","node":"n1"},{"name":"c1","type":"lxc"}],)"
      R"("persons":["Ada L"],"zones":["z1"],"customers":["K"],"whatever":["w"],"org":"O","tags":[]})");
  REQUIRE(names.ok());
  const auto kind = [&](std::string_view value) {
    for (const auto& name : *names)
      if (name.value == value) return name.kind;
    FAIL("missing: " << std::string(value));
    return Kind::kName;
  };
  CHECK(names->size() == 8);
  CHECK(kind("n1") == Kind::kNode);
  CHECK(kind("g1") == Kind::kVm);
  CHECK(kind("c1") == Kind::kContainer);
  CHECK(kind("Ada L") == Kind::kPerson);
  CHECK(kind("z1") == Kind::kNetwork);
  CHECK(kind("K") == Kind::kName);
  CHECK(kind("w") == Kind::kName);
  CHECK(kind("O") == Kind::kName);
}

TEST_CASE("known names: what is no list of names is refused and says where") {
  CHECK_FALSE(read_known_names("[]").ok());
  CHECK_FALSE(read_known_names("{").ok());
  const auto bad = read_known_names(R"({"nodes":[1]})");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().message.find("nodes") != std::string::npos);
}

}  // namespace pmx::app
