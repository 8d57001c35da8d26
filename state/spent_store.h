// What works once in all processes of the installation: nonces that were spent, each kept until
// what it belongs to has expired anyway. Thread-safe.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "state/database.h"

namespace pmx::state {

class SpentStore {
 public:
  /// `database` and `clock` outlive the store.
  SpentStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  /// True for the first process that spends it; survives a power cut when this returns.
  Result<bool> spend(std::string_view nonce, SystemTime expiry);

 private:
  Database& database_;
  Clock& clock_;
};

}  // namespace pmx::state
