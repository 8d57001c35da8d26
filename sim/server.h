// Serves a simulated cluster over HTTP or HTTPS (Boost.Beast: it can send PVE's reason phrases).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/cluster.h"

namespace pmx::sim {

/// Where to listen and how.
struct ServerOptions {
  std::string address = "127.0.0.1";
  /// Of the first node; each further one has the next port. 0 = any free ones.
  int port = 8006;
  bool tls = true;   ///< with a certificate generated at start
  double speed = 1;  ///< as the cluster's clock: an answer's delay is divided by it
  /// Whoever shows it as the header x-sim-control may POST a form of "switch" and
  /// "argument"s to kControlPath;
  /// empty = nobody.
  std::string control_secret;
  std::function<std::int64_t()> now;  ///< the cluster's clock, in seconds; empty = the real time
  /// Called after each answer with one line: "POST /nodes/x/qemu/101/status/start 200".
  std::function<void(const std::string& line)> on_request;
};

/// Where switches are turned: on every node's endpoint, and on one of its own.
inline constexpr std::string_view kControlPath = "/sim/control";

/// A listening server, one endpoint a node, with one thread of its own; destroying it ends all
/// connections.
class Server {
 public:
  /// Binds and accepts; the returned server answers until destroyed. `cluster` outlives it.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Cluster& cluster);
  ~Server();

  /// Of each node, in the cluster's order: "https://127.0.0.1:8006".
  [[nodiscard]] const std::vector<std::string>& urls() const;
  /// An endpoint on 127.0.0.1 without TLS that knows switches only: no fault can hide it.
  [[nodiscard]] const std::string& control_url() const;
  [[nodiscard]] const std::string& fingerprint()
      const;  ///< "AB:CD:..." SHA-256 of the certificate; empty without TLS

  class Impl;
  /// For start(): nobody else can make an Impl.
  explicit Server(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::sim
