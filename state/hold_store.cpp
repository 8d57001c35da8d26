#include "state/hold_store.h"

#include "state/diff.h"
#include "state/held_fields.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

constexpr auto kChanging = static_cast<std::int64_t>(HoldPhase::kChanging);
constexpr auto kExpected = static_cast<std::int64_t>(HoldPhase::kExpected);

std::int64_t millis(SystemTime time) { return time.time_since_epoch().count(); }

/// The object's given fields, with the values that are stored where there are any.
Result<Json> as_stored(Db& db, std::string_view cluster, const Object& object) {
  Json fields = object.fields;
  PMX_TRY(Statement query,
          db.prepare("SELECT fields FROM object WHERE cluster = ? AND kind = ? AND id = ?"));
  PMX_TRY(const bool row, query.bind(cluster, object.kind, object.id).step());
  if (!row) return fields;
  PMX_TRY(const Json stored, parse_json(query.text(0)));
  for (auto& [key, value] : fields.items()) {
    if (const Json* known = find_member(stored, key)) value = *known;
  }
  return fields;
}

}  // namespace

Result<HoldId> HoldStore::begin(std::string_view cluster, const Object& object) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(const Json fields, as_stored(db, cluster, object));
  PMX_TRY(const std::string text, canonical_text(fields));
  PMX_TRY(Statement insert,
          db.prepare("INSERT INTO hold (cluster, kind, object, phase, fields, expected, cause, "
                     "since, until, instance) VALUES (?, ?, ?, ?, ?, '{}', '', ?, ?, ?)"));
  const SystemTime now = clock_.now();
  PMX_TRY_VOID(insert.run(cluster, object.kind, object.id, kChanging, text, millis(now),
                          millis(now + kLongestHold), database_.instance()));
  const HoldId hold = db.last_insert_id();
  PMX_TRY_VOID(transaction.commit());
  return hold;
}

Result<void> HoldStore::expect(HoldId hold, const Json& fields, std::string_view cause) {
  if (hold == 0) return {};
  PMX_TRY(const std::string text, canonical_text(fields));
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(Statement update, db.prepare("UPDATE hold SET expected = ?, cause = ? WHERE id = ?"));
  PMX_TRY_VOID(update.run(text, cause, hold));
  return transaction.commit();
}

Result<void> HoldStore::release(HoldId hold) {
  if (hold == 0) return {};
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(Statement remove, db.prepare("DELETE FROM hold WHERE id = ? AND cause = ''"));
  PMX_TRY_VOID(remove.run(hold));
  PMX_TRY(Statement leave,
          db.prepare("UPDATE hold SET phase = ?, since = ?, until = ? WHERE id = ?"));
  const SystemTime now = clock_.now();
  PMX_TRY_VOID(leave.run(kExpected, millis(now), millis(now + kLateChange), hold));
  return transaction.commit();
}

Result<void> HoldStore::abandon(HoldId hold) {
  if (hold == 0) return {};
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  PMX_TRY(Statement remove, db.prepare("DELETE FROM hold WHERE id = ?"));
  PMX_TRY_VOID(remove.run(hold));
  return transaction.commit();
}

}  // namespace pmx::state
