#include "mcp/server/request_table.h"

#include <vector>

#include "mcp/rpc/message.h"

namespace pmx::mcp {

std::optional<std::stop_token> RequestTable::open(const Json& id) {
  const std::lock_guard lock(mutex_);
  const auto [slot, fresh] = live_.try_emplace(id_key(id));
  if (!fresh) return std::nullopt;
  ++in_flight_;
  return slot->second.get_token();
}

void RequestTable::cancel(const Json& id) {
  std::stop_source source(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    const auto slot = live_.find(id_key(id));
    if (slot == live_.end()) return;
    source = slot->second;
  }
  source.request_stop();  // outside the lock: it runs the callbacks of whoever waits on the token
}

bool RequestTable::settle(const Json& id) {
  const std::lock_guard lock(mutex_);
  const auto slot = live_.find(id_key(id));
  if (slot == live_.end()) return false;
  const bool wanted = !slot->second.stop_requested();
  live_.erase(slot);
  return wanted;
}

void RequestTable::left() {
  const std::lock_guard lock(mutex_);
  if (--in_flight_ == 0) idle_.notify_all();
}

void RequestTable::stop_all() {
  std::vector<std::stop_source> sources;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, source] : live_) sources.push_back(source);
  }
  for (std::stop_source& source : sources) source.request_stop();
}

bool RequestTable::wait_idle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, patience, [this] { return in_flight_ == 0; });
}

}  // namespace pmx::mcp
