#include "app/serve_http.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "app/serving.h"
#include "app/tokens.h"
#include "base/log.h"
#include "mcp/http/endpoint.h"

namespace pmx::app {
namespace {

constexpr std::chrono::milliseconds kGrace{2000};  // for answers in flight at the end

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

/// "127.0.0.1:8585" or "[::1]:0" into address and port.
Result<void> read_listen(const std::string& text, mcp::HttpOptions& options) {
  const Error bad{Code::kInvalidArgument, "--http needs ADDRESS:PORT, is \"" + text + "\"",
                  "for example 127.0.0.1:8585"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad;
  options.address = text.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']')) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data() + colon + 1, end, options.port);
  if (failed != std::errc() || stop != end) return bad;
  return {};
}

Result<mcp::HttpOptions> http_options(const HttpConfig& config, const LimitsConfig& limits) {
  mcp::HttpOptions options;
  make_room(limits, options);
  PMX_TRY_VOID(read_listen(config.listen, options));
  if (!config.certificate.empty()) options.tls = mcp::HttpTls{config.certificate, config.key};
  if (!is_loopback(options.address) && !options.tls) {
    return Error{Code::kInvalidArgument,
                 "an address that others can reach needs TLS: " + config.listen,
                 "set http.certificate and http.key in the configuration file, or listen on "
                 "127.0.0.1 and let a proxy do it"};
  }
  return options;
}

/// Blocks SIGINT and SIGTERM in this thread and all that it starts.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

mcp::Authenticate authenticate_by(Tokens& tokens, Serving& serving) {
  return [&tokens, &serving](std::string_view given) -> std::optional<mcp::Caller> {
    const auto token = tokens.find(given);
    if (!token) return std::nullopt;
    return mcp::Caller{token->name, &serving.server(token->access)};
  };
}

}  // namespace

void make_room(const LimitsConfig& limits, mcp::HttpOptions& options) {
  constexpr std::size_t kOtherStreams = 768;
  constexpr std::size_t kOtherConnections = 256;
  const auto streams = static_cast<std::size_t>(limits.streams);
  options.max_streams = std::max(options.max_streams, streams + kOtherStreams);
  options.max_connections =
      std::max(options.max_connections, options.max_streams + kOtherConnections);
}

Result<int> serve_http(const Config& config, bool demo) {
  PMX_TRY(mcp::HttpOptions options, http_options(config.http, config.limits));
  const sigset_t signals = block_end_signals();
  PMX_TRY(const auto tokens, Tokens::open(config.state_dir, config.access, system_clock()));
  PMX_TRY(const auto serving, Serving::start(config, demo, {Access::kObserve, Access::kOperate}));
  mcp::Endpoint endpoint({.hosts = config.http.hosts, .origins = config.http.origins},
                         authenticate_by(*tokens, *serving), system_clock());
  PMX_TRY(const auto server,
          mcp::HttpServer::start(std::move(options),
                                 [&endpoint](const std::shared_ptr<mcp::HttpExchange>& exchange) {
                                   endpoint.handle(exchange);
                                 }));
  std::fprintf(stderr, "proxmox-mpc serves MCP at %s/mcp\nThe token: proxmox-mpc token show\n",
               server->url().c_str());
  int signal = 0;
  while (::sigwait(&signals, &signal) != 0) {
  }
  log::info(Context{}, "serve.end", {{"signal", std::to_string(signal)}});
  serving->events().close_all(nullptr);  // open subscriptions end with their result
  serving->events().settle(kGrace);
  endpoint.close();
  server->stop(kGrace);
  bool clean = serving->server(Access::kObserve).stop_tasks();
  clean = serving->server(Access::kOperate).stop_tasks() && clean;
  serving->flush_audit();
  // Every commit is on disk. Blocked handlers must not hold up the exit.
  if (!clean) ::_exit(0);
  return 0;
}

}  // namespace pmx::app
