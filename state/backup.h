// Backup and restore of a state directory. A backup is one private file: a consistent copy of the
// database in which one more table, `backup`, holds the files beside it, the key among them, and a
// copy of each map below `maps/`. It can undo the privacy, as the state directory can.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace pmx::state {

class Database;

/// Writes the backup of `database`, which is open in `directory`, to the new file `file` (0600,
/// complete or not at all), with the key, those of `beside` (names in `directory`) that exist, and
/// the maps of keys that were brought along (`maps/<16 hex digits>/`).
/// Servers may run meanwhile. kAlreadyExists: a backup is never overwritten.
Result<void> back_up(Database& database, const std::string& directory,
                     std::span<const std::string> beside, const std::string& file);

/// Makes `directory` what it was at the backup, with those of `beside` and the maps that were in
/// it. Nothing is ever overwritten: a database, a key, a file of `beside` or one of these maps in
/// the directory is kFailedPrecondition. On any error nothing of the backup stays in the directory;
/// the database comes last, so that a directory with one is complete. kInvalidArgument when `file`
/// is no backup, kPermissionDenied when others can read it. The backup itself is not changed.
Result<void> restore_backup(const std::string& file, const std::string& directory,
                            std::span<const std::string> beside);

}  // namespace pmx::state
