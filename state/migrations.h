// The numbered steps from an empty file to the tables of this version, each in its own transaction.
// Safe when several processes start at once. PRAGMA user_version is the number of the last step.
#pragma once

#include "base/result.h"
#include "state/sqlite.h"

namespace pmx::state {

/// The schema version this program writes.
int schema_version();

/// kFailedPrecondition for a database that another program made; then it is left as it is.
Result<void> refuse_foreign(Db& db, const std::string& path);

/// Brings the database up to schema_version(). kFailedPrecondition when it is of a later version or
/// somebody else's database; then it is left as it is. `path` is for messages. The caller holds
/// db.lock() or is the only user.
Result<void> migrate(Db& db, const std::string& path);

}  // namespace pmx::state
