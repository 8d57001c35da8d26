#include "sim/section_file.h"

#include <doctest/doctest.h>

namespace pmx::sim {

TEST_CASE("section file: the digest follows every change and nothing else") {
  SectionFile file;
  const std::string empty = file.digest();
  CHECK(empty.size() == 40);
  file.sections["local"] = {"dir", {{"path", "/var/lib/vz"}}};
  const std::string first = file.digest();
  CHECK(first != empty);
  CHECK(first == file.digest());
  file.find("local")->values["shared"] = "1";
  CHECK(file.digest() != first);
  file.find("local")->values.erase("shared");
  CHECK(file.digest() == first);
  CHECK(file.find("tank") == nullptr);
}

TEST_CASE("section file: values are kept as the file would hold them") {
  const Json params{{"storage", "tank"},
                    {"shared", true},
                    {"disable", 0},
                    {"nodes", Json::array({"pve1", "pve2"})},
                    {"path", "/mnt/tank"}};
  CHECK(stored_values(params, {"storage"}) ==
        Values{{"shared", "1"}, {"disable", "0"}, {"nodes", "pve1,pve2"}, {"path", "/mnt/tank"}});
}

TEST_CASE("section file: an update deletes what it names, sets the rest and keeps the others") {
  Values values{{"path", "/a"}, {"shared", "1"}, {"content", "iso"}};
  change_values(
      values,
      {{"storage", "tank"}, {"delete", "shared; nodes"}, {"content", "images"}, {"digest", "0"}},
      {"storage"});
  CHECK(values == Values{{"path", "/a"}, {"content", "images"}});
}

TEST_CASE("section file: only another digest is refused") {
  CHECK_FALSE(refuse_digest(Json::object(), "abc").has_value());
  CHECK_FALSE(refuse_digest({{"digest", "abc"}}, "abc").has_value());
  const auto refused = refuse_digest({{"digest", "0"}}, "abc");
  REQUIRE(refused.has_value());
  CHECK(refused->status == 500);
  CHECK(refused->message.starts_with("detected modified configuration"));
}

TEST_CASE("section file: lists are split at all of PVE's separators") {
  CHECK(list_items("a,b;c d\te") == std::vector<std::string>{"a", "b", "c", "d", "e"});
  CHECK(list_items(" ,;").empty());
}

TEST_CASE("section file: the digest is the SHA-1 of its text") {
  SectionFile file;
  CHECK(file.digest() == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  file.sections["local"] = {"dir", {{"path", "/var/lib/vz"}}};
  CHECK(file.digest() == "d99077a501a37735480ff5e740708dd8c0d47a12");
}

}  // namespace pmx::sim
