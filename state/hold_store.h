// Changes of ours that are under way, so that looks at the cluster do not take them for somebody
// else's. In the database, because another process may look meanwhile. Thread-safe.
//
//   begin, expect, InventoryStore::record_one    the change was waited for and read back
//                  release                       how it ends is not known: looks will tell
//                  abandon                       it failed: nothing will change
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "state/database.h"

namespace pmx::state {

struct Object;

/// PVE's statistics daemon refreshes the lists every 10 s; twice that covers a slow cycle. So long
/// a field that was read live wins over them.
inline constexpr std::chrono::seconds kListLag{20};

/// A change that runs longer is left to looks. Beyond any wait of ours: it matters only when the
/// end of a hold could not be stored.
inline constexpr std::chrono::hours kLongestHold{1};

/// So long a task that nobody waits for any more explains the change it was to bring. PVE gives the
/// start of a guest with much memory up to 5 minutes, after waiting for locks.
inline constexpr std::chrono::minutes kLateChange{10};

/// Names a running change. 0 = none; ending it does nothing.
using HoldId = std::int64_t;

class HoldStore {
 public:
  /// `clock` tells the times that holds end by; both outlive the store.
  HoldStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  /// From now on looks show the given fields as they are stored (as given, where they are not),
  /// until the change ends or this process does. Several changes may hold one object.
  Result<HoldId> begin(std::string_view cluster, const Object& object);

  /// The change is done by `cause` (UPID) and is to bring `fields`.
  Result<void> expect(HoldId hold, const Json& fields, std::string_view cause);

  /// Nobody waits for the change any more. When a look sees what was expected of it, `cause`
  /// explains it: for kLateChange, and in the first look after that.
  Result<void> release(HoldId hold);

  /// The change failed: nothing is expected of it any more.
  Result<void> abandon(HoldId hold);

 private:
  Database& database_;
  Clock& clock_;
};

}  // namespace pmx::state
