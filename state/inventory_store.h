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
  explicit InventoryStore(Database& database);

  /// Replaces the stored objects of `kinds` in `cluster` by `objects` and appends one event per
  /// difference, in one transaction. Objects of other kinds stay. Returns the new events. The first
  /// record of a cluster, or of a kind in it, makes no events. Members that are null count as
  /// absent. kInvalidArgument, and nothing stored, when an object is of another kind or its fields
  /// are no JSON object of at most 64 levels.
  Result<std::vector<Event>> record(std::string_view cluster, const std::vector<std::string>& kinds,
                                    const std::vector<Object>& objects, SystemTime now);

  /// Sets the given fields of one object, as stored at that moment, and notes what caused the
  /// change. Fields that are not given stay.
  Result<std::vector<Event>> record_one(std::string_view cluster, const Object& object,
                                        SystemTime now, std::string_view cause);

  Result<std::vector<Object>> objects(std::string_view cluster, std::string_view kind);

  /// Newest first. kInvalidArgument when limit < 1.
  Result<std::vector<Event>> events(const EventQuery& query);

  /// When the cluster was last recorded; nothing = never.
  Result<std::optional<SystemTime>> last_sync(std::string_view cluster);

 private:
  Database& database_;
};

}  // namespace pmx::state
