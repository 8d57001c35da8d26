#include "mcp/server/request_table.h"

#include <utility>
#include <vector>

#include "mcp/rpc/message.h"

namespace pmx::mcp {

std::variant<std::stop_token, RequestTable::Refusal> RequestTable::open(const Json& id,
                                                                        std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  std::string key = id_key(id);
  if (live_.contains(key)) return Refusal::kIdInUse;
  if (!live_.empty() && (bytes > max_bytes_ || bytes_ > max_bytes_ - bytes)) {
    return Refusal::kTooManyBytes;
  }
  const auto slot = live_.emplace(std::move(key), Live{{}, bytes}).first;
  bytes_ += bytes;
  ++in_flight_;
  return slot->second.source.get_token();
}

void RequestTable::cancel(const Json& id) {
  std::stop_source source(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    const auto slot = live_.find(id_key(id));
    if (slot == live_.end()) return;
    source = slot->second.source;
  }
  source.request_stop();  // outside the lock: it runs the callbacks of whoever waits on the token
}

bool RequestTable::settle(const Json& id) {
  const std::lock_guard lock(mutex_);
  const auto slot = live_.find(id_key(id));
  if (slot == live_.end()) return false;
  const bool wanted = !slot->second.source.stop_requested();
  bytes_ -= slot->second.bytes;
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
    for (const auto& [key, live] : live_) sources.push_back(live.source);
  }
  for (std::stop_source& source : sources) source.request_stop();
}

bool RequestTable::wait_idle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, patience, [this] { return in_flight_ == 0; });
}

}  // namespace pmx::mcp
