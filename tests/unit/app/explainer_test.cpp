#include "app/explainer.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

#include "base/files.h"
#include "tests/unit/temporary_directory.h"

namespace pmx::app {
namespace {

/// What `work` writes to standard error.
std::string told_by(const std::function<void()>& work) {
  const testing::TemporaryDirectory folder;
  const std::string file = folder.file("stderr");
  std::fflush(stderr);
  const int before = ::dup(STDERR_FILENO);
  REQUIRE(std::freopen(file.c_str(), "w", stderr) != nullptr);
  work();
  std::fflush(stderr);
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  const auto text = read_file(file);
  REQUIRE(text.ok());
  return text.value();
}

anonymize::Explanation one(std::size_t begin, std::size_t end) {
  return {{begin, end, "", "vm", "dictionary", "known name"}};
}

}  // namespace

TEST_CASE("explainer: places are counted in lines and characters, over pieces") {
  Explainer explainer("text");
  const std::string told = told_by([&] {
    explainer.tell("a\n\xC3\xBC vm-k3x9q2f is", one(5, 15));
    explainer.tell(" up, vm-k3x9q2f", one(5, 15));
  });
  CHECK(told ==
        "2:3      vm-k3x9q2f           vm       dictionary   known name\n"
        "2:21     vm-k3x9q2f           vm       dictionary   known name\n");
}

TEST_CASE("explainer: a row of JSON lines is told with its number and id") {
  Explainer explainer("json");
  const Json id = "case-7";
  const std::string told = told_by([&] {
    explainer.begin_row(3, &id);
    explainer.tell("vm-k3x9q2f", one(0, 10));
    explainer.begin_row(4, nullptr);
    explainer.tell("vm-k3x9q2f", one(0, 10));
  });
  const std::size_t end = told.find('\n');
  const auto first = parse_json(told.substr(0, end));
  REQUIRE(first.ok());
  const Json expected{{"row", 3},
                      {"id", "case-7"},
                      {"line", 1},
                      {"column", 1},
                      {"class", "vm"},
                      {"pseudonym", "vm-k3x9q2f"},
                      {"rule", "dictionary"},
                      {"reason", "known name"}};
  CHECK(first.value() == expected);
  const auto second = parse_json(told.substr(end + 1));
  REQUIRE(second.ok());
  CHECK(second.value()["row"] == 4);
  CHECK(second.value()["id"].is_null());
}

TEST_CASE("explainer: nothing is told when nobody asks, and what is long is cut") {
  const std::string text(200, 'A');
  CHECK(told_by([&] { Explainer("").tell(text, one(0, 200)); }).empty());
  const std::string told = told_by([&] { Explainer("text").tell(text, one(0, 200)); });
  CHECK(told.find(std::string(60, 'A') + "... ") != std::string::npos);
  CHECK(told.find(std::string(61, 'A')) == std::string::npos);
}

}  // namespace pmx::app
