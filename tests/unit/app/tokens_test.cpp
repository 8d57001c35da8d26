#include "app/tokens.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "tests/unit/app/workbench.h"

using namespace pmx;
using namespace pmx::app;
using pmx::app::test::JumpingClock;

namespace {

struct Directory {
  Directory() {
    char name[] = "/tmp/pmx-tokens-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file() const { return path + "/tokens.json"; }
  std::string path;
};

std::unique_ptr<Tokens> open(const Directory& directory, Clock& clock,
                             Access first = Access::kObserve) {
  auto tokens = Tokens::open(directory.path, first, clock);
  REQUIRE(tokens.ok());
  return std::move(tokens).value();
}

}  // namespace

TEST_CASE("tokens: the first use makes one private token, and later uses find it") {
  const Directory directory;
  JumpingClock clock;
  const auto first = open(directory, clock, Access::kOperate)->all();
  REQUIRE(first.size() == 1);
  CHECK(first[0].name == "local");
  CHECK(first[0].access == Access::kOperate);
  CHECK(first[0].secret.expose().size() > 64);
  struct stat status {};
  REQUIRE(::stat(directory.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  const auto again = open(directory, clock)->all();
  CHECK(again[0].secret.expose() == first[0].secret.expose());
  CHECK(again[0].access == Access::kOperate);
}

TEST_CASE("tokens: a token is found by its secret alone") {
  const Directory directory;
  JumpingClock clock;
  const auto tokens = open(directory, clock);
  const std::string secret(tokens->all()[0].secret.expose());
  CHECK(tokens->find(secret)->name == "local");
  CHECK_FALSE(tokens->find("").has_value());
  CHECK_FALSE(tokens->find(secret + "x").has_value());
  CHECK_FALSE(tokens->find(secret.substr(1)).has_value());
  CHECK_FALSE(tokens->find("local").has_value());
}

TEST_CASE("tokens: added, rotated and removed tokens count at once") {
  const Directory directory;
  JumpingClock clock;
  const auto tokens = open(directory, clock);
  const auto added = tokens->add("ci", Access::kOperate);
  REQUIRE(added.ok());
  CHECK(tokens->find(added->secret.expose())->access == Access::kOperate);
  CHECK(tokens->add("ci", Access::kObserve).error().code == Code::kAlreadyExists);
  for (const char* bad : {"", "a b", "x/y", "ä"}) {
    CHECK(tokens->add(bad, Access::kObserve).error().code == Code::kInvalidArgument);
  }
  const auto rotated = tokens->rotate("ci");
  REQUIRE(rotated.ok());
  CHECK_FALSE(tokens->find(added->secret.expose()).has_value());
  CHECK(tokens->find(rotated->secret.expose())->name == "ci");
  CHECK(tokens->remove("ci").ok());
  CHECK_FALSE(tokens->find(rotated->secret.expose()).has_value());
  CHECK(tokens->remove("ci").error().code == Code::kNotFound);
  CHECK(tokens->rotate("ci").error().code == Code::kNotFound);
}

TEST_CASE("tokens: a running server notices what another process changed, and fails closed") {
  const Directory directory;
  JumpingClock clock;
  const auto server = open(directory, clock);
  const auto added = open(directory, clock)->add("late", Access::kObserve);
  REQUIRE(added.ok());
  clock.wait({}, std::chrono::seconds(2));
  CHECK(server->find(added->secret.expose())->name == "late");
  REQUIRE(write_private_file(directory.file(), "{").ok());
  clock.wait({}, std::chrono::seconds(2));
  CHECK_FALSE(server->find(added->secret.expose()).has_value());
}

TEST_CASE("tokens: a file that others can read, or that is broken, is refused") {
  const Directory directory;
  JumpingClock clock;
  open(directory, clock);
  REQUIRE(::chmod(directory.file().c_str(), 0644) == 0);
  CHECK(Tokens::open(directory.path, Access::kObserve, clock).error().code ==
        Code::kPermissionDenied);
  REQUIRE(write_private_file(directory.file(), R"({"tokens":[{"name":"a"}]})").ok());
  const auto broken = Tokens::open(directory.path, Access::kObserve, clock);
  CHECK(broken.error().message.find("tokens.json") != std::string::npos);
}
