#include "state/held_fields.h"

#include <algorithm>
#include <utility>

#include "state/diff.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

std::int64_t millis(SystemTime time) { return time.time_since_epoch().count(); }

std::int64_t number(HoldPhase phase) { return static_cast<std::int64_t>(phase); }

/// Whether `object` has all of `fields`.
bool shows(const Json& object, const Json& fields) {
  return std::all_of(fields.items().begin(), fields.items().end(), [&object](const auto& field) {
    const Json* value = find_member(object, field.key());
    return value != nullptr && *value == field.value();
  });
}

/// Whether one of `fields` is the field at `path`, with this value.
bool holds(const Json& fields, const std::string& path, const Json& value) {
  for (const auto& [key, expected] : fields.items()) {
    if ((Json::json_pointer() / key).to_string() == path) return expected == value;
  }
  return false;
}

/// Changes under way hold the fields of `object`, each as a whole.
Result<void> follow(Db& db, std::string_view cluster, const Object& object) {
  PMX_TRY(Statement rows, db.prepare("SELECT id, fields FROM hold WHERE cluster = ? AND kind = ? "
                                     "AND object = ? AND phase = 0"));
  std::vector<std::pair<std::int64_t, std::string>> held;
  rows.bind(cluster, object.kind, object.id);
  while (true) {
    PMX_TRY(const bool more, rows.step());
    if (!more) break;
    PMX_TRY(Json fields, parse_json(rows.text(1)));
    fields.update(object.fields);
    PMX_TRY(std::string text, canonical_text(fields));
    held.emplace_back(rows.integer(0), std::move(text));
  }
  PMX_TRY(Statement update, db.prepare("UPDATE hold SET fields = ? WHERE id = ?"));
  for (const auto& [id, text] : held) PMX_TRY_VOID(update.run(text, id));
  return {};
}

}  // namespace

Result<HeldFields> HeldFields::load(Database& database, std::string_view cluster, SystemTime asked,
                                    SystemTime now) {
  Db& db = database.db();
  HeldFields held(database, cluster, asked);
  // Stamped in the future: the clock was set back. The remaining time counts from now.
  PMX_TRY(Statement restamp, db.prepare("UPDATE hold SET until = until - (since - ?1), since = ?1 "
                                        "WHERE cluster = ?2 AND since > ?1"));
  PMX_TRY_VOID(restamp.run(millis(now), cluster));
  PMX_TRY_VOID(held.read_rows());
  for (auto row = held.rows_.begin(); row != held.rows_.end();) {
    PMX_TRY(const bool ended, held.end_orphan(*row));
    row = ended ? held.rows_.erase(row) : row + 1;
  }
  return held;
}

Result<void> HeldFields::read_rows() {
  PMX_TRY(Statement rows,
          database_->db().prepare("SELECT id, phase, kind, object, fields, expected, cause, until, "
                                  "instance FROM hold WHERE cluster = ? ORDER BY phase DESC, id"));
  rows.bind(cluster_);
  while (true) {
    PMX_TRY(const bool more, rows.step());
    if (!more) return {};
    Row row;
    row.id = rows.integer(0);
    row.phase = static_cast<HoldPhase>(rows.integer(1));
    row.kind = rows.text(2);
    row.object = rows.text(3);
    PMX_TRY(row.fields, parse_json(rows.text(4)));
    PMX_TRY(row.expected, parse_json(rows.text(5)));
    row.cause = rows.text(6);
    row.until = SystemTime(std::chrono::milliseconds(rows.integer(7)));
    row.instance = rows.integer(8);
    rows_.push_back(std::move(row));
  }
}

/// A change whose process is gone, or that runs too long, is released in its name; true when
/// nothing is left of it.
Result<bool> HeldFields::end_orphan(Row& row) {
  if (row.phase != HoldPhase::kChanging) return false;
  if (asked_ < row.until && database_->alive(row.instance)) return false;
  if (row.cause.empty()) {
    PMX_TRY_VOID(remove(row.id));
    return true;
  }
  PMX_TRY(Statement leave,
          database_->db().prepare("UPDATE hold SET phase = ?, until = ? WHERE id = ?"));
  row.phase = HoldPhase::kExpected;
  row.until = asked_ + kLateChange;
  PMX_TRY_VOID(leave.run(number(row.phase), millis(row.until), row.id));
  return false;
}

Result<void> HeldFields::remove(std::int64_t id) {
  PMX_TRY(Statement statement, database_->db().prepare("DELETE FROM hold WHERE id = ?"));
  return statement.run(id);
}

Result<const Object*> HeldFields::apply(const Object& object, bool newer) {
  if (rows_.empty()) return &object;
  Json over = Json::object();
  for (const Row& row : rows_) {
    if (row.phase == HoldPhase::kExpected || row.object != object.id || row.kind != object.kind)
      continue;
    if (row.phase == HoldPhase::kSettled) {
      if (asked_ >= row.until) continue;
      if (newer && shows(object.fields, row.fields)) {  // the lists have caught up
        PMX_TRY_VOID(remove(row.id));
        continue;
      }
    }
    over.update(row.fields);  // rows come settled first: a change under way wins
  }
  if (over.empty() || !object.fields.is_object()) return &object;
  Object& patched = patched_.emplace_back(object);
  patched.fields.update(over);
  shown_.push_back({object.kind, object.id, std::move(over)});
  return &patched;
}

Result<std::string> HeldFields::cause(const std::string& kind, const std::string& id,
                                      const std::string& path, const Json& value) {
  std::string found;
  for (auto row = rows_.begin(); row != rows_.end();) {
    const bool explains = row->phase == HoldPhase::kExpected && row->object == id &&
                          row->kind == kind && holds(row->expected, path, value);
    if (!explains) {
      ++row;
      continue;
    }
    if (found.empty()) found = row->cause;
    PMX_TRY_VOID(remove(row->id));
    row = rows_.erase(row);
  }
  return found;
}

Result<void> HeldFields::drop_outlived() {
  PMX_TRY(Statement statement,
          database_->db().prepare("DELETE FROM hold WHERE cluster = ? AND phase <> ? AND until < "
                                  "?"));
  return statement.run(cluster_, number(HoldPhase::kChanging), millis(asked_));
}

Result<void> HeldFields::settle(Database& database, std::string_view cluster, const Object& object,
                                SystemTime now, std::string_view cause) {
  Db& db = database.db();
  PMX_TRY(const std::string fields, canonical_text(object.fields));
  PMX_TRY(Statement end,
          db.prepare("DELETE FROM hold WHERE cluster = ?1 AND kind = ?2 AND object = ?3 AND "
                     "(phase = 1 OR (phase = 2 AND expected = ?4) OR (?5 <> '' AND cause = ?5))"));
  PMX_TRY_VOID(end.run(cluster, object.kind, object.id, fields, cause));
  PMX_TRY_VOID(follow(db, cluster, object));
  PMX_TRY(Statement insert,
          db.prepare("INSERT INTO hold (cluster, kind, object, phase, fields, expected, cause, "
                     "since, until, instance) VALUES (?, ?, ?, 1, ?, '{}', ?, ?, ?, ?)"));
  return insert.run(cluster, object.kind, object.id, fields, cause, millis(now),
                    millis(now + kListLag), database.instance());
}

}  // namespace pmx::state
