// Quotas: how much one principal may have of a server at a time, and how often it may ask, however
// many connections it opens. So one client, gone wrong or hostile, does not take what the others
// need. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace pmx::mcp {

/// Of one principal. The library's own are wide open; a product sets what fits it.
struct QuotaLimits {
  std::size_t requests = 100'000;                    ///< in flight
  std::size_t bytes = std::size_t{1} << 30;          ///< what their messages weigh together
  std::size_t streams = 100'000;                     ///< open subscriptions/listen
  std::size_t calls_per_minute = 100'000'000;        ///< tools/call
  std::size_t completions_per_minute = 100'000'000;  ///< completion/complete
};

/// Holds what may be done in a minute and fills up steadily. Not synchronised.
class Bucket {
 public:
  /// Takes one, and 0; from an empty one nothing, and how long until there is one again.
  std::chrono::milliseconds take(std::size_t per_minute, SteadyTime now);

 private:
  double spent_ = 0;
  SteadyTime last_{};
};

class Quotas {
 public:
  enum class Rate { kCalls, kCompletions };

  /// What was taken is given back when the last copy goes away.
  using Lease = std::shared_ptr<void>;

  Quotas(const QuotaLimits& limits, Clock& clock);

  /// Room for a request whose message has `bytes`; one alone is never too much. kResourceExhausted
  /// says what to wait for.
  Result<Lease> request(std::string_view principal, std::size_t bytes);

  /// Room for a stream of events.
  Result<Lease> stream(std::string_view principal);

  /// Counts one. kResourceExhausted says when to try again.
  Result<void> count(std::string_view principal, Rate rate);

 private:
  struct State;

  const QuotaLimits limits_;
  Clock& clock_;
  const std::shared_ptr<State> state_;  // shared with the leases, which may outlive the quotas
};

}  // namespace pmx::mcp
