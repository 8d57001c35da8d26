// One cluster through several of its nodes: a call goes to the node that served the last one, and
// to the next when that cannot be reached. A node that is down costs one connection attempt of one
// call; the others wait for its outcome or go elsewhere. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "base/clock.h"
#include "proxmox/http.h"

namespace pmx::proxmox {

/// What was sent to one node may be sent to another only when the work cannot have been done, or
/// when doing it twice is no harm: a GET. Only these are repeated at all, after a pause that is
/// drawn at random, twice at most.
class FailoverHttp final : public Http {
 public:
  /// At least one route. `clock` outlives it; `seed` is that of the pauses.
  FailoverHttp(std::vector<std::unique_ptr<Route>> routes, Clock& clock, std::uint32_t seed);

  Result<HttpResponse> send(const Context& ctx, const HttpRequest& request) override;

 private:
  struct Place {
    std::unique_ptr<Route> route;
    bool down = false;
    bool probed = false;       ///< by one caller, for whom the others wait
    std::uint64_t failed = 0;  ///< when it went down, counted in failures
    Error why;
  };

  /// What one round over the places brought.
  struct Round {
    Result<HttpResponse> answer;
    bool repeatable = false;
  };

  Round try_places(const Context& ctx, const HttpRequest& request);
  /// The places in the order of their health.
  std::vector<std::size_t> order();
  /// True when the place may be used: it is up, or answers now.
  Result<void> ready(const Context& ctx, Place& place);
  void note_down(Place& place, const Error& why);
  bool pause(const Context& ctx, int round);

  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any probe_over_;
  std::vector<Place> places_;
  std::size_t preferred_ = 0;
  std::uint64_t failures_ = 0;
  std::minstd_rand dice_;
};

}  // namespace pmx::proxmox
