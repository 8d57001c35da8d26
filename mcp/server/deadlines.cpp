#include "mcp/server/deadlines.h"

#include <vector>

#include "base/wall.h"

namespace pmx::mcp {

Deadlines::Ticket Deadlines::add(SteadyTime when, std::function<void()> then) {
  const std::lock_guard lock(mutex_);
  const Ticket ticket = ++last_;
  times_[ticket] = when;
  due_[{when, ticket}] = std::move(then);
  return ticket;
}

void Deadlines::drop(Ticket ticket) {
  std::function<void()> dropped;  // destroyed without the lock: it may hold much
  const std::lock_guard lock(mutex_);
  const auto time = times_.find(ticket);
  if (time == times_.end()) return;
  const auto slot = due_.find({time->second, ticket});
  dropped = std::move(slot->second);
  due_.erase(slot);
  times_.erase(time);
}

std::function<void()> Deadlines::take(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto slot = due_.find(key);
  if (slot == due_.end()) return {};
  auto then = std::move(slot->second);
  times_.erase(key.second);
  due_.erase(slot);
  return then;
}

void Deadlines::run(SteadyTime now) {
  std::vector<Key> over;  // those that are due now: what is added meanwhile waits for the next run
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, then] : due_) {
      if (key.first > now) break;
      over.push_back(key);
    }
  }
  for (const Key& key : over) {
    const auto then = take(key);
    if (then) attempt(Context{}, then);  // else dropped by one before it
  }
}

}  // namespace pmx::mcp
