// Unsolicited: a conversation's one subscription of the time before 2026-07-28, whose notifications
// belong to no request. Thread-safe.
#pragma once

#include <memory>
#include <mutex>

#include "mcp/server/events.h"

namespace pmx::mcp {

class Unsolicited {
 public:
  Unsolicited() = default;
  ~Unsolicited() {
    if (events_ != nullptr) events_->close(ticket_);
  }
  Unsolicited(const Unsolicited&) = delete;
  Unsolicited& operator=(const Unsolicited&) = delete;

  /// Opens it with the first call, `of` the conversation; later calls find it open. `events`
  /// outlives this.
  Result<Events::Ticket> open(Events& events, const void* of,
                              const std::shared_ptr<Receiver>& receiver, Topics wants) {
    const std::lock_guard lock(mutex_);
    if (events_ != nullptr) return ticket_;
    PMX_TRY(ticket_, events.open(of, receiver, wants, {}));
    events_ = &events;
    return ticket_;
  }

  /// Nothing is opened: forgets the word when there is a subscription.
  void unwatch(const std::string& word) {
    const std::lock_guard lock(mutex_);
    if (events_ != nullptr) events_->unwatch(ticket_, word);
  }

 private:
  std::mutex mutex_;
  Events* events_ = nullptr;
  Events::Ticket ticket_ = 0;
};

}  // namespace pmx::mcp
