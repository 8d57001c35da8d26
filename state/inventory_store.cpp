#include "state/inventory_store.h"

#include <set>
#include <unordered_map>
#include <utility>

#include "state/diff.h"
#include "state/held_fields.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

/// A stored object that now reads otherwise. `incoming` null = it is gone.
struct Difference {
  std::string id;
  const Object* incoming = nullptr;
  std::string before;
  std::string after;
};

struct Slot {
  const Object* object = nullptr;
  bool stored = false;
};

/// What came in, by kind and id. A later object of the same name replaces an earlier one.
using Incoming = std::unordered_map<std::string_view, Slot>;
using IncomingByKind = std::unordered_map<std::string_view, Incoming>;

Result<IncomingByKind> by_kind(const std::vector<std::string>& kinds,
                               const std::vector<Object>& objects) {
  IncomingByKind result;
  for (const std::string& kind : kinds) result[kind];
  for (const Object& object : objects) {
    const auto found = result.find(object.kind);
    if (found == result.end()) {
      return Error{Code::kInvalidArgument,
                   "an object of kind '" + object.kind + "' is not of the kinds being recorded",
                   ""};
    }
    found->second[object.id].object = &object;
  }
  return result;
}

/// Writes one cluster's differences and their events, inside a transaction of the caller.
class Recorder {
 public:
  Recorder(Db& db, std::string_view cluster, SystemTime time, std::string_view cause)
      : db_(db), cluster_(cluster), time_(time), cause_(cause) {}

  std::vector<Event> events;

  /// Brings the stored objects of `kind` to `incoming`, whole, but for what is held. Nothing when a
  /// later look is stored; one later than `now` is of a time before the clock was set back.
  Result<void> replace(std::string_view kind, Incoming& incoming, HeldFields& held,
                       SystemTime now) {
    PMX_TRY(const auto latest, last_look(kind));
    const bool newer = !latest || *latest <= time_ || *latest > now;
    for (auto& [id, slot] : incoming) {
      PMX_TRY(slot.object, held.apply(*slot.object, newer));
    }
    if (!newer) return {};
    announce_ = latest.has_value();
    held_ = &held;
    PMX_TRY(const std::vector<Difference> differences, compare(kind, incoming));
    for (const Difference& difference : differences) PMX_TRY_VOID(apply(kind, difference));
    for (const auto& [id, slot] : incoming) {
      if (!slot.stored) PMX_TRY_VOID(insert(*slot.object));
    }
    return note_sync(kind);
  }

  /// Sets the given fields of one object; fields that are not given stay as they are stored.
  Result<void> update_one(Object object) {
    PMX_TRY(const auto latest, last_look(object.kind));
    announce_ = latest.has_value();
    PMX_TRY_VOID(complete(object));
    PMX_TRY(Difference difference, compare_one(object));
    if (difference.before.empty()) return insert(object);
    if (difference.before == difference.after) return {};
    return apply(object.kind, difference);
  }

 private:
  Result<std::optional<SystemTime>> last_look(std::string_view kind) {
    PMX_TRY(Statement query, db_.prepare("SELECT time FROM sync WHERE cluster = ? AND kind = ?"));
    PMX_TRY(const bool row, query.bind(cluster_, kind).step());
    if (!row) return std::optional<SystemTime>();
    return std::optional(SystemTime(std::chrono::milliseconds(query.integer(0))));
  }

  Result<void> note_sync(std::string_view kind) {
    PMX_TRY(Statement write, db_.prepare("INSERT OR REPLACE INTO sync VALUES (?, ?, ?)"));
    return write.run(cluster_, kind, time_.time_since_epoch().count());
  }

  /// Walks the stored rows once and marks in `incoming` what is stored. Texts are compared first,
  /// so that an unchanged object is never parsed.
  Result<std::vector<Difference>> compare(std::string_view kind, Incoming& incoming) {
    std::vector<Difference> differences;
    PMX_TRY(Statement rows,
            db_.prepare("SELECT id, fields FROM object WHERE cluster = ? AND kind = ?"));
    rows.bind(cluster_, kind);
    while (true) {
      PMX_TRY(const bool row, rows.step());
      if (!row) return differences;
      Difference difference{std::string(rows.text(0)), nullptr, "", ""};
      if (const auto found = incoming.find(difference.id); found != incoming.end()) {
        found->second.stored = true;
        difference.incoming = found->second.object;
        PMX_TRY(difference.after, canonical_text(difference.incoming->fields));
        if (difference.after == rows.text(1)) continue;
      }
      difference.before = rows.text(1);
      differences.push_back(std::move(difference));
    }
  }

  /// Adds the stored fields that `object` does not give.
  Result<void> complete(Object& object) {
    PMX_TRY(Statement query, db_.prepare("SELECT fields FROM object WHERE cluster = ? AND kind = ? "
                                         "AND id = ?"));
    PMX_TRY(const bool row, query.bind(cluster_, object.kind, object.id).step());
    if (!row) return {};
    PMX_TRY(Json stored, parse_json(query.text(0)));
    if (stored.is_object()) stored.update(object.fields);
    object.fields = std::move(stored);
    return {};
  }

