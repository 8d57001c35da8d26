#include "mcp/server/progress_reporter.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace pmx::mcp {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

/// The least visible step above `value`.
double just_above(double value) { return value + std::max(1.0, std::abs(value)) * 1e-6; }

/// 3 rather than 3.0.
Json plain_number(double value) {
  if (value == std::trunc(value) && std::abs(value) < kExactIntegers) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

}  // namespace

ProgressReporter::ProgressReporter(const Core& core, Connection& connection, const Call& call)
    : core_(core), connection_(connection), call_(call) {}

void ProgressReporter::report(double done, double total, std::string_view message) {
  if (!call_.progress_token || !std::isfinite(done) || !std::isfinite(total)) return;
  const std::lock_guard lock(mutex_);
  if (finished_ || call_.ctx.stop.stop_requested()) return;
  if (highest_ && done <= *highest_) done = just_above(*highest_);
  highest_ = done;
  held_back_ = Report{done, total, std::string(message)};
  const SteadyTime now = core_.clock.steady();
  if (last_sent_ && now - *last_sent_ < kInterval) return;
  last_sent_ = now;
  send(*held_back_);
  held_back_.reset();
}

void ProgressReporter::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (!held_back_ || call_.ctx.stop.stop_requested()) return;
  send(*held_back_);
  held_back_.reset();
}

void ProgressReporter::send(const Report& report) {
  Json params{{"progress", plain_number(report.done)}};
  if (report.total > 0) params["total"] = plain_number(report.total);
  if (!report.message.empty() && features_of(call_.version).annotations) {
    params["message"] = report.message;
  }
  Outbound message;
  message.form = Outbound::Form::kNotification;
  message.method = "notifications/progress";
  message.progress_token = call_.progress_token;
  message.payload = std::move(params);
  connection_.send(core_.gate.clear(call_.ctx, message));
}

}  // namespace pmx::mcp
