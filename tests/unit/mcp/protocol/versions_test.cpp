#include "mcp/protocol/versions.h"

#include <doctest/doctest.h>

#include <string>

using namespace pmx::mcp;

TEST_CASE("versions: every one is known by its name, and in order of their dates") {
  std::string before;
  for (const Version version : kAllVersions) {
    const std::string name(version_name(version));
    CAPTURE(name);
    CHECK(name.size() == 10);
    CHECK(name > before);
    CHECK(parse_version(name) == version);
    before = name;
  }
}

TEST_CASE("versions: what only looks like one is none") {
  for (const char* name : {"", "2025", "2025-11-2", "2025-11-255", "2025-11-26", " 2025-11-25",
                           "2025-11-25 ", "2025/11/25", "latest"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(parse_version(name).has_value());
  }
  CHECK_FALSE(parse_version(std::string("2025-11-25\0", 11)).has_value());
}

TEST_CASE("versions: exactly the last is modern, and what is offered instead is the one before") {
  CHECK(kModern == kAllVersions.back());
  CHECK(kLatestLegacy == kAllVersions[kAllVersions.size() - 2]);
  for (const Version version : kAllVersions) {
    CHECK(features_of(version).modern == (version == kModern));
  }
}

TEST_CASE("versions: each knows what its specification brought, and what was taken away again") {
  struct Row {
    const char* what;
    bool Features::*feature;
    bool known[5];  ///< 2024-11, 2025-03, 2025-06, 2025-11, 2026-07
  };
  const Row rows[] = {
      {"annotations", &Features::annotations, {false, true, true, true, true}},
      {"batches", &Features::batches, {false, true, false, false, false}},
      {"structured content", &Features::structured_content, {false, false, true, true, true}},
      {"icons", &Features::icons, {false, false, false, true, true}},
      {"execution", &Features::execution, {false, false, false, true, false}},
      {"tasks", &Features::tasks, {false, false, false, true, true}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.what));
    for (std::size_t n = 0; n < kAllVersions.size(); ++n) {
      CHECK(features_of(kAllVersions[n]).*row.feature == row.known[n]);
    }
  }
}
