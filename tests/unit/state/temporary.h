// A private directory for one test, removed afterwards, and shorthands to open it.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "state/database.h"

namespace pmx::state::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_("/tmp/pmx-state-XXXXXX") {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

template <class T>
T need(Result<T> result) {
  if (!result.ok()) FAIL(result.error().text());
  return std::move(result).value();
}

inline void need(const Result<void>& result) {
  if (!result.ok()) FAIL(result.error().text());
}

inline std::unique_ptr<Database> open_at(const TemporaryDirectory& directory) {
  return need(Database::open(directory.path()));
}

inline std::unique_ptr<Database> in_memory() { return need(Database::open_in_memory()); }

}  // namespace pmx::state::testing
