#include <signal.h>

#include <charconv>
#include <cstdio>
#include <fstream>

#include "app/commands.h"
#include "base/files.h"
#include "sim/server.h"

namespace pmx::app {
namespace {

/// "127.0.0.1:8006" or "[::1]:0".
Result<sim::ServerOptions> parse_listen(const std::string& text) {
  sim::ServerOptions options;
  const std::size_t colon = text.rfind(':');
  const Error bad{Code::kInvalidArgument, "--listen needs ADDRESS:PORT",
                  "for example 127.0.0.1:8006"};
  if (colon == std::string::npos) return bad;
  options.address = text.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']')) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, options.port);
  if (error != std::errc() || stop != end || options.port < 0 || options.port > 65535) return bad;
  return options;
}

Json ready_object(const sim::Server& server, const sim::Access& access) {
  return Json{{"url", server.url()},
              {"fingerprint", server.fingerprint()},
              {"token", access.token},
              {"username", access.username},
              {"password", access.password}};
}

/// Blocks until the process is asked to end.
void wait_for_signal(const sigset_t& signals) {
  int signal = 0;
  while (::sigwait(&signals, &signal) != 0) {
  }
}

}  // namespace

Result<int> sim_command(const SimArguments& arguments) {
  PMX_TRY(sim::ServerOptions options, parse_listen(arguments.listen));
  options.tls = !arguments.http;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread, so that all inherit it
  std::ofstream access_log;
  if (!arguments.access_log.empty()) {
    access_log.open(arguments.access_log, std::ios::app);
    if (!access_log)
      return Error{Code::kInvalidArgument, "cannot write " + arguments.access_log, ""};
    options.on_request = [&access_log](const std::string& entry) {
      access_log << entry << std::endl;
    };
  }
  sim::Cluster cluster({arguments.nodes, arguments.guests, arguments.seed,
                        std::chrono::milliseconds(arguments.work_time)},
                       system_clock());
  PMX_TRY(const auto server, sim::Server::start(options, cluster));
  if (!arguments.truth_file.empty()) {
    PMX_TRY_VOID(write_private_file(arguments.truth_file, pretty_json(cluster.truth())));
  }
  const Json ready = ready_object(*server, cluster.access());
  if (!arguments.ready_file.empty()) {
    PMX_TRY_VOID(write_private_file(arguments.ready_file, dump_json(ready)));
  }
  std::fprintf(stderr, "Simulated cluster at %s\n%s\nStop it with Ctrl-C.\n", server->url().c_str(),
               pretty_json(ready).c_str());
  wait_for_signal(signals);
  return 0;
}

}  // namespace pmx::app
