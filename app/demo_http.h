// The simulated cluster as an Http, in process: `serve --demo` opens no socket.
#pragma once

#include "base/clock.h"
#include "proxmox/http.h"
#include "sim/cluster.h"

namespace pmx::app {

class DemoHttp final : public proxmox::Http {
 public:
  /// Both outlive it.
  DemoHttp(sim::Cluster& cluster, Clock& clock) : cluster_(cluster), clock_(clock) {}

  Result<proxmox::HttpResponse> send(const Context& ctx,
                                     const proxmox::HttpRequest& request) override;

 private:
  sim::Cluster& cluster_;
  Clock& clock_;
};

}  // namespace pmx::app
