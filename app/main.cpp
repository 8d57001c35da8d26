// proxmox-mpc: entry point. Hardens the process, parses, runs one command, reports its error.
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include "app/cli.h"
#include "app/commands.h"
#include "app/console.h"

namespace pmx::app {
namespace {

constexpr int kCannotRun = 2;

/// Files private, no core dump that could hold keys; a vanished client and a file that may not grow
/// are error codes and not signals.
void harden() {
  ::umask(077);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

/// There is a thread for each kind of work, and few run at once: an arena each would keep some 3 MB
/// of freed memory from the others.
void share_arenas() {
#ifdef __GLIBC__
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  ::mallopt(M_ARENA_MAX, static_cast<int>(2 * cores));
#endif
}

Result<int> run(const CommandLine& line) {
  switch (line.command) {
    case CommandLine::Command::kServe: return serve_command(line);
    case CommandLine::Command::kSim: return sim_command(line.sim);
    case CommandLine::Command::kSimCtl: return sim_ctl_command(line.sim);
    case CommandLine::Command::kConfigCheck: return config_check_command(line);
    case CommandLine::Command::kDoctor: return doctor_command(line);
    case CommandLine::Command::kTrust: return trust_command(line);
    case CommandLine::Command::kAnonymize: return anonymize_command(line);
    case CommandLine::Command::kDeanonymize: return deanonymize_command(line);
    case CommandLine::Command::kReveal: return reveal_command(line);
    case CommandLine::Command::kClientConfig: return client_config_command(line);
    case CommandLine::Command::kToken: return token_command(line);
    case CommandLine::Command::kPrivacyStats: return privacy_stats_command(line);
    case CommandLine::Command::kPrivacyRules: return privacy_rules_command(line);
    case CommandLine::Command::kPrivacyMappings: return privacy_mappings_command(line);
    case CommandLine::Command::kPrivacyRotate: return privacy_rotate_command(line);
    case CommandLine::Command::kPrivacyClear: return privacy_clear_command(line);
    case CommandLine::Command::kStateBackup: return state_backup_command(line);
    case CommandLine::Command::kStateRestore: return state_restore_command(line);
  }
  return kCannotRun;
}

int main_inside(int argc, char** argv) {
  harden();
  share_arenas();
  int exit_code = 0;
  const auto line = parse_command_line(argc, argv, exit_code);
  if (!line) return exit_code;
  auto result = run(*line);
  if (result.ok()) {
    const auto written = finish_output();
    if (written.ok()) return *result;
    result = written.error();
  }
  const Error& error = result.error();
  std::fprintf(stderr, "proxmox-mpc: %s\n", error.message.c_str());
  if (!error.advice.empty()) std::fprintf(stderr, "  %s\n", error.advice.c_str());
  return kCannotRun;
}

}  // namespace
}  // namespace pmx::app

int main(int argc, char** argv) {
  try {
    return pmx::app::main_inside(argc, argv);
  } catch (const std::exception& e) {  // the last wall
    std::fprintf(stderr, "proxmox-mpc: internal error: %s\n", e.what());
    return pmx::app::kCannotRun;
  }
}
