// InventoryStore::events: its own file because the query has two shapes.
#include "state/inventory_store.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

// `since` becomes a lower bound of the id through the time index, so that a short look back does
// not walk the whole history; the time is compared as well, for clocks may be set back.
constexpr std::string_view kOfAll =
    "SELECT id, time, cluster, kind, object, path, old_value, new_value, cause FROM event "
    "WHERE (?1 = '' OR cluster = ?1) AND (?2 = '' OR kind = ?2) AND (?3 = '' OR object = ?3) "
    "AND (?4 IS NULL OR (time >= ?4 AND id >= (SELECT min(id) FROM event INDEXED BY event_time "
    "WHERE time >= ?4))) AND (?5 IS NULL OR time <= ?5) AND (?6 = 0 OR id < ?6) "
    "ORDER BY id DESC LIMIT ?7";

// The same for one object, through its own index.
constexpr std::string_view kOfObject =
    "SELECT id, time, cluster, kind, object, path, old_value, new_value, cause FROM event "
    "WHERE cluster = ?1 AND kind = ?2 AND object = ?3 "
    "AND (?4 IS NULL OR time >= ?4) AND (?5 IS NULL OR time <= ?5) AND (?6 = 0 OR id < ?6) "
    "ORDER BY id DESC LIMIT ?7";

constexpr std::string_view kAfter =
    "SELECT id, time, cluster, kind, object, path, old_value, new_value, cause FROM event "
    "WHERE id > ?1 ORDER BY id LIMIT ?2";

constexpr std::string_view kNewest = "SELECT coalesce(max(id), 0) FROM event";

std::optional<std::int64_t> millis(const std::optional<SystemTime>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

Result<Event> read_event(const Statement& row) {
  Event event;
  event.id = row.integer(0);
  event.time = SystemTime(std::chrono::milliseconds(row.integer(1)));
  event.cluster = row.text(2);
  event.kind = row.text(3);
  event.object = row.text(4);
  event.path = row.text(5);
  PMX_TRY(event.old_value, parse_json(row.text(6)));
  PMX_TRY(event.new_value, parse_json(row.text(7)));
  event.cause = row.text(8);
  return event;
}

Result<std::vector<Event>> read_events(Statement& rows) {
  std::vector<Event> events;
  while (true) {
    PMX_TRY(const bool row, rows.step());
    if (!row) return events;
    PMX_TRY(Event event, read_event(rows));
    events.push_back(std::move(event));
  }
}

}  // namespace

Result<std::vector<Event>> InventoryStore::events(const EventQuery& query) {
  if (query.limit < 1) return Error{Code::kInvalidArgument, "limit must be at least 1", ""};
  const bool one = !query.cluster.empty() && !query.kind.empty() && !query.object.empty();
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows, db.prepare(one ? kOfObject : kOfAll));
  rows.bind(query.cluster, query.kind, query.object, millis(query.since), millis(query.until),
            query.before_id, query.limit);
  return read_events(rows);
}

Result<std::vector<Event>> InventoryStore::events_after(std::int64_t id, int limit) {
  if (limit < 1) return Error{Code::kInvalidArgument, "limit must be at least 1", ""};
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows, db.prepare(kAfter));
  rows.bind(id, limit);
  return read_events(rows);
}

Result<std::int64_t> InventoryStore::newest_event() {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows, db.prepare(kNewest));
  PMX_TRY_VOID(rows.step());
  return rows.integer(0);
}

}  // namespace pmx::state
