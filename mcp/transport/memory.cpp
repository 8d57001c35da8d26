#include "mcp/transport/memory.h"

#include <utility>

namespace pmx::mcp {

void MemoryTransport::push(std::string line) {
  const std::lock_guard lock(mutex_);
  input_.emplace_back(std::move(line));
  changed_.notify_all();
}

void MemoryTransport::push_oversized() {
  const std::lock_guard lock(mutex_);
  input_.emplace_back(std::nullopt);
  changed_.notify_all();
}

void MemoryTransport::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void MemoryTransport::hang_up() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
}

std::vector<std::string> MemoryTransport::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

bool MemoryTransport::wait_written(std::size_t count, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return written_.size() >= count; });
}

Result<std::optional<std::string>> MemoryTransport::read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || !input_.empty(); });
  if (input_.empty()) return std::optional<std::string>();
  auto line = std::move(input_.front());
  input_.pop_front();
  if (!line) return Error{Code::kResourceExhausted, "the message is too large", ""};
  return line;
}

Result<void> MemoryTransport::write_all(std::span<const Cleared> messages) {
  const std::lock_guard lock(mutex_);
  if (gone_) return Error{Code::kUnavailable, "the peer is gone", ""};
  for (const Cleared& message : messages) written_.emplace_back(message.bytes());
  changed_.notify_all();
  return {};
}

}  // namespace pmx::mcp
