#include "app/keyed_map.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace pmx::app {
namespace {

/// A directory that goes away with the test.
struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "keyed_map_XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

TEST_CASE("keyed map: what one opening issued the next one undoes, under the same key only") {
  const Folder folder;
  const Secret key(std::string(32, 'a'));
  std::string shown;
  {
    const auto map = KeyedMap::open(folder.path, key);
    REQUIRE(map.ok());
    const std::vector<anonymize::Name> names{{anonymize::Kind::kVm, "payroll-db"}};
    REQUIRE((*map)->engine().learn(names).ok());
    shown = (*map)->engine().anonymize_text("payroll-db is down").value();
  }
  const auto again = KeyedMap::open(folder.path, key);
  REQUIRE(again.ok());
  CHECK((*again)->engine().reveal(shown).value() == "payroll-db is down");
  const auto other = KeyedMap::open(folder.path, Secret(std::string(32, 'b')));
  REQUIRE(other.ok());
  CHECK((*other)->engine().reveal(shown).value() == shown);
  CHECK_FALSE(std::filesystem::exists(folder.path + "/maps/" + key_id(key) + "/key"));
}

TEST_CASE("keyed map: a key file has 32 bytes or more") {
  const Folder folder;
  const std::string path = folder.path + "/key";
  REQUIRE(write_private_file(path, std::string(31, 'x')).ok());
  CHECK_FALSE(read_key_file(path).ok());
  REQUIRE(write_private_file(path, std::string(32, 'x')).ok());
  CHECK(read_key_file(path).value().expose() == std::string(32, 'x'));
  REQUIRE(write_private_file(path, std::string(100, 'x')).ok());
  CHECK(read_key_file(path).value().expose().size() == 32);
  CHECK_FALSE(read_key_file(folder.path + "/nowhere").ok());
}

}  // namespace pmx::app
