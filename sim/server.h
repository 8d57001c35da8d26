// Serves a simulated cluster over HTTP or HTTPS (Boost.Beast: it can send PVE's reason phrases).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// Where to listen and how.
struct ServerOptions {
  std::string address = "127.0.0.1";
  int port = 8006;  ///< 0 = any free one
  bool tls = true;  ///< with a certificate generated at start
  /// Called after each answer with one line: "POST /nodes/x/qemu/101/status/start 200".
  std::function<void(const std::string& line)> on_request;
};

/// A listening server with one thread of its own; destroying it ends all connections.
class Server {
 public:
  /// Binds and accepts; the returned server answers until destroyed. `cluster` outlives it.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Cluster& cluster);
  ~Server();

  [[nodiscard]] const std::string& url() const;  ///< "https://127.0.0.1:8006"
  [[nodiscard]] const std::string& fingerprint()
      const;  ///< "AB:CD:..." SHA-256 of the certificate; empty without TLS

  class Impl;
  /// For start(): nobody else can make an Impl.
  explicit Server(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::sim
