#include "mcp/server/channel.h"

#include <utility>

#include "base/log.h"

namespace pmx::mcp {

void PipeChannel::send(std::optional<Cleared> message) {
  if (!message || closed_) return;
  const auto wrote = transport_.write(*message);
  if (!wrote.ok() && !closed_.exchange(true)) {
    log::warn(Context{}, "transport.lost", {{"why", wrote.error().message}});
  }
}

void PipeChannel::finish(std::optional<Cleared> answer, const RpcError* /*error*/) {
  send(std::move(answer));
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
