// Http over the network: HTTP/1.1 by cpp-httplib on our own TLS connections, kept alive and pooled.
// The certificate is checked in the handshake, always; deadline and stop of the context end a
// blocked call at once. Thread-safe; up to `pool_size` calls run at a time, others wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "proxmox/http.h"

namespace pmx::proxmox {

class HttplibHttp final : public Route {
 public:
  /// What to connect to and how far to go; times in milliseconds, sizes in bytes.
  struct Options {
    std::string url;          ///< "https://host:8006"; http:// for loopback hosts only
    std::string ca_file;      ///< PEM; empty = the system's CAs
    std::string fingerprint;  ///< SHA-256 of the server's certificate "AB:CD:..."; wins over CAs
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds read_timeout{60'000};  ///< PVE's own hops give up after 30 s
    std::size_t pool_size = 6;
    std::size_t max_body = std::size_t{64} << 20;  ///< of an answer, after decompression
  };

  /// Checks the options; kInvalidArgument names the wrong one. Connects nothing yet.
  static Result<std::unique_ptr<HttplibHttp>> make(const Options& options);

  ~HttplibHttp() override;
  Result<HttpResponse> deliver(const Context& ctx, const HttpRequest& request,
                               Stage& stage) override;
  Result<void> reach(const Context& ctx) override;

  /// Connections that were opened so far.
  [[nodiscard]] std::uint64_t connections() const;

 private:
  class Pool;

 public:
  /// For make().
  explicit HttplibHttp(std::unique_ptr<Pool> pool);

 private:
  std::unique_ptr<Pool> pool_;
};

}  // namespace pmx::proxmox
