#include "app/installation.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/app/workbench.h"

using pmx::Code;
using pmx::app::Config;
using pmx::app::Installation;

TEST_CASE("installation: a key file that others can read is refused with the way out") {
  char name[] = "/tmp/pmx-installation-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  pmx::app::test::JumpingClock clock;
  Config config;
  config.state_dir = std::string(name) + "/state";
  REQUIRE(Installation::open(config, clock).ok());
  const std::string key = config.state_dir + "/key";
  for (const mode_t mode : {0644U, 0640U, 0602U}) {
    CAPTURE(mode);
    REQUIRE(::chmod(key.c_str(), mode) == 0);
    const auto opened = Installation::open(config, clock);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == Code::kPermissionDenied);
    CHECK(opened.error().advice == "run: chmod 600 " + key);
  }
  REQUIRE(::chmod(key.c_str(), 0600) == 0);
  CHECK(Installation::open(config, clock).ok());
  std::filesystem::remove_all(name);
}
