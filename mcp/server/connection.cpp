#include "mcp/server/connection.h"

#include <utility>

#include "base/log.h"

namespace pmx::mcp {

void Connection::send(const std::optional<Cleared>& message) {
  if (!message || closed_) return;
  const auto wrote = transport_.write(*message);
  if (!wrote.ok() && !closed_.exchange(true)) {
    log::warn(Context{}, "transport.lost", {{"why", wrote.error().message}});
  }
}

Batch::Batch(std::shared_ptr<Connection> connection, std::size_t expected)
    : connection_(std::move(connection)), missing_(expected) {
  answers_.reserve(expected);
}

void Batch::add(std::optional<Cleared> answer) {
  std::vector<Cleared> complete;
  {
    const std::lock_guard lock(mutex_);
    if (answer) answers_.push_back(*std::move(answer));
    if (--missing_ > 0) return;
    complete = std::move(answers_);
  }
  if (!complete.empty()) connection_->send(Gate::join(complete));
}

}  // namespace pmx::mcp
