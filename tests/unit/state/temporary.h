// Databases of one test, and shorthands to open them.
#pragma once

#include <memory>

#include "state/database.h"
#include "tests/unit/temporary_directory.h"

namespace pmx::state::testing {

using pmx::testing::TemporaryDirectory;

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
