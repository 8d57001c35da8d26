// `state`: backups of the state directory. For the operator: a backup can undo the privacy.
#include <cstdio>

#include "app/commands.h"
#include "app/open_state.h"
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
  PMX_TRY(const auto database, open_state(config));
  PMX_TRY_VOID(state::back_up(*database, config.state_dir, kBeside, line.file));
  std::fprintf(stderr,
               "%s holds the state of %s, %s.\n"
               "Whoever can read it can undo the privacy: keep it as you keep a password.\n",
               line.file.c_str(), config.state_dir.c_str(),
               database->brought_key()
                   ? "the maps of key files and the bearer tokens included, but no key: that is "
                     "where privacy.key says"
                   : "the key, the maps of key files and the bearer tokens included");
  return 0;
}

Result<int> state_restore_command(const CommandLine& line) {
  PMX_TRY(const Config config, load_local_config(line.overrides, process_environment()));
  PMX_TRY_VOID(state::restore_backup(line.file, config.state_dir, kBeside));
  // Opening it shows that the key fits, before anybody relies on it.
  PMX_TRY_VOID(open_state(config));
  std::fprintf(stderr, "%s is what it was at the backup.\n", config.state_dir.c_str());
  return 0;
}

}  // namespace pmx::app
