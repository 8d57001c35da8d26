// CallInteraction: a handler's Interaction on the wire, for one round of one request. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/server/call.h"
#include "mcp/server/channel.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

/// What Interaction::elicited() promises, for the client's answer `given` (nullptr = none).
Result<std::optional<Json>> accepted_content(const Core& core, const Context& ctx,
                                             const Json* given, const Json& schema);

class CallInteraction final : public Interaction {
 public:
  /// All references outlive the interaction.
  CallInteraction(const Core& core, Channel& channel, const Call& call);

  /// Sends notifications/progress when the client gave a token: strictly increasing, at most ten a
  /// second, the last one always, none after finish() or a cancellation.
  void report(double done, double total, std::string_view message) override;
  /// At most 600 at once, then ten a second; says how many were left out.
  void log(LogLevel level, std::string_view logger, const Json& data) override;
  [[nodiscard]] const Json* answer(std::string_view key) const override;
  [[nodiscard]] const Json& state() const override { return call_.state; }
  [[nodiscard]] bool client_can(std::string_view capability) const override;
  [[nodiscard]] bool may_defer() const override;
  void poll_later(std::chrono::milliseconds retry) override { channel_.poll_later(retry); }
  Result<std::optional<Json>> elicited(std::string_view key, const Json& schema) override;

  /// Sends the report that the rate limit held back, if any, and how many log messages it left out.
  /// Call before the answer leaves.
  void finish();

 private:
  struct Report {
    double done = 0;
    double total = 0;
    std::string message;
  };

  void send(const Report& report);
  void say_left_out();
  void send_log(LogLevel level, std::string_view logger, const Json& data);

  const Core& core_;
  Channel& channel_;
  const Call& call_;
  std::mutex mutex_;  // held while sending, so that messages leave in order
  std::optional<double> highest_;
  std::optional<Report> held_back_;
  std::optional<SteadyTime> last_sent_;
  Bucket logs_;
  std::size_t logs_left_out_ = 0;
  bool finished_ = false;
};

}  // namespace pmx::mcp
