// The inventory as last seen, and every field-level change of it as an event. Thread-safe; several
// processes may share it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "state/database.h"
#include "state/hold_store.h"

namespace pmx::state {

/// One object of a cluster: kind "node", "guest", "storage", "pool", "cluster"; id as PVE names it
/// ("101", "pve1", "pve1/local"). `fields` is a flat or nested JSON object of what is tracked (no
/// counters).
struct Object {
  std::string kind;
  std::string id;
  Json fields;
};

/// A field-level change. `path` is a JSON pointer into the object's fields, "" = the whole object
/// appeared (old null) or disappeared (new null).
struct Event {
  std::int64_t id = 0;
  SystemTime time;
  std::string cluster;
  std::string kind;
  std::string object;
  std::string path;
  Json old_value;
  Json new_value;
  std::string cause;  ///< UPID or audit entry that explains it; empty = unknown
};

/// What recording a look came to.
struct Recorded {
  std::vector<Event> events;
  /// What other fields than were seen are shown and were recorded, because they are held: kind, id
  /// and those fields alone.
  std::vector<Object> held;
};

struct EventQuery {
  std::string cluster = {};              ///< empty = all
  std::optional<SystemTime> since = {};  ///< inclusive
  std::optional<SystemTime> until = {};  ///< inclusive
  std::string kind = {};                 ///< empty = all
  std::string object = {};               ///< empty = all
  std::int64_t before_id = 0;            ///< for paging: only ids below; 0 = from the newest
  int limit = 50;
};

class InventoryStore {
 public:
  /// `clock`: the one that tells the times given below; all processes share the machine's.
  explicit InventoryStore(Database& database, Clock& clock = system_clock());

  /// Replaces the stored objects of `kinds` in `cluster` by `objects` and appends one event per
  /// difference, in one transaction. Objects of other kinds stay. The first record of a cluster, or
  /// of a kind in it, makes no events. Members that are null count as absent. kInvalidArgument, and
  /// nothing stored, when an object is of another kind or its fields are no JSON object of at most
  /// 64 levels.
  ///
  /// `asked`: the moment before the look was asked for. A kind of which a later look is stored is
  /// left as it is: looks may take long, and processes overtake each other. Held fields (HoldStore,
  /// record_one) win over what was seen.
  Result<Recorded> record(std::string_view cluster, const std::vector<std::string>& kinds,
                          const std::vector<Object>& objects, SystemTime asked);

  /// Sets the given fields of one object, as read live, and notes what caused the change. Fields
  /// that are not given stay. Ends the holds of `cause`; PVE's lists are up to 10 s behind, so the
  /// fields are held until these have caught up, or for kListLag.
  Result<std::vector<Event>> record_one(std::string_view cluster, const Object& object,
                                        SystemTime now, std::string_view cause);

  /// Changes of ours that looks leave alone.
  HoldStore& holds() { return holds_; }

  Result<std::vector<Object>> objects(std::string_view cluster, std::string_view kind);

  /// Newest first. kInvalidArgument when limit < 1.
  Result<std::vector<Event>> events(const EventQuery& query);

  /// The `limit` oldest events with an id above `id`, oldest first. Ids grow in the order in which
  /// the processes commit. kInvalidArgument when limit < 1.
  Result<std::vector<Event>> events_after(std::int64_t id, int limit);

  /// The id of the newest event; 0 = there is none.
  Result<std::int64_t> newest_event();

  /// When the latest recorded look at the cluster was asked for; nothing = never.
  Result<std::optional<SystemTime>> last_sync(std::string_view cluster);

 private:
  Database& database_;
  Clock& clock_;
  HoldStore holds_;
};

}  // namespace pmx::state
