// The simulated cluster as one address of it, in process and on a fake clock: what its faults do to
// an answer on a real wire happens here as well, and every request that arrived is kept as witness.
#pragma once

#include <string>
#include <vector>

#include "base/percent.h"
#include "proxmox/http.h"
#include "sim/cluster.h"

namespace pmx::proxmox {

/// A request that reached the cluster.
struct Arrival {
  std::string method;
  std::string path;
};

class SimRoute final : public Route {
 public:
  /// Asks the node at `place`. All outlive it.
  SimRoute(sim::Cluster& cluster, Clock& clock, std::size_t place, std::vector<Arrival>& witness)
      : cluster_(cluster),
        clock_(clock),
        place_(place),
        witness_(witness),
        trusted_(cluster.certificate(place)) {}

  Result<HttpResponse> deliver(const Context& ctx, const HttpRequest& request,
                               Stage& stage) override {
    if (auto connected = connect(stage); !connected.ok()) return connected.error();
    stage = Stage::kSent;
    witness_.push_back({request.method, request.path});
    const sim::Response response = cluster_.handle(simulated(request));
    PMX_TRY_VOID(wait(ctx, response));
    if (response.drop || response.truncate_after) {
      return Error{Code::kUnavailable, "the answer was cut off", ""};
    }
    return HttpResponse{response.status, response.reason, response.body};
  }

  Result<void> reach(const Context&) override {
    Stage stage = Stage::kWaiting;
    return connect(stage);
  }

  /// Whether nobody listens at this address.
  bool silent = false;

 private:
  static constexpr std::chrono::seconds kConnectTimeout{3};
  static constexpr std::chrono::seconds kReadTimeout{60};

  Result<void> connect(Stage& stage) {
    if (silent) {
      stage = Stage::kConnecting;
      clock_.wait({}, kConnectTimeout);
      return Error{Code::kUnavailable, "cannot connect", ""};
    }
    if (cluster_.certificate(place_) == trusted_) return {};
    stage = Stage::kUntrusted;
    return Error{Code::kUnavailable, "the certificate is not the pinned one", ""};
  }

  [[nodiscard]] sim::Request simulated(const HttpRequest& request) const {
    sim::Request out;
    out.method = request.method;
    out.path = request.path;
    out.node = place_;
    const bool form = request.method == "POST" || request.method == "PUT";
    std::string& params = form ? out.body : out.query;
    for (const auto& [key, value] : request.params) {
      params += (params.empty() ? "" : "&") + percent_encode(key) + "=" + percent_encode(value);
    }
    if (form) out.headers["content-type"] = "application/x-www-form-urlencoded";
    for (const auto& [name, value] : request.headers) {
      std::string lower = name;
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      out.headers[lower] = value;
    }
    return out;
  }

  /// Lets the time of the answer pass, or that of the call.
  Result<void> wait(const Context& ctx, const sim::Response& response) {
    auto length = response.delay + response.hold;
    if (response.bytes_per_second) {
      length += std::chrono::seconds(response.body.size() / *response.bytes_per_second);
    }
    SteadyTime end = clock_.steady() + kReadTimeout;
    if (ctx.deadline) end = std::min(end, *ctx.deadline);
    const bool late = clock_.steady() + length >= end;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock_.steady());
    clock_.wait(ctx.stop, late ? left : length);
    if (!late) return {};
    return Error{Code::kDeadlineExceeded, "no answer in time", ""};
  }

  sim::Cluster& cluster_;
  Clock& clock_;
  const std::size_t place_;
  std::vector<Arrival>& witness_;
  const sim::ShownCertificate trusted_;
};

}  // namespace pmx::proxmox
