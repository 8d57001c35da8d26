// The subcommands. Each returns the exit code: 0 done, 1 done but something is wrong (doctor) or
// nothing was found (reveal), an Error = could not run (2).
#pragma once

#include "app/cli.h"

namespace pmx::app {

/// MCP over stdio until standard input ends, or over HTTP until SIGINT or SIGTERM.
Result<int> serve_command(const CommandLine& line);

/// The simulator until SIGINT or SIGTERM.
Result<int> sim_command(const SimArguments& arguments);

/// Turns a switch of the simulator that wrote `arguments.ready_file`.
Result<int> sim_ctl_command(const SimArguments& arguments);

Result<int> config_check_command(const CommandLine& line);
Result<int> doctor_command(const CommandLine& line);

/// Shows a server's certificate, and pins it after a yes; 1 when there was none.
Result<int> trust_command(const CommandLine& line);
Result<int> anonymize_command(const CommandLine& line);
Result<int> deanonymize_command(const CommandLine& line);
Result<int> reveal_command(const CommandLine& line);
Result<int> client_config_command(const CommandLine& line);

/// Shows, lists and changes the bearer tokens.
Result<int> token_command(const CommandLine& line);

/// Look at the pseudonym map, begin another epoch in it, or forget it together with the key.
Result<int> privacy_stats_command(const CommandLine& line);
Result<int> privacy_rules_command(const CommandLine& line);
Result<int> privacy_mappings_command(const CommandLine& line);
Result<int> privacy_rotate_command(const CommandLine& line);
Result<int> privacy_clear_command(const CommandLine& line);

/// Writes and reads backups of the state directory.
Result<int> state_backup_command(const CommandLine& line);
Result<int> state_restore_command(const CommandLine& line);

/// load_config, with an Error that says how to begin when no cluster is configured.
Result<Config> load_config_with_clusters(const CommandLine& line);

}  // namespace pmx::app
