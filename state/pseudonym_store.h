// The pseudonym map in SQLite: anonymize::Mapping for all processes of an installation. Real values
// are sealed under a key derived from the installation key and found again by a keyed hash, so that
// the file alone reveals nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "anonymize/mapping.h"
#include "base/clock.h"
#include "state/database.h"

namespace pmx::state {

/// How many pseudonyms of a kind were issued.
struct KindCount {
  anonymize::Kind kind{};
  std::int64_t count = 0;
};

/// What a rotation did last.
struct Rotation {
  std::int64_t epoch = 0;    ///< the current one; 0: there was none yet, and the times say nothing
  SystemTime began;          ///< of the epoch
  SystemTime earlier_until;  ///< how long pseudonyms of the epochs before are taken back
};

class PseudonymStore final : public anonymize::Mapping {
 public:
  /// Both outlive the store. The clock says which epochs are over.
  explicit PseudonymStore(Database& database, Clock& clock = system_clock());

  Result<std::vector<anonymize::MapRow>> load(std::int64_t after) override;
  Result<std::int64_t> version() override;
  Result<anonymize::Epoch> epoch() override;
  Result<std::vector<anonymize::MapRow>> claim(std::span<const anonymize::MapRow> wanted) override;
  /// In the current epoch, of every kind that has any, in the order of their numbers. Opens no
  /// sealed value.
  Result<std::vector<KindCount>> counts();

  /// Begins the next epoch, in one transaction: all processes write new pseudonyms from its commit
  /// on. Those of earlier epochs are taken back for `grace` from now, and no longer than an earlier
  /// rotation said.
  Result<Rotation> rotate(std::chrono::milliseconds grace);

  /// The latest rotation.
  Result<Rotation> rotation();

 private:
  [[nodiscard]] Secret lookup_key(const anonymize::Epoch& epoch) const;

  Database& database_;
  Clock& clock_;
  Secret seal_key_;
  std::atomic<std::int64_t> added_ = 0;  ///< rows and epochs, by this store
};

}  // namespace pmx::state
