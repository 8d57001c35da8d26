#include "mcp/server/channel.h"

#include <utility>

#include "base/executor.h"
#include "base/log.h"

namespace pmx::mcp {
namespace {

/// What answers may weigh together that wait for others.
constexpr std::size_t kMaxGathered = std::size_t{32} << 10;

}  // namespace

void PipeChannel::send(std::optional<Cleared> message) {
  if (message && !closed_) flush(std::move(message));
}

void PipeChannel::finish(std::optional<Cleared> answer, const RpcError* /*error*/) {
  if (answer && !closed_ && !gather(*answer)) flush(std::move(answer));
}

/// Lets `answer` wait for those of the next requests; false when it must leave now.
bool PipeChannel::gather(Cleared& answer) {
  if (executor_ == nullptr) return false;
  const std::lock_guard lock(mutex_);
  const std::size_t size = answer.bytes().size();
  if (waiting_bytes_ + size > kMaxGathered) return false;
  if (waiting_.empty() &&
      !executor_->when_quiet([self = shared_from_this()] { self->flush({}); })) {
    return false;
  }
  waiting_.push_back(std::move(answer));
  waiting_bytes_ += size;
  return true;
}

/// Writes what waits, and `last` after it.
void PipeChannel::flush(std::optional<Cleared> last) {
  struct Turn {
    PipeChannel& pipe;
    ~Turn() { pipe.end_turn(); }
  };
  const std::lock_guard in_order(order_);
  std::vector<Cleared> messages = take_turn();
  const Turn turn{*this};
  if (last) messages.push_back(*std::move(last));
  if (closed_ || messages.empty()) return;
  const auto wrote = transport_.write_all(messages);
  if (!wrote.ok() && !closed_.exchange(true)) {
    log::warn(Context{}, "transport.lost", {{"why", wrote.error().message}});
  }
}

std::vector<Cleared> PipeChannel::take_turn() {
  const std::lock_guard lock(mutex_);
  writing_ = true;
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {});
}

void PipeChannel::end_turn() {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  written_.notify_all();
}

bool PipeChannel::wait_written(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return written_.wait_for(lock, patience, [this] { return waiting_.empty() && !writing_; });
}

BatchChannel::BatchChannel(std::shared_ptr<Channel> to, std::size_t expected)
    : to_(std::move(to)), missing_(expected) {
  answers_.reserve(expected);
}

void BatchChannel::finish(std::optional<Cleared> answer, const RpcError* /*error*/) {
  std::vector<Cleared> complete;
  {
    const std::lock_guard lock(mutex_);
    if (answer) answers_.push_back(*std::move(answer));
    if (--missing_ > 0) return;
    complete = std::move(answers_);
  }
  to_->finish(complete.empty() ? std::nullopt : std::optional(Gate::join(complete)), nullptr);
}

}  // namespace pmx::mcp
