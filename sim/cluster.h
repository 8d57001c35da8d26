// A simulated PVE cluster: answers REST requests as a real one does, from a seed. No sockets here:
// sim/server.h serves it over HTTP(S), `serve --demo` calls handle() in process. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"

namespace pmx::sim {

struct Options {
  int nodes = 3;
  int guests = 24;
  std::uint64_t seed = 7;
};

/// A request below /api2/json, as it came over the wire.
struct Request {
  std::string method;
  std::string path;   ///< "/nodes/x/status", still percent-encoded
  std::string query;  ///< without "?"
  std::string body;
  std::map<std::string, std::string> headers;  ///< lower-case names
};

/// An answer. The server sends it after `delay` (PVE delays every 401 by 3 s).
struct Response {
  int status = 200;
  std::string reason;
  std::string body;
  std::map<std::string, std::string> headers;
  std::chrono::milliseconds delay{0};
};

/// How to get in.
struct Access {
  std::string token;     ///< USER@REALM!ID=UUID
  std::string username;  ///< user@realm
  std::string password;
};

class Cluster {
 public:
  /// `clock` drives tasks and statistics and outlives the cluster.
  Cluster(const Options& options, Clock& clock);
  ~Cluster();

  Response handle(const Request& request);

  [[nodiscard]] const Access& access() const;

  /// Everything that privacy must hide, by kind:
  /// {"node":[...],"guest":[...],"ip":[...],"secret":[...],...}. The planted-secret tests grep for
  /// each value.
  [[nodiscard]] Json truth() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::sim
