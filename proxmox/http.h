// The seam between the PVE client and the network: one request, one answer. Implementations:
// HttplibHttp (TLS, pooled connections), the in-process simulator of `serve --demo`, fakes in
// tests. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace pmx::proxmox {

/// Parameters in sending order; repeated keys are allowed. Values are plain text, encoded by the
/// transport.
using Params = std::vector<std::pair<std::string, std::string>>;

/// A request as the client means it; the transport adds encoding, Host and the /api2/json prefix.
struct HttpRequest {
  std::string method;  ///< GET, POST, PUT, DELETE
  std::string path;    ///< below /api2/json, segments percent-encoded: "/nodes/pve1/status"
  Params params;       ///< query of GET and DELETE, form body of POST and PUT
  Params headers;      ///< authentication and the like
};

/// An answer as it came. `reason` is PVE's only error text for 401 and 595.
struct HttpResponse {
  int status = 0;
  std::string reason;
  std::string body;
};

/// How far a request came that got no answer.
enum class Stage : std::uint8_t {
  kWaiting,     ///< no connection was tried
  kConnecting,  ///< no connection could be made
  kUntrusted,   ///< the server's certificate was refused
  kSent,        ///< a byte of it may have arrived: the work may have been done
};

/// Sends requests to one cluster. Thread-safe; a call blocks until its answer, deadline or stop.
class Http {
 public:
  virtual ~Http() = default;

  /// Sends once; never retries. Fails with kUnavailable (cannot connect, TLS not trusted, answer
  /// cut off), kDeadlineExceeded, kCancelled, kResourceExhausted (answer too large) or
  /// kInvalidArgument (control characters in path or headers); any HTTP status is an answer, not a
  /// failure.
  virtual Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) = 0;
};

/// One address of a cluster: an Http that also says how far a request came. Thread-safe.
class Route : public Http {
 public:
  Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) final {
    Stage stage = Stage::kWaiting;
    return deliver(ctx, request, stage);
  }

  /// send(); `stage` tells how far it came when that fails.
  virtual Result<HttpResponse> deliver(const Context& ctx, const HttpRequest& request,
                                       Stage& stage) = 0;

  /// Connects without sending a request, and keeps the connection for the next one.
  virtual Result<void> reach(const Context& ctx) = 0;
};

}  // namespace pmx::proxmox
