#include "base/files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace {

struct TempDir {
  TempDir() {
    char name[] = "/tmp/pmx-files-XXXXXX";
    path = mkdtemp(name);
  }
  ~TempDir() { std::filesystem::remove_all(path); }
  std::string path;
};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("files: written files are private, replaced whole and leave nothing behind") {
  const TempDir dir;
  const std::string path = dir.path + "/a";
  REQUIRE(pmx::write_private_file(path, "one").ok());
  REQUIRE(pmx::write_private_file(path, "two").ok());
  CHECK(pmx::read_file(path).value() == "two");
  CHECK(mode_of(path) == 0600U);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path), {}) == 1);
}

TEST_CASE("files: create_private_file never replaces") {
  const TempDir dir;
  const std::string path = dir.path + "/key";
  CHECK(pmx::create_private_file(path, "first").value());
  CHECK_FALSE(pmx::create_private_file(path, "second").value());
  CHECK(pmx::read_file(path).value() == "first");
}

TEST_CASE("files: publish_file names a finished file once") {
  const TempDir directory;
  const std::string draft = directory.path + "/draft";
  const std::string path = directory.path + "/final";
  REQUIRE(pmx::write_private_file(draft, "finished").ok());
  CHECK(*pmx::publish_file(draft, path));
  CHECK(*pmx::read_file(path) == "finished");
  REQUIRE(pmx::write_private_file(draft, "another").ok());
  CHECK_FALSE(*pmx::publish_file(draft, path));
  CHECK(*pmx::read_file(path) == "finished");
  CHECK_FALSE(pmx::publish_file(directory.path + "/none", directory.path + "/other").ok());
}

TEST_CASE("files: errors tell missing, too large and impossible apart") {
  const TempDir dir;
  CHECK(pmx::read_file(dir.path + "/none").error().code == pmx::Code::kNotFound);
  REQUIRE(pmx::write_private_file(dir.path + "/big", std::string(100, 'x')).ok());
  CHECK(pmx::read_file(dir.path + "/big", 10).error().code == pmx::Code::kResourceExhausted);
  CHECK_FALSE(pmx::write_private_file(dir.path + "/no/such/dir", "x").ok());
}

TEST_CASE("files: a secret file is the owner's alone") {
  const TempDir dir;
  const std::string path = dir.path + "/secret";
  CHECK(pmx::check_private_file(path).error().code == pmx::Code::kNotFound);
  REQUIRE(pmx::write_private_file(path, "x").ok());
  CHECK(pmx::check_private_file(path).ok());
  for (const mode_t mode : {0644U, 0640U, 0620U, 0601U}) {
    CAPTURE(mode);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto checked = pmx::check_private_file(path);
    REQUIRE_FALSE(checked.ok());
    CHECK(checked.error().advice == "run: chmod 600 " + path);
  }
}

TEST_CASE("files: private directories are made private and refused when open") {
  const TempDir dir;
  REQUIRE(pmx::make_private_directory(dir.path + "/a/b").ok());
  CHECK(mode_of(dir.path + "/a/b") == 0700U);
  CHECK(pmx::make_private_directory(dir.path + "/a/b").ok());
  REQUIRE(::chmod((dir.path + "/a/b").c_str(), 0755) == 0);
  const auto refused = pmx::make_private_directory(dir.path + "/a/b");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().advice.find("chmod 700") != std::string::npos);
}

TEST_CASE("files: a file of exactly the limit is read, one byte more is not") {
  const TempDir dir;
  const std::string path = dir.path + "/f";
  REQUIRE(pmx::write_private_file(path, std::string(100, 'x')).ok());
  CHECK(pmx::read_file(path, 100).value().size() == 100);
  CHECK(pmx::read_file(path, 99).error().code == pmx::Code::kResourceExhausted);
}

TEST_CASE("files: bytes are kept as they are, zero bytes and line ends too") {
  const TempDir dir;
  std::string all;
  for (int c = 0; c < 256 * 300; ++c) all += static_cast<char>(c);
  REQUIRE(pmx::write_private_file(dir.path + "/f", all).ok());
  CHECK(pmx::read_file(dir.path + "/f").value() == all);
}

TEST_CASE("files: replacing a file that others could read makes it private") {
  const TempDir dir;
  const std::string path = dir.path + "/f";
  REQUIRE(pmx::write_private_file(path, "old").ok());
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  REQUIRE(pmx::write_private_file(path, "new").ok());
  CHECK(mode_of(path) == 0600U);
}

TEST_CASE("files: a directory in the place of the file is an error and leaves nothing behind") {
  const TempDir dir;
  const std::string path = dir.path + "/taken";
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  CHECK_FALSE(pmx::read_file(path).ok());
  CHECK_FALSE(pmx::write_private_file(path, "x").ok());
  CHECK_FALSE(pmx::create_private_file(path, "x").value());
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path), {}) == 1);
}

TEST_CASE("files: a private directory is refused where something else has its name") {
  const TempDir dir;
  REQUIRE(pmx::write_private_file(dir.path + "/f", "").ok());
  CHECK(pmx::make_private_directory(dir.path + "/f").error().code == pmx::Code::kInvalidArgument);
  CHECK_FALSE(pmx::make_private_directory(dir.path + "/f/below").ok());
}

TEST_CASE("files: parents of a private directory are private too, whatever the umask") {
  const TempDir dir;
  const mode_t before = ::umask(0);
  const auto made = pmx::make_private_directory(dir.path + "/a/b/c/");
  ::umask(before);
  REQUIRE(made.ok());
  for (const char* path : {"/a", "/a/b", "/a/b/c"}) {
    CAPTURE(std::string(path));
    CHECK(mode_of(dir.path + path) == 0700U);
  }
  CHECK(pmx::make_private_directory(dir.path + "/a/b/c/").ok());
}
