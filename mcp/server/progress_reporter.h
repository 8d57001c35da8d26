// ProgressReporter: a handler's Progress on the wire, for one request. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/server/call.h"
#include "mcp/server/connection.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// Sends notifications/progress when the client gave a token: strictly increasing, at most ten a
/// second, the last one always, none after finish() or a cancellation.
class ProgressReporter final : public Progress {
 public:
  /// All references outlive the reporter.
  ProgressReporter(const Core& core, Connection& connection, const Call& call);

  void report(double done, double total, std::string_view message) override;

  /// Sends the report that the rate limit held back, if any. Call before the answer leaves.
  void finish();

 private:
  struct Report {
    double done = 0;
    double total = 0;
    std::string message;
  };

  void send(const Report& report);

  const Core& core_;
  Connection& connection_;
  const Call& call_;
  std::mutex mutex_;  // held while sending, so that reports leave in order
  std::optional<double> highest_;
  std::optional<Report> held_back_;
  std::optional<SteadyTime> last_sent_;
  bool finished_ = false;
};

}  // namespace pmx::mcp
