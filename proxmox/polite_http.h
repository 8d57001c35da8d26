// Consideration for the cluster: no more calls at once for one node, and no more in a second, than
// its few worker processes bear; and none for a node that just did not answer, because each costs
// the proxy half a minute. Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "proxmox/http.h"

namespace pmx::proxmox {

/// What one client allows itself.
struct Politeness {
  std::size_t per_node = 6;  ///< calls at once for one node; pveproxy has three workers
  int per_second = 400;      ///< calls; as many may come at once after a pause
};

/// Asks `next` for everything it lets through. The node is that of the path: /nodes/{node}/...; all
/// other calls count as one node more, which is never given up.
///
/// A node is given up after one 595 (it cannot be connected to) or three calls in a row without an
/// answer (596, 597, 599, or a deadline of five seconds or more). Calls for it then fail at once
/// with kUnavailable, until the time is over; then one may try. That time doubles from 10 s to a
/// minute while it goes on.
class PoliteHttp final : public Http {
 public:
  /// Both outlive it.
  PoliteHttp(Http& next, Politeness limits, Clock& clock);

  Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) override;

  /// What a call says about its node.
  enum class Sign : std::uint8_t { kNone, kAnswered, kSilent, kUnreachable };

 private:
  struct Node {
    std::size_t in_flight = 0;
    int silent = 0;  ///< calls without an answer, in a row
    bool trying = false;
    SteadyTime given_up_until{};
    std::chrono::seconds given_up_for{0};  ///< 0 = it is not
  };

  /// Takes one of the node's places. True: as the one trial of a node that was given up.
  Result<bool> enter(const Context& ctx, Node& node, const std::string& name);
  void leave(Node& node, Sign sign, bool trial);
  Result<void> take_token(const Context& ctx);
  static void give_up(Node& node, SteadyTime now);

  Http& next_;
  const Politeness limits_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::map<std::string, Node> nodes_;
  double tokens_;
  SteadyTime filled_;
};

}  // namespace pmx::proxmox
