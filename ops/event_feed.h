// EventFeed: tells the changes of the inventory that any process recorded, in their order, once
// each.
//
// Whichever process looks first records a change, and the others then see none: only the table of
// events has them all. So the feed reads the table, also where this process leads; that costs one
// indexed SELECT a turn and asks nothing of the clusters.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "state/inventory_store.h"

namespace pmx::ops {

class EventFeed {
 public:
  using Tell = std::function<void(const state::Event&)>;

  /// Tells from now on, at each poll(). `inventory` outlives the feed; `tell` must not call it.
  EventFeed(state::InventoryStore& inventory, Tell tell);

  /// Tells what was recorded since the last poll(), at most kMost; the rest follows with the next.
  /// A database that cannot be read is logged and tried again. Thread-safe.
  void poll();

  /// poll() when `wanted` says yes; otherwise leaves out what was recorded until now. Thread-safe.
  void turn(const std::function<bool()>& wanted);

  static constexpr int kMost = 1000;

 private:
  state::InventoryStore& inventory_;
  const Tell tell_;
  std::mutex mutex_;                  // one teller at a time, so that the order holds
  std::optional<std::int64_t> last_;  // the newest event that is dealt with; nothing = unknown
};

}  // namespace pmx::ops
