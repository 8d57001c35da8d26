// The pseudonym map as the engine sees it: who stands for whom, shared by all processes of an
// installation.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "anonymize/kind.h"
#include "base/result.h"

namespace pmx::anonymize {

/// One pseudonym and what it stands for. `real` is the canonical spelling plus surface as first
/// seen.
struct MapRow {
  std::int64_t id = 0;  ///< order of issue; 0 before it is stored
  Kind kind{};
  std::string real;
  std::string pseudonym;
};

/// Persisted map. Implementations: MemoryMapping here, SQLite in state/. Thread-safe.
class Mapping {
 public:
  virtual ~Mapping() = default;

  /// Rows with id > `after`, in order of id. How a process learns what others issued.
  virtual Result<std::vector<MapRow>> load(std::int64_t after) = 0;

  /// A number that differs from the last one when rows may have come since, from any process; cheap
  /// (microseconds). It may differ without new rows, never the other way round.
  virtual Result<std::int64_t> version() = 0;

  /// Stores the wanted rows in one transaction and returns the row that now holds for each wanted
  /// `real`: the wanted one, or an earlier one (another process was first). A wanted pseudonym that
  /// already stands for another real value comes back with an empty pseudonym: ask again with the
  /// next candidate. The rows are durable when this returns; only then may bytes that use them
  /// leave.
  virtual Result<std::vector<MapRow>> claim(std::span<const MapRow> wanted) = 0;
};

/// Keeps the map in memory, for tests, `--demo` and one-shot use.
class MemoryMapping final : public Mapping {
 public:
  Result<std::vector<MapRow>> load(std::int64_t after) override;
  Result<std::int64_t> version() override;
  Result<std::vector<MapRow>> claim(std::span<const MapRow> wanted) override;

 private:
  std::mutex mutex_;
  std::vector<MapRow> rows_;  ///< id is index + 1
  std::unordered_map<std::string, std::size_t> by_real_;
  std::unordered_map<std::string, std::size_t> by_pseudonym_;
};

}  // namespace pmx::anonymize
