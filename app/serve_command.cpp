#include <unistd.h>

#include "app/commands.h"
#include "app/serve_http.h"
#include "app/serving.h"
#include "base/heap.h"
#include "base/log.h"
#include "mcp/transport/stdio.h"

namespace pmx::app {
namespace {

/// Serves the pipe until it ends. `output`: the real standard output.
Result<int> serve_pipe(const Config& config, bool demo, int output) {
  PMX_TRY(const auto serving, Serving::start(config, demo, {config.access}));
  mcp::StdioTransport transport(STDIN_FILENO, output);
  const bool clean = serving->server(config.access).serve(transport);
  log::info(Context{}, "serve.end", {{"clean", clean ? "yes" : "no"}});
  serving->flush_audit();
  // The client is gone and every commit is on disk. Blocked handlers must not hold up the exit.
  if (!clean) ::_exit(0);
  return 0;
}

/// Nothing to read for the demo: full access to a toy, quiet unless asked. Over HTTP it needs the
/// state directory, for the bearer tokens.
Result<Config> demo_config(const CommandLine& line) {
  const Overrides& overrides = line.overrides;
  Config config;
  if (!line.http.empty()) {
    PMX_TRY(config, load_local_config(overrides, process_environment()));
  }
  PMX_TRY(config.access, typed_access(overrides.access.empty() ? "operate" : overrides.access));
  PMX_TRY(config.log.level,
          typed_log_level(overrides.log_level.empty() ? "warn" : overrides.log_level));
  config.log.file = overrides.log_file;
  return config;
}

/// One process serves many callers there, and a client of 2026-07-28 has no session to speak of
/// (ADR 12): to promise that sessions cannot be joined would be untrue.
Error no_sessions_over_http() {
  return Error{Code::kFailedPrecondition,
               "privacy.mode is session, and over HTTP there is no session that pseudonyms could "
               "end with",
               "serve over standard input and output (one process, one session), or set "
               "privacy.mode to installation"};
}

}  // namespace

Result<Config> load_config_with_clusters(const CommandLine& line) {
  PMX_TRY(Config config, load_config(line.overrides, process_environment()));
  if (!config.clusters.empty()) return config;
  const std::string file = default_config_file(process_environment());
  return Error{Code::kInvalidArgument, "no cluster is configured",
               "set PROXMOX_MPC_URL and PROXMOX_MPC_TOKEN, or " +
                   (file.empty() ? "name a configuration file with --config" : "write " + file) +
                   ", or try the simulated one: proxmox-mpc serve --demo"};
}

Result<int> serve_command(const CommandLine& line) {
  keep_freed_memory();
  PMX_TRY(const int output, mcp::take_stdout());
  PMX_TRY(Config config, line.demo ? demo_config(line) : load_config_with_clusters(line));
  PMX_TRY_VOID(log::init(config.log));
  if (!line.http.empty()) config.http.listen = line.http;
  if (config.http.listen.empty()) return serve_pipe(config, line.demo, output);
  if (!line.demo && config.privacy.mode == PrivacyMode::kSession) return no_sessions_over_http();
  return serve_http(config, line.demo);
}

}  // namespace pmx::app
