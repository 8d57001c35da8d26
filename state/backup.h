// Backup and restore of a state directory. A backup is one private file: a consistent copy of the
// database in which one more table, `backup`, holds the files beside it, the key among them. It can
// undo the privacy, as the state directory can.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace pmx::state {

class Database;

/// Writes the backup of `database`, which is open in `directory`, to the new file `file` (0600,
/// complete or not at all), with the key and those of `beside` (names in `directory`) that exist.
/// Servers may run meanwhile. kAlreadyExists: a backup is never overwritten.
Result<void> back_up(Database& database, const std::string& directory,
                     std::span<const std::string> beside, const std::string& file);

/// Makes `directory` what it was at the backup, with those of `beside` that were in it. Nothing is
/// ever overwritten: a database, a key or a file of `beside` in the directory is
/// kFailedPrecondition. kInvalidArgument when `file` is no backup, kPermissionDenied when others
/// can read it. The backup itself is not changed.
Result<void> restore_backup(const std::string& file, const std::string& directory,
                            std::span<const std::string> beside);

}  // namespace pmx::state
