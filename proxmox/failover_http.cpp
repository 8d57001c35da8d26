#include "proxmox/failover_http.h"

#include <algorithm>
#include <numeric>

#include "base/log.h"

namespace pmx::proxmox {
namespace {

constexpr int kRepeats = 2;
constexpr std::chrono::milliseconds kFirstPause{200};  // at most; twice as long before the next

/// The proxy of the node that was asked got no answer from the node that was meant, not for want of
/// a connection (595: that stays so for a while).
bool is_passing(int status) { return status == 596 || status == 597 || status == 599; }

/// Another node may do better, and nothing was done yet.
bool never_arrived(Stage stage) {
  return stage == Stage::kConnecting || stage == Stage::kUntrusted;
}

}  // namespace

FailoverHttp::FailoverHttp(std::vector<std::unique_ptr<Route>> routes, Clock& clock,
                           std::uint32_t seed)
    : clock_(clock), places_(routes.size()), dice_(seed) {
  for (std::size_t i = 0; i < routes.size(); ++i) places_[i].route = std::move(routes[i]);
}

Result<HttpResponse> FailoverHttp::send(const Context& ctx, const HttpRequest& request) {
  for (int round = 0;; ++round) {
    Round outcome = try_places(ctx, request);
    const bool again = outcome.repeatable && request.method == "GET" && round < kRepeats;
    if (!again || !pause(ctx, round)) return std::move(outcome.answer);
  }
}

/// Places that cannot be reached are passed over; the first error tells more than the last.
FailoverHttp::Round FailoverHttp::try_places(const Context& ctx, const HttpRequest& request) {
  std::optional<Error> first;
  const auto keep = [&first](const Error& error) {
    if (!first) first = error;
    return error.code == Code::kUnavailable;
  };
  for (const std::size_t index : order()) {
    Place& place = places_[index];
    if (const auto up = ready(ctx, place); !up.ok()) {
      if (keep(up.error())) continue;
      break;
    }
    Stage stage = Stage::kWaiting;
    auto answer = place.route->deliver(ctx, request, stage);
    if (answer.ok()) {
      const bool passing = is_passing(answer->status);
      const std::lock_guard lock(mutex_);
      preferred_ = index;
      return {std::move(answer), passing};
    }
    if (!never_arrived(stage)) {
      const bool broke = answer.error().code == Code::kUnavailable;
      const std::lock_guard lock(mutex_);
      if (broke) preferred_ = (index + 1) % places_.size();
      return {std::move(answer), broke};
    }
    note_down(place, answer.error());
    if (!keep(answer.error())) break;
  }
  return {*first, false};
}

std::vector<std::size_t> FailoverHttp::order() {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> out(places_.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  const auto rank = [this](std::size_t index) {
    const std::size_t distance = (index + places_.size() - preferred_) % places_.size();
    return places_[index].down ? std::pair<std::uint64_t, std::size_t>(places_[index].failed, 0)
                               : std::pair<std::uint64_t, std::size_t>(0, distance);
  };
  std::sort(out.begin(), out.end(),
            [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return out;
}

/// A probe that ended for its caller's own reasons, as by a short deadline, says nothing of the
/// place: of those that waited for it another probes then.
Result<void> FailoverHttp::ready(const Context& ctx, Place& place) {
  std::unique_lock lock(mutex_);
  if (!place.down) return {};
  const std::uint64_t before = place.failed;
  const auto over = [&place] { return !place.probed; };
  const bool free = ctx.deadline ? probe_over_.wait_until(lock, ctx.stop, *ctx.deadline, over)
                                 : probe_over_.wait(lock, ctx.stop, over);
  if (!free && ctx.stop.stop_requested()) {
    return Error{Code::kCancelled, "the call was cancelled before it was sent", ""};
  }
  if (!place.down) return {};
  if (!free || place.failed != before) return place.why;
  place.probed = true;
  lock.unlock();
  const auto reached = place.route->reach(ctx);
  lock.lock();
  place.probed = false;
  place.down = !reached.ok();
  if (place.down && reached.error().code == Code::kUnavailable) {
    place.failed = ++failures_;
    place.why = reached.error();
  }
  probe_over_.notify_all();
  return reached;
}

void FailoverHttp::note_down(Place& place, const Error& why) {
  if (why.code == Code::kCancelled) return;  // by its caller, whatever the place does
  const std::lock_guard lock(mutex_);
  if (!place.down) log::warn({}, "pve.endpoint_down", {{"why", why.message}});
  place.down = true;
  place.failed = ++failures_;
  place.why = why;
  if (why.code == Code::kDeadlineExceeded) place.why.code = Code::kUnavailable;  // to others
}

/// Draws from the whole length, so that callers that failed together do not come back together.
bool FailoverHttp::pause(const Context& ctx, int round) {
  std::chrono::milliseconds length = kFirstPause * (1 << round);
  {
    const std::lock_guard lock(mutex_);
    length = std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>(0, length.count())(dice_));
  }
  if (ctx.deadline && clock_.steady() + length >= *ctx.deadline) return false;
  return clock_.wait(ctx.stop, length);
}

}  // namespace pmx::proxmox
