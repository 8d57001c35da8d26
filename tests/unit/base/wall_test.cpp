#include "base/wall.h"

#include <stdexcept>

#include "tests/unit/base/log_file.h"

using namespace pmx;

TEST_CASE("wall: what is thrown becomes an error that does not repeat it, and is logged") {
  const testing::LogFile file;
  log::set_redactor([](std::string_view line) { return std::string(line); });
  const auto thrown =
      walled(Context{}, []() -> Result<int> { throw std::runtime_error("secret"); });
  REQUIRE_FALSE(thrown.ok());
  CHECK(thrown.error().code == Code::kInternal);
  CHECK(thrown.error().text().find("secret") == std::string::npos);
  CHECK(file.count("what=secret") == 1);
  CHECK(walled(Context{}, []() -> Result<int> { return 7; }).value() == 7);
}

TEST_CASE("wall: a step that throws keeps nobody from the next one") {
  const testing::LogFile file;
  int done = 0;
  attempt(Context{}, [] { throw std::runtime_error("bad"); });
  attempt(Context{}, [] { throw 7; });
  attempt(Context{}, [&done] { ++done; });
  CHECK(done == 1);
  CHECK(file.count("handler.exception") == 2);
}
