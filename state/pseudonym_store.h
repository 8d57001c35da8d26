// The pseudonym map in SQLite: anonymize::Mapping for all processes of an installation. Real values
// are sealed under a key derived from the installation key and found again by a keyed hash, so that
// the file alone reveals nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "anonymize/mapping.h"
#include "state/database.h"

namespace pmx::state {

/// How many pseudonyms of a kind were issued.
struct KindCount {
  anonymize::Kind kind{};
  std::int64_t count = 0;
};

class PseudonymStore final : public anonymize::Mapping {
 public:
  explicit PseudonymStore(Database& database);

  Result<std::vector<anonymize::MapRow>> load(std::int64_t after) override;
  Result<std::int64_t> version() override;
  Result<std::vector<anonymize::MapRow>> claim(std::span<const anonymize::MapRow> wanted) override;
  /// Of every kind that has any, in the order of their numbers. Opens no sealed value.
  Result<std::vector<KindCount>> counts();

 private:
  Database& database_;
  Secret seal_key_;
  Secret lookup_key_;
  std::atomic<std::int64_t> added_ = 0;  ///< rows, by this store
};

}  // namespace pmx::state
