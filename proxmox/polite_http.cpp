#include "proxmox/polite_http.h"

#include <algorithm>
#include <cmath>

namespace pmx::proxmox {
namespace {

constexpr int kSilentCalls = 3;
constexpr std::chrono::seconds kFirstRest{10};
constexpr std::chrono::seconds kLongestRest{60};
constexpr std::chrono::seconds kPatience{5};  // with a call, before its end means silence

/// The node that a call is for; "" for the cluster as a whole.
std::string node_of(const std::string& path) {
  constexpr std::string_view kNodes = "/nodes/";
  if (!path.starts_with(kNodes)) return {};
  return path.substr(kNodes.size(), path.find('/', kNodes.size()) - kNodes.size());
}

/// What an answer, or its absence, says about the node. A call that was cut short by its own
/// deadline says nothing.
PoliteHttp::Sign sign_of(const Result<HttpResponse>& answer,
                         std::chrono::steady_clock::duration took) {
  using Sign = PoliteHttp::Sign;
  if (!answer.ok()) {
    const bool long_silent = answer.error().code == Code::kDeadlineExceeded && took >= kPatience;
    return long_silent ? Sign::kSilent : Sign::kNone;
  }
  switch (answer->status) {
    case 595: return Sign::kUnreachable;
    case 596:
    case 597:
    case 599: return Sign::kSilent;
    default: return Sign::kAnswered;
  }
}

Error not_sent(const Context& ctx, const std::string& why) {
  if (ctx.stop.stop_requested()) {
    return {Code::kCancelled, "the call was cancelled before it was sent", ""};
  }
  return {Code::kDeadlineExceeded, why, "nothing was sent; try again later"};
}

}  // namespace

PoliteHttp::PoliteHttp(Http& next, Politeness limits, Clock& clock)
    : next_(next),
      limits_(limits),
      clock_(clock),
      tokens_(limits.per_second),
      filled_(clock.steady()) {}

Result<HttpResponse> PoliteHttp::send(const Context& ctx, const HttpRequest& request) {
  const std::string name = node_of(request.path);
  std::unique_lock lock(mutex_);
  Node& node = nodes_[name];
  lock.unlock();
  PMX_TRY(const bool trial, enter(ctx, node, name));
  if (auto allowed = take_token(ctx); !allowed.ok()) {
    leave(node, Sign::kNone, trial);
    return allowed.error();
  }
  const SteadyTime begin = clock_.steady();
  auto answer = next_.send(ctx, request);
  leave(node, name.empty() ? Sign::kAnswered : sign_of(answer, clock_.steady() - begin), trial);
  return answer;
}

Result<bool> PoliteHttp::enter(const Context& ctx, Node& node, const std::string& name) {
  std::unique_lock lock(mutex_);
  const auto place = [&] { return node.in_flight < limits_.per_node; };
  const bool free = ctx.deadline ? freed_.wait_until(lock, ctx.stop, *ctx.deadline, place)
                                 : freed_.wait(lock, ctx.stop, place);
  if (!free) return not_sent(ctx, "the calls before this one took all its time");
  const bool trial = node.given_up_for.count() > 0;
  if (trial) {
    const auto left =
        std::chrono::ceil<std::chrono::seconds>(node.given_up_until - clock_.steady());
    if (left.count() > 0 || node.trying) {
      return Error{Code::kUnavailable,
                   "the node " + name + " did not answer when it was last asked; nothing was sent",
                   "it is asked again in " +
                       std::to_string(std::max<std::int64_t>(1, left.count())) +
                       " s; ask /cluster/status who is online"};
    }
    node.trying = true;
  }
  ++node.in_flight;
  return trial;
}

void PoliteHttp::leave(Node& node, Sign sign, bool trial) {
  const std::lock_guard lock(mutex_);
  --node.in_flight;
  if (trial) node.trying = false;
  const bool given_up = node.given_up_for.count() > 0;
  if (sign == Sign::kAnswered) {
    node.silent = 0;
    node.given_up_for = {};
  } else if (sign == Sign::kUnreachable ||
             (sign == Sign::kSilent && (given_up || ++node.silent >= kSilentCalls))) {
    give_up(node, clock_.steady());
  }
  freed_.notify_all();
}

/// Calls that were under way together count as one.
void PoliteHttp::give_up(Node& node, SteadyTime now) {
  if (now < node.given_up_until) return;
  const auto longer = node.given_up_for.count() > 0 ? node.given_up_for * 2 : kFirstRest;
  node.given_up_for = std::min(longer, kLongestRest);
  node.given_up_until = now + node.given_up_for;
}

/// A bucket that fills with `per_second` tokens a second and holds as many.
Result<void> PoliteHttp::take_token(const Context& ctx) {
  const double rate = limits_.per_second;
  std::chrono::milliseconds wait{0};
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    const std::chrono::duration<double> since = now - filled_;
    tokens_ = std::min(rate, tokens_ + since.count() * rate) - 1;
    filled_ = now;
    if (tokens_ < 0)
      wait = std::chrono::milliseconds(std::lround(std::ceil(-tokens_ / rate * 1000)));
  }
  const bool late = ctx.deadline && clock_.steady() + wait >= *ctx.deadline;
  if (wait.count() == 0) return {};
  if (!late && clock_.wait(ctx.stop, wait)) return {};
  const std::lock_guard lock(mutex_);
  tokens_ += 1;  // it goes to somebody else
  return not_sent(ctx, "more calls wait for the cluster than may be sent in a second");
}

}  // namespace pmx::proxmox
