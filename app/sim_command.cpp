#include <signal.h>

#include <charconv>
#include <cstdio>
#include <fstream>

#include "app/commands.h"
#include "base/crypto.h"
#include "base/files.h"
#include "proxmox/httplib_http.h"
#include "sim/server.h"
#include "sim/speed_clock.h"

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

constexpr std::size_t kSecretSize = 24;

/// What a client of the cluster and `sim ctl` need to know.
Json ready_object(const sim::Server& server, const sim::Cluster& cluster,
                  const std::string& control_secret) {
  const sim::Access& access = cluster.access();
  const std::vector<std::string> names = cluster.nodes();
  Json nodes = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) nodes[names[i]] = server.urls()[i];
  return Json{{"url", server.urls().front()},
              {"nodes", std::move(nodes)},
              {"fingerprint", server.fingerprint()},
              {"token", access.token},
              {"username", access.username},
              {"password", access.password},
              {"control", control_secret}};
}

sim::Options cluster_options(const SimArguments& arguments) {
  sim::Options options;
  options.nodes = arguments.nodes;
  options.guests = arguments.guests;
  options.seed = arguments.seed;
  options.work_time = std::chrono::milliseconds(arguments.work_time);
  options.pve = arguments.pve == "8.4" ? sim::PveVersion::k8 : sim::PveVersion::k9;
  options.scenario = arguments.scenario == "lab" ? sim::Scenario::kLab : sim::Scenario::kGenerated;
  return options;
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
  options.speed = arguments.speed;
  options.control_secret = crypto::hex(crypto::random_bytes(kSecretSize));
  sim::SpeedClock clock(system_clock(), arguments.speed);
  sim::Cluster cluster(cluster_options(arguments), clock);
  PMX_TRY(const auto server, sim::Server::start(options, cluster));
  if (!arguments.truth_file.empty()) {
    PMX_TRY_VOID(write_private_file(arguments.truth_file, pretty_json(cluster.truth())));
  }
  const Json ready = ready_object(*server, cluster, options.control_secret);
  if (!arguments.ready_file.empty()) {
    PMX_TRY_VOID(write_private_file(arguments.ready_file, dump_json(ready)));
  }
  std::fprintf(stderr, "Simulated cluster at %s\n%s\nStop it with Ctrl-C.\n",
               server->urls().front().c_str(), pretty_json(ready).c_str());
  wait_for_signal(signals);
  return 0;
}

Result<int> sim_ctl_command(const SimArguments& arguments) {
  PMX_TRY(const std::string text, read_file(arguments.ready_file));
  PMX_TRY(const Json ready, parse_json(text));
  proxmox::HttplibHttp::Options options;
  options.url = string_member(ready, "url");
  options.fingerprint = string_member(ready, "fingerprint");
  PMX_TRY(const auto http, proxmox::HttplibHttp::make(options));
  proxmox::HttpRequest request{"POST", std::string(sim::kControlPath), {}, {}};
  request.params.emplace_back("switch", arguments.action);
  for (const std::string& argument : arguments.arguments)
    request.params.emplace_back("argument", argument);
  request.headers.emplace_back("x-sim-control", std::string(string_member(ready, "control")));
  PMX_TRY(const auto answer, http->send(Context{}, request));
  if (answer.status == 200) return 0;
  const auto body = parse_json(answer.body);
  return Error{Code::kInvalidArgument, answer.reason,
               body.ok() ? std::string(string_member(*body, "advice")) : ""};
}

}  // namespace pmx::app
