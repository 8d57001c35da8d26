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
  std::int64_t epoch = 0;  ///< in which it was issued
};

/// Pseudonyms are issued in epochs, each under a subkey of its own. A rotation begins the next one.
struct Epoch {
  std::int64_t number = 0;  ///< of the current one, 0 before the first rotation
  std::string salt;         ///< what its subkey is derived with; empty in the first
  std::int64_t oldest = 0;  ///< pseudonyms of epochs before this are no longer taken back
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

  /// The epoch as it is now; what is no longer taken back follows the time. A map that knows no
  /// rotation stays in the first.
  virtual Result<Epoch> epoch() { return Epoch{}; }

  /// Stores the wanted rows, all of one epoch, in one transaction and returns the row that now
  /// holds for each wanted `real` in it: the wanted one, or an earlier one (another process was
  /// first). A wanted pseudonym that already stands for another real value, or did in an earlier
  /// epoch, comes back with an empty pseudonym: ask again with the next candidate. The rows are
  /// durable when this returns; only then may bytes that use them leave. An empty answer says that
  /// another epoch has begun: nothing was stored, and what was wanted must be derived anew.
  virtual Result<std::vector<MapRow>> claim(std::span<const MapRow> wanted) = 0;
};

/// Keeps the map in memory, for tests, `--demo` and one-shot use.
class MemoryMapping final : public Mapping {
 public:
  Result<std::vector<MapRow>> load(std::int64_t after) override;
  Result<std::int64_t> version() override;
  Result<Epoch> epoch() override;
  Result<std::vector<MapRow>> claim(std::span<const MapRow> wanted) override;

  /// Begins `epoch`; its number is higher than that of any before. Of the current one it changes
  /// what is taken back.
  void begin(Epoch epoch);

 private:
  std::mutex mutex_;
  Epoch epoch_;
  std::int64_t changes_ = 0;
  std::vector<MapRow> rows_;                              ///< id is index + 1
  std::unordered_map<std::string, std::size_t> by_real_;  ///< of the current epoch
  std::unordered_map<std::string, std::size_t> by_pseudonym_;
};

}  // namespace pmx::anonymize
