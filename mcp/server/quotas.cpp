#include "mcp/server/quotas.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/log.h"

namespace pmx::mcp {
namespace {

struct Amount {
  std::size_t requests = 0;
  std::size_t bytes = 0;
  std::size_t streams = 0;
};

struct Use {
  Amount taken;
  std::array<Bucket, 2> buckets;
  std::array<std::size_t, 2> refused{};  // since the last one that was let through
};

Error too_much(const std::string& what, const char* advice) {
  return Error{Code::kResourceExhausted, what, advice};
}

const char* what_is_counted(Quotas::Rate rate) {
  return rate == Quotas::Rate::kCalls ? "tool calls" : "completions";
}

std::string seconds_text(std::chrono::milliseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
}

}  // namespace

std::chrono::milliseconds Bucket::take(std::size_t per_minute, SteadyTime now) {
  const double per_milli = static_cast<double>(per_minute) / 60'000.0;
  const std::chrono::duration<double, std::milli> passed = now - last_;
  spent_ = std::max(0.0, spent_ - passed.count() * per_milli);
  last_ = now;
  constexpr double kRounding = 1e-6;
  const double over = spent_ + 1 - static_cast<double>(per_minute);
  if (over > kRounding) {
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::ceil(over / per_milli - kRounding)));
  }
  spent_ += 1;
  return {};
}

struct Quotas::State {
  std::mutex mutex;
  std::map<std::string, Use, std::less<>> uses;  // by principal; a handful

  Use& use_of(std::string_view principal) {
    const auto slot = uses.find(principal);
    return slot != uses.end() ? slot->second : uses[std::string(principal)];
  }

  /// `amount` is taken already, under the lock.
  static Lease lease(const std::shared_ptr<State>& state, std::string_view principal,
                     const Amount& amount) {
    return {nullptr, [state, who = std::string(principal), amount](void*) {
              const std::lock_guard lock(state->mutex);
              Amount& taken = state->use_of(who).taken;
              taken.requests -= amount.requests;
              taken.bytes -= amount.bytes;
              taken.streams -= amount.streams;
            }};
  }
};

Quotas::Quotas(const QuotaLimits& limits, Clock& clock)
    : limits_(limits), clock_(clock), state_(std::make_shared<State>()) {}

Result<Quotas::Lease> Quotas::request(std::string_view principal, std::size_t bytes) {
  const std::lock_guard lock(state_->mutex);
  Amount& taken = state_->use_of(principal).taken;
  if (taken.requests >= limits_.requests) {
    return too_much("there are " + std::to_string(taken.requests) +
                        " requests of this client that are not answered yet",
                    "wait for answers, then send this one again");
  }
  const bool fits = bytes <= limits_.bytes && taken.bytes <= limits_.bytes - bytes;
  if (taken.requests > 0 && !fits) {
    return too_much("the requests of this client that are not answered yet hold too many bytes",
                    "wait for answers, then send this one again");
  }
  ++taken.requests;
  taken.bytes += bytes;
  return State::lease(state_, principal, {1, bytes, 0});
}

Result<Quotas::Lease> Quotas::stream(std::string_view principal) {
  const std::lock_guard lock(state_->mutex);
  Amount& taken = state_->use_of(principal).taken;
  if (taken.streams >= limits_.streams) {
    return too_much("this client has " + std::to_string(taken.streams) + " open subscriptions",
                    "end one before opening another");
  }
  ++taken.streams;
  return State::lease(state_, principal, {0, 0, 1});
}

Result<void> Quotas::count(std::string_view principal, Rate rate) {
  const bool calls = rate == Rate::kCalls;
  const std::size_t most = calls ? limits_.calls_per_minute : limits_.completions_per_minute;
  const auto index = static_cast<std::size_t>(rate);
  std::chrono::milliseconds wait{};
  std::size_t refused = 0;
  {
    const std::lock_guard lock(state_->mutex);
    Use& use = state_->use_of(principal);
    wait = use.buckets[index].take(most, clock_.steady());
    refused = wait.count() == 0 ? std::exchange(use.refused[index], 0) : ++use.refused[index];
  }
  const char* what = what_is_counted(rate);
  if (wait.count() == 0) {
    if (refused == 0) return {};
    log::warn(Context{}, "quota.again",
              {{"principal", std::string(principal)}, {"refused", std::to_string(refused)}});
    return {};
  }
  if (refused == 1) {  // once, not for each
    log::warn(Context{}, "quota.refused", {{"principal", std::string(principal)}, {"what", what}});
  }
  return Error{Code::kResourceExhausted,
               std::string("too many ") + what + ": at most " + std::to_string(most) + " a minute",
               "try again in " + seconds_text(wait)};
}

}  // namespace pmx::mcp
