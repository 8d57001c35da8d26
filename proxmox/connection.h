// The way to a cluster, put together: its addresses, the order of their health, and consideration
// for its nodes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "proxmox/endpoint.h"
#include "proxmox/failover_http.h"
#include "proxmox/httplib_http.h"
#include "proxmox/polite_http.h"

namespace pmx::proxmox {

/// What a cluster is reached by.
struct ConnectionOptions {
  std::vector<Address> addresses;  ///< at least one; all of the same cluster
  std::string ca_file;             ///< for all addresses that are not pinned
  std::chrono::milliseconds timeout{60'000};
  Politeness politeness;
};

/// Thread-safe.
class Connection final : public Http {
 public:
  /// Checks the options; connects nothing yet. `clock` outlives it.
  static Result<std::unique_ptr<Connection>> make(const ConnectionOptions& options, Clock& clock);

  Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) override {
    return polite_.send(ctx, request);
  }

  /// Connections that were opened so far, to all addresses.
  [[nodiscard]] std::uint64_t opened() const;

  /// For make().
  Connection(std::vector<std::unique_ptr<HttplibHttp>> routes, Politeness politeness, Clock& clock);

 private:
  std::vector<const HttplibHttp*> routes_;  ///< of failover_
  FailoverHttp failover_;
  PoliteHttp polite_;
};

/// Whether the address can be connected to and is trusted, within three seconds; no request is
/// sent.
Result<void> reach(const Context& ctx, const Address& address, const std::string& ca_file);

}  // namespace pmx::proxmox
