// `state`: backups of the state directory. For the operator: a backup can undo the privacy.
#include <cstdio>

#include "app/commands.h"
#include "app/tokens.h"
#include "state/backup.h"
#include "state/database.h"

namespace pmx::app {
namespace {

/// What stands beside database and key in a state directory.
const std::string kBeside[] = {Tokens::kFileName};

}  // namespace

Result<int> state_backup_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  PMX_TRY(const auto database, state::Database::open(config.state_dir));
  PMX_TRY_VOID(state::back_up(*database, config.state_dir, kBeside, line.file));
  std::fprintf(stderr,
               "%s holds the state of %s, the key and the bearer tokens included.\n"
               "Whoever can read it can undo the privacy: keep it as you keep a password.\n",
               line.file.c_str(), config.state_dir.c_str());
  return 0;
}

Result<int> state_restore_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  PMX_TRY_VOID(state::restore_backup(line.file, config.state_dir, kBeside));
  // Opening it shows that the key fits, before anybody relies on it.
  PMX_TRY_VOID(state::Database::open(config.state_dir));
  std::fprintf(stderr, "%s is what it was at the backup.\n", config.state_dir.c_str());
  return 0;
}

}  // namespace pmx::app
