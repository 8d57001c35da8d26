// Where a cluster's API lives: the configured URL taken apart and checked. Immutable value.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx::proxmox {

/// Where the API of one node is, and how to know it.
struct Address {
  std::string url;
  std::string fingerprint;  ///< empty = by the CA file or the system's CAs
};

/// The parts of a cluster URL that a connection needs.
struct Endpoint {
  bool tls = true;
  std::string host;  ///< name or address, an IPv6 address without brackets
  int port = 8006;

  /// "host:port" as a Host header and error texts show it.
  [[nodiscard]] std::string authority() const;
};

/// Reads "https://host[:port][/]"; also "/api2/json" as the path. http:// is accepted for loopback
/// hosts only, because it would send credentials in the clear. kInvalidArgument says what is wrong;
/// a URL with user information is never echoed.
Result<Endpoint> parse_endpoint(std::string_view url);

/// True for localhost, 127.0.0.0/8 and ::1.
bool is_loopback_host(std::string_view host);

}  // namespace pmx::proxmox
