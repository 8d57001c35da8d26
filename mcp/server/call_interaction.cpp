#include "mcp/server/call_interaction.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "mcp/server/task_wire.h"

namespace pmx::mcp {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::size_t kLogsPerMinute = 600;
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

CallInteraction::CallInteraction(const Core& core, Channel& channel, const Call& call)
    : core_(core), channel_(channel), call_(call) {}

void CallInteraction::report(double done, double total, std::string_view message) {
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

void CallInteraction::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (call_.ctx.stop.stop_requested()) return;
  say_left_out();
  if (!held_back_) return;
  send(*held_back_);
  held_back_.reset();
}

void CallInteraction::send(const Report& report) {
  Json params{{"progress", plain_number(report.done)}};
  if (report.total > 0) params["total"] = plain_number(report.total);
  if (!report.message.empty() && features_of(call_.version).annotations) {
    params["message"] = report.message;
  }
  Outbound message;
  message.form = Outbound::Form::kNotification;
  message.method = "notifications/progress";
  message.verbatim = {{"progressToken", *call_.progress_token}};
  message.payload = std::move(params);
  channel_.send(core_.gate.clear(call_.ctx, std::move(message)));
}

void CallInteraction::log(LogLevel level, std::string_view logger, const Json& data) {
  if (!call_.log_level || level < *call_.log_level) return;
  const std::lock_guard lock(mutex_);
  if (finished_ || call_.ctx.stop.stop_requested()) return;
  if (logs_.take(kLogsPerMinute, core_.clock.steady()).count() > 0) {
    ++logs_left_out_;
    return;
  }
  say_left_out();
  send_log(level, logger, data);
}

void CallInteraction::say_left_out() {
  if (logs_left_out_ == 0) return;
  if (!call_.log_level || LogLevel::kWarning < *call_.log_level) return;  // it wants no warnings
  const std::string count = std::to_string(std::exchange(logs_left_out_, 0));
  send_log(LogLevel::kWarning, "", "log messages left out, there were too many: " + count);
}

void CallInteraction::send_log(LogLevel level, std::string_view logger, const Json& data) {
  Outbound message;
  message.form = Outbound::Form::kNotification;
  message.method = "notifications/message";
  message.payload = {{"level", log_level_name(level)}, {"data", data}};
  if (!logger.empty()) message.payload["logger"] = logger;
  channel_.send(core_.gate.clear(call_.ctx, std::move(message)));
}

const Json* CallInteraction::answer(std::string_view key) const {
  const auto slot = call_.answers.find(key);
  return slot == call_.answers.end() || !slot->second.is_object() ? nullptr : &slot->second;
}

bool CallInteraction::client_can(std::string_view capability) const {
  return mcp::client_can(call_, capability);
}

bool CallInteraction::may_defer() const { return task_wish(call_) != TaskWish::kNone; }

Result<std::optional<Json>> CallInteraction::elicited(std::string_view key, const Json& schema) {
  return accepted_content(core_, call_.ctx, answer(key), schema);
}

Result<std::optional<Json>> accepted_content(const Core& core, const Context& ctx,
                                             const Json* given, const Json& schema) {
  if (given == nullptr) return std::optional<Json>();
  const std::string_view action = string_member(*given, "action");
  if (action == "decline" || action == "cancel") {
    return Error{Code::kCancelled, "the user declined; nothing was done", ""};
  }
  const Json* content = find_member(*given, "content");
  if (action != "accept" || content == nullptr) return std::optional<Json>();
  PMX_TRY(const Validator validator, Validator::compile(schema));
  if (!validator.validate(*content).empty()) return std::optional<Json>();  // ask again
  PMX_TRY(Json real, core.gate.admit(ctx, schema, *content));
  return std::optional(std::move(real));
}

}  // namespace pmx::mcp
