// The PVE client at a large cluster: one call for the inventory, then the configuration of every
// guest. `bench_client URL FINGERPRINT`, the token on standard input; prints one JSON object.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "proxmox/connection.h"
#include "proxmox/guest_calls.h"

namespace pmx::proxmox {
namespace {

/// Counts the calls.
class Counting final : public Http {
 public:
  explicit Counting(Http& next) : next_(next) {}

  Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) override {
    ++calls;
    return next_.send(ctx, request);
  }

  std::atomic<int> calls{0};

 private:
  Http& next_;
};

double seconds_since(SteadyTime begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Result<Json> measure(const std::string& url, const std::string& fingerprint,
                     const std::string& token) {
  ConnectionOptions options;
  options.addresses = {{url, fingerprint}};
  PMX_TRY(const auto connection, Connection::make(options, system_clock()));
  Counting counting(*connection);
  PMX_TRY(auto credentials, ApiToken::parse(token));
  Client client(counting, std::move(credentials), system_clock());
  const SteadyTime begin = std::chrono::steady_clock::now();
  PMX_TRY(const Resources resources, client.resources({}));
  const double listed = seconds_since(begin);
  const int inventory_calls = counting.calls;
  std::size_t failed = 0;
  const SteadyTime swept = std::chrono::steady_clock::now();
  PMX_TRY_VOID(read_configs({}, client, resources.guests, options.politeness.per_node,
                            [&](const Guest&, const Result<Json>& config) {
                              if (!config.ok()) ++failed;
                            }));
  return Json{{"guests", resources.guests.size()},
              {"inventory_calls", inventory_calls},
              {"inventory_seconds", listed},
              {"config_calls", counting.calls - inventory_calls},
              {"config_seconds", seconds_since(swept)},
              {"connections", connection->opened()},
              {"failed", failed}};
}

}  // namespace
}  // namespace pmx::proxmox

int main(int argc, char** argv) {
  std::string token;
  std::getline(std::cin, token);
  if (argc != 3) return 2;
  const auto measured = pmx::proxmox::measure(argv[1], argv[2], token);
  if (!measured.ok()) {
    std::fprintf(stderr, "%s\n", measured.error().text().c_str());
    return 1;
  }
  std::printf("%s\n", pmx::dump_json(*measured).c_str());
  return 0;
}
