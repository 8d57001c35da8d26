#include "proxmox/connection.h"

#include "base/crypto.h"

namespace pmx::proxmox {
namespace {

/// With several addresses, one that is silent is passed over sooner.
constexpr std::chrono::milliseconds kConnectOneOfSeveral{3'000};

HttplibHttp::Options options_of(const Address& address, const std::string& ca_file) {
  HttplibHttp::Options options;
  options.url = address.url;
  options.fingerprint = address.fingerprint;
  options.ca_file = ca_file;
  return options;
}

std::uint32_t random_seed() {
  std::uint32_t seed = 0;
  for (const char c : crypto::random_bytes(sizeof seed)) {
    seed = seed << 8U | static_cast<unsigned char>(c);
  }
  return seed;
}

std::vector<std::unique_ptr<Route>> as_routes(std::vector<std::unique_ptr<HttplibHttp>> from) {
  std::vector<std::unique_ptr<Route>> routes;
  for (auto& route : from) routes.push_back(std::move(route));
  return routes;
}

std::vector<const HttplibHttp*> looked_at(const std::vector<std::unique_ptr<HttplibHttp>>& from) {
  std::vector<const HttplibHttp*> routes;
  for (const auto& route : from) routes.push_back(route.get());
  return routes;
}

}  // namespace

Connection::Connection(std::vector<std::unique_ptr<HttplibHttp>> routes, Politeness politeness,
                       Clock& clock)
    : routes_(looked_at(routes)),
      failover_(as_routes(std::move(routes)), clock, random_seed()),
      polite_(failover_, politeness, clock) {}

Result<std::unique_ptr<Connection>> Connection::make(const ConnectionOptions& options,
                                                     Clock& clock) {
  if (options.addresses.empty()) return Error{Code::kInvalidArgument, "there is no address", ""};
  std::vector<std::unique_ptr<HttplibHttp>> routes;
  for (const Address& address : options.addresses) {
    HttplibHttp::Options one = options_of(address, options.ca_file);
    one.read_timeout = options.timeout;
    one.pool_size = options.politeness.per_node;
    if (options.addresses.size() > 1) one.connect_timeout = kConnectOneOfSeveral;
    PMX_TRY(auto route, HttplibHttp::make(one));
    routes.push_back(std::move(route));
  }
  return std::make_unique<Connection>(std::move(routes), options.politeness, clock);
}

Result<void> reach(const Context& ctx, const Address& address, const std::string& ca_file) {
  HttplibHttp::Options options = options_of(address, ca_file);
  options.connect_timeout = kConnectOneOfSeveral;
  PMX_TRY(const auto route, HttplibHttp::make(options));
  return route->reach(ctx);
}

std::uint64_t Connection::opened() const {
  std::uint64_t sum = 0;
  for (const HttplibHttp* route : routes_) sum += route->connections();
  return sum;
}

}  // namespace pmx::proxmox