  Result<Difference> compare_one(const Object& object) {
    Difference difference{object.id, &object, "", ""};
    PMX_TRY(difference.after, canonical_text(object.fields));
    PMX_TRY(Statement query, db_.prepare("SELECT fields FROM object WHERE cluster = ? AND kind = ? "
                                         "AND id = ?"));
    PMX_TRY(const bool row, query.bind(cluster_, object.kind, object.id).step());
    if (row) difference.before = query.text(0);
    return difference;
  }

  Result<void> apply(std::string_view kind, const Difference& difference) {
    PMX_TRY(Json before, parse_json(difference.before));
    if (difference.incoming == nullptr) {
      PMX_TRY(Statement remove,
              db_.prepare("DELETE FROM object WHERE cluster = ? AND kind = ? AND id = ?"));
      PMX_TRY_VOID(remove.run(cluster_, kind, difference.id));
      return announce(kind, difference.id, {"", std::move(before), nullptr});
    }
    PMX_TRY_VOID(store(kind, difference.id, difference.after));
    PMX_TRY(const Json after, parse_json(difference.after));
    for (Change& change : diff_fields(before, after)) {
      PMX_TRY_VOID(announce(kind, difference.id, std::move(change)));
    }
    return {};
  }

  Result<void> insert(const Object& object) {
    PMX_TRY(const std::string text, canonical_text(object.fields));
    PMX_TRY_VOID(store(object.kind, object.id, text));
    if (!announce_) return {};
    PMX_TRY(Json fields, parse_json(text));
    return announce(object.kind, object.id, {"", nullptr, std::move(fields)});
  }

  Result<void> store(std::string_view kind, std::string_view id, std::string_view text) {
    PMX_TRY(Statement write,
            db_.prepare("INSERT INTO object VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
                        "fields = ?4, changed = ?5"));
    return write.run(cluster_, kind, id, text, time_.time_since_epoch().count());
  }

  /// Appends an event, unless this is the first look at the kind.
  Result<void> announce(std::string_view kind, std::string_view id, Change change) {
    if (!announce_) return {};
    std::string cause(cause_);
    if (held_ != nullptr) {
      PMX_TRY(cause, held_->cause(std::string(kind), std::string(id), change.path, change.after));
    }
    PMX_TRY(Statement write,
            db_.prepare("INSERT INTO event (time, cluster, kind, object, path, old_value, "
                        "new_value, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    PMX_TRY_VOID(write.run(time_.time_since_epoch().count(), cluster_, kind, id, change.path,
                           dump_json(change.before), dump_json(change.after), cause));
    events.push_back({db_.last_insert_id(), time_, std::string(cluster_), std::string(kind),
                      std::string(id), std::move(change.path), std::move(change.before),
                      std::move(change.after), std::move(cause)});
    return {};
  }

  Db& db_;
  std::string_view cluster_;
  SystemTime time_;
  std::string_view cause_;
  HeldFields* held_ = nullptr;  ///< of a look
  bool announce_ = false;
};

}  // namespace

InventoryStore::InventoryStore(Database& database, Clock& clock)
    : database_(database), clock_(clock), holds_(database, clock) {}

Result<Recorded> InventoryStore::record(std::string_view cluster,
                                        const std::vector<std::string>& kinds,
                                        const std::vector<Object>& objects, SystemTime asked) {
  PMX_TRY(IncomingByKind incoming, by_kind(kinds, objects));
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  const SystemTime now = clock_.now();  // after all that is stored: read inside the transaction
  PMX_TRY(HeldFields held, HeldFields::load(database_, cluster, asked, now));
  Recorder recorder(db, cluster, asked, "");
  for (const std::string& kind : std::set(kinds.begin(), kinds.end())) {
    PMX_TRY_VOID(recorder.replace(kind, incoming[kind], held, now));
  }
  PMX_TRY_VOID(held.drop_outlived());
  PMX_TRY_VOID(transaction.commit());
  return Recorded{std::move(recorder.events), std::move(held.shown())};
}

Result<std::vector<Event>> InventoryStore::record_one(std::string_view cluster,
                                                      const Object& object, SystemTime now,
                                                      std::string_view cause) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kProcess));
  Recorder recorder(db, cluster, now, cause);
  PMX_TRY_VOID(recorder.update_one(object));
  PMX_TRY_VOID(HeldFields::settle(database_, cluster, object, now, cause));
  PMX_TRY_VOID(transaction.commit());
  return std::move(recorder.events);
}

Result<std::vector<Object>> InventoryStore::objects(std::string_view cluster,
                                                    std::string_view kind) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows,
          db.prepare("SELECT id, fields FROM object WHERE cluster = ? AND kind = ? ORDER BY id"));
  rows.bind(cluster, kind);
  std::vector<Object> result;
  while (true) {
    PMX_TRY(const bool row, rows.step());
    if (!row) return result;
    PMX_TRY(Json fields, parse_json(rows.text(1)));
    result.push_back({std::string(kind), std::string(rows.text(0)), std::move(fields)});
  }
}

Result<std::optional<SystemTime>> InventoryStore::last_sync(std::string_view cluster) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement query, db.prepare("SELECT max(time) FROM sync WHERE cluster = ?"));
  PMX_TRY(const bool row, query.bind(cluster).step());
  if (!row || query.is_null(0)) return std::optional<SystemTime>();
  return std::optional(SystemTime(std::chrono::milliseconds(query.integer(0))));
}

}  // namespace pmx::state
