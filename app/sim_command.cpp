#include <signal.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>

#include "app/commands.h"
#include "base/crypto.h"
#include "base/files.h"
#include "proxmox/httplib_http.h"
#include "sim/scenario.h"
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

/// One cluster, served.
struct Served {
  std::string title;
  std::unique_ptr<sim::Cluster> cluster;
  std::unique_ptr<sim::Server> server;
};

/// What a client of the cluster and `sim ctl` need to know.
Json ready_object(const Served& served, const std::string& control_secret) {
  const sim::Access& access = served.cluster->access();
  const std::vector<std::string> names = served.cluster->nodes();
  Json nodes = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) nodes[names[i]] = served.server->urls()[i];
  return Json{{"url", served.server->urls().front()},
              {"nodes", std::move(nodes)},
              {"fingerprint", served.server->fingerprint()},
              {"token", access.token},
              {"username", access.username},
              {"password", access.password},
              {"control", control_secret},
              {"control_url", served.server->control_url()}};
}

/// The first cluster's members, and all of them when there are several.
template <class Part>
Json with_all(const std::vector<Served>& all, const Part& part) {
  Json out = part(all.front());
  if (all.size() == 1) return out;
  Json clusters = Json::array();
  for (const Served& one : all) clusters.push_back(part(one));
  out["clusters"] = std::move(clusters);
  return out;
}

/// What the command line says wins; copies of a scenario differ by their seeds.
sim::Options cluster_options(const SimArguments& arguments, sim::Options options,
                             std::uint64_t copy) {
  if (arguments.nodes) options.nodes = *arguments.nodes;
  if (arguments.guests) options.guests = *arguments.guests;
  if (arguments.seed) options.seed = *arguments.seed;
  if (arguments.pve)
    options.pve = *arguments.pve == "8.4" ? sim::PveVersion::k8 : sim::PveVersion::k9;
  options.seed += copy;
  options.work_time = std::chrono::milliseconds(arguments.work_time);
  return options;
}

/// Makes every cluster and serves it, each behind the ports of the one before.
Result<std::vector<Served>> serve_clusters(const SimArguments& arguments,
                                           sim::ServerOptions options, Clock& clock) {
  std::vector<std::string> names = arguments.scenarios;
  if (names.empty()) names.emplace_back("generated");
  const std::size_t count = std::max(names.size(), static_cast<std::size_t>(arguments.clusters));
  const auto log = options.on_request;
  std::vector<Served> out;
  for (std::size_t i = 0; i < count; ++i) {
    PMX_TRY(const sim::Plan plan, sim::load_scenario(names[i % names.size()]));
    Served& served = out.emplace_back();
    served.title = plan.title;
    served.cluster = std::make_unique<sim::Cluster>(
        cluster_options(arguments, plan.options, i / names.size()), clock);
    PMX_TRY_VOID(served.cluster->schedule(plan.events));
    if (log && count > 1)
      options.on_request = [log, i](const std::string& entry) {
        log(std::to_string(i + 1) + " " + entry);
      };
    PMX_TRY(served.server, sim::Server::start(options, *served.cluster));
    if (options.port != 0) options.port += static_cast<int>(served.server->urls().size());
  }
  return out;
}

/// Blocks until the process is asked to end.
void wait_for_signal(const sigset_t& signals) {
  int signal = 0;
  while (::sigwait(&signals, &signal) != 0) {
  }
}

/// The entry of the ready file that belongs to cluster `number`.
Result<Json> ready_cluster(const Json& ready, int number) {
  const Json* clusters = find_member(ready, "clusters");
  if (clusters == nullptr && number == 1) return ready;
  if (clusters != nullptr && static_cast<std::size_t>(number) <= clusters->size())
    return (*clusters)[static_cast<std::size_t>(number - 1)];
  return Error{Code::kInvalidArgument, "there is no cluster " + std::to_string(number),
               "the ready file lists them"};
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
  std::mutex log_mutex;
  if (!arguments.access_log.empty()) {
    access_log.open(arguments.access_log, std::ios::app);
    if (!access_log)
      return Error{Code::kInvalidArgument, "cannot write " + arguments.access_log, ""};
    options.on_request = [&access_log, &log_mutex](const std::string& entry) {
      const std::lock_guard<std::mutex> lock(log_mutex);
      access_log << entry << std::endl;
    };
  }
  options.speed = arguments.speed;
  options.control_secret = crypto::hex(crypto::random_bytes(kSecretSize));
  sim::SpeedClock clock(system_clock(), arguments.speed);
  options.now = [&clock] {
    return std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
  };
  PMX_TRY(const std::vector<Served> all, serve_clusters(arguments, options, clock));
  if (!arguments.truth_file.empty()) {
    const Json truth = with_all(all, [](const Served& one) { return one.cluster->truth(); });
    PMX_TRY_VOID(write_private_file(arguments.truth_file, pretty_json(truth)));
  }
  const Json ready =
      with_all(all, [&](const Served& one) { return ready_object(one, options.control_secret); });
  if (!arguments.ready_file.empty()) {
    PMX_TRY_VOID(write_private_file(arguments.ready_file, dump_json(ready)));
  }
  for (const Served& one : all)
    std::fprintf(stderr, "%s\nSimulated cluster at %s\n", one.title.c_str(),
                 one.server->urls().front().c_str());
  std::fprintf(stderr, "%s\nStop it with Ctrl-C.\n", pretty_json(ready).c_str());
  wait_for_signal(signals);
  return 0;
}

Result<int> sim_ctl_command(const SimArguments& arguments) {
  PMX_TRY(const std::string text, read_file(arguments.ready_file));
  PMX_TRY(const Json all, parse_json(text));
  PMX_TRY(const Json ready, ready_cluster(all, arguments.cluster));
  proxmox::HttplibHttp::Options options;
  options.url = string_member(ready, "control_url");
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
