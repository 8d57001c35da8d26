#include "mcp/server/deadlines.h"

#include <vector>

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

void Deadlines::run(SteadyTime now) {
  std::vector<std::function<void()>> over;
  {
    const std::lock_guard lock(mutex_);
    while (!due_.empty() && due_.begin()->first.first <= now) {
      times_.erase(due_.begin()->first.second);
      over.push_back(std::move(due_.begin()->second));
      due_.erase(due_.begin());
    }
  }
  for (const auto& then : over) then();
}

}  // namespace pmx::mcp
