#include "ops/event_feed.h"

#include <utility>

#include "base/log.h"

namespace pmx::ops {
namespace {

void complain(const Error& error) {
  log::warn(Context{}, "events.unreadable", {{"error", error.text()}});
}

}  // namespace

EventFeed::EventFeed(state::InventoryStore& inventory, Tell tell)
    : inventory_(inventory), tell_(std::move(tell)) {
  turn([] { return false; });
}

void EventFeed::turn(const std::function<bool()>& wanted) {
  {
    const std::lock_guard lock(mutex_);
    // Read before asking: what is recorded after somebody began to want it is never left out.
    const auto newest = inventory_.newest_event();
    if (!newest.ok()) return complain(newest.error());
    if (!last_) last_ = *newest;
    if (!wanted()) {
      last_ = *newest;
      return;
    }
  }
  poll();
}

void EventFeed::poll() {
  const std::lock_guard lock(mutex_);
  if (!last_) return;
  const auto events = inventory_.events_after(*last_, kMost);
  if (!events.ok()) return complain(events.error());
  for (const auto& event : *events) {
    last_ = event.id;
    tell_(event);
  }
}

}  // namespace pmx::ops
