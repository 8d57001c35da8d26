#include "state/pseudonym_store.h"

#include <optional>
#include <utility>

#include "base/crypto.h"
#include "state/sqlite.h"

namespace pmx::state {
namespace {

using anonymize::Kind;
using anonymize::MapRow;

/// The number of a kind in the database. Never change or reuse one: rows outlive the enum's order.
constexpr std::int64_t stored_number(Kind kind) {
  switch (kind) {
    case Kind::kCluster: return 1;
    case Kind::kNode: return 2;
    case Kind::kVm: return 3;
    case Kind::kContainer: return 4;
    case Kind::kStorage: return 5;
    case Kind::kPool: return 6;
    case Kind::kUser: return 7;
    case Kind::kRealm: return 8;
    case Kind::kGroup: return 9;
    case Kind::kToken: return 10;
    case Kind::kTag: return 11;
    case Kind::kNetwork: return 12;
    case Kind::kHost: return 13;
    case Kind::kDomain: return 14;
    case Kind::kPerson: return 15;
    case Kind::kIpv4: return 16;
    case Kind::kIpv6: return 17;
    case Kind::kMac: return 18;
    case Kind::kUuid: return 19;
    case Kind::kName: return 20;
  }
  return 0;
}

std::optional<Kind> kind_of_number(std::int64_t number) {
  for (const Kind kind : anonymize::kKinds)
    if (stored_number(kind) == number) return kind;
  return std::nullopt;
}

/// What a sealed value is bound to: moved to another row it does not open.
std::string seal_context(std::int64_t kind, std::string_view pseudonym) {
  return std::to_string(kind) + "/" + std::string(pseudonym);
}

/// Reads columns id, kind, pseudonym, sealed, epoch.
Result<MapRow> read_row(const Statement& row, const Secret& key) {
  const std::int64_t number = row.integer(1);
  const auto kind = kind_of_number(number);
  auto real = crypto::open(key, row.blob(3), seal_context(number, row.text(2)));
  if (!kind || !real.ok()) {
    return Error{
        Code::kFailedPrecondition,
        "entry " + std::to_string(row.integer(0)) + " of the pseudonym map cannot be opened",
        "restore the state directory from a backup"};
  }
  return MapRow{row.integer(0), *kind, std::move(*real), std::string(row.text(2)), row.integer(4)};
}

Result<void> check_wanted(std::span<const MapRow> wanted) {
  for (const MapRow& row : wanted) {
    if (row.real.empty() || row.pseudonym.empty()) {
      return Error{Code::kInvalidArgument, "a pseudonym and what it stands for cannot be empty",
                   ""};
    }
  }
  return {};
}

constexpr std::size_t kSalt = 16;

std::int64_t milliseconds(SystemTime time) { return time.time_since_epoch().count(); }
SystemTime time_of(std::int64_t stored) { return SystemTime(std::chrono::milliseconds(stored)); }

/// What has no time is the salt of a key that came again, and no rotation.
Result<Rotation> latest_rotation(Db& db) {
  PMX_TRY(Statement query, db.prepare("SELECT number, began, earlier_until FROM epoch "
                                      "WHERE began > 0 ORDER BY number DESC LIMIT 1"));
  PMX_TRY(const bool row, query.step());
  if (!row) return Rotation{};
  return Rotation{query.integer(0), time_of(query.integer(1)), time_of(query.integer(2))};
}

/// Each epoch says how long all before it are taken back: the latest whose word is over counts.
Result<anonymize::Epoch> current_epoch(Db& db, SystemTime now) {
  PMX_TRY(Statement query, db.prepare("SELECT number, salt, earlier_until FROM epoch "
                                      "ORDER BY number"));
  anonymize::Epoch epoch;
  while (true) {
    PMX_TRY(const bool more, query.step());
    if (!more) return epoch;
    epoch.number = query.integer(0);
    epoch.salt = std::string(query.blob(1));
    if (query.integer(2) <= milliseconds(now)) epoch.oldest = epoch.number;
  }
}

}  // namespace

PseudonymStore::PseudonymStore(Database& database, Clock& clock)
    : database_(database),
      clock_(clock),
      seal_key_(crypto::derive_key(database.key(), "state/pseudonym-seal")) {}

/// A key for each epoch: a value has one row in each, and nothing tells which rows are one value's.
Secret PseudonymStore::lookup_key(const anonymize::Epoch& epoch) const {
  constexpr const char* kPurpose = "state/pseudonym-lookup";
  return crypto::derive_key(
      database_.key(), epoch.salt.empty() ? kPurpose : std::string(kPurpose) + '/' + epoch.salt);
}

Result<anonymize::Epoch> PseudonymStore::epoch() {
  Db& db = database_.db();
  const auto lock = db.lock();
  return current_epoch(db, clock_.now());
}

Result<Rotation> PseudonymStore::rotation() {
  Db& db = database_.db();
  const auto lock = db.lock();
  return latest_rotation(db);
}

Result<Rotation> PseudonymStore::rotate(std::chrono::milliseconds grace) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY_VOID(database_.check_key());
  const SystemTime now = clock_.now();
  PMX_TRY(Statement insert,
          db.prepare("INSERT INTO epoch (salt, began, earlier_until) VALUES (?, ?, ?)"));
  PMX_TRY_VOID(
      insert.run(Blob{crypto::random_bytes(kSalt)}, milliseconds(now), milliseconds(now + grace)));
  PMX_TRY(const Rotation rotation, latest_rotation(db));
  PMX_TRY_VOID(transaction.commit());
  ++added_;
  return rotation;
}

Result<std::vector<MapRow>> PseudonymStore::load(std::int64_t after) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows, db.prepare("SELECT id, kind, pseudonym, sealed, epoch FROM pseudonym "
                                     "WHERE id > ? ORDER BY id"));
  rows.bind(after);
  std::vector<MapRow> result;
  while (true) {
    PMX_TRY(const bool more, rows.step());
    if (!more) return result;
    PMX_TRY(MapRow row, read_row(rows, seal_key_));
    result.push_back(std::move(row));
  }
}

Result<std::vector<KindCount>> PseudonymStore::counts() {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Statement rows, db.prepare("SELECT kind, count(*) FROM pseudonym WHERE epoch = "
                                     "(SELECT coalesce(max(number), 0) FROM epoch) GROUP BY kind"));
  std::vector<KindCount> result;
  while (true) {
    PMX_TRY(const bool more, rows.step());
    if (!more) return result;
    if (const auto kind = kind_of_number(rows.integer(0))) {
      result.push_back({*kind, rows.integer(1)});
    }
  }
}

Result<std::int64_t> PseudonymStore::version() {
  PMX_TRY(const std::int64_t commits, database_.commits());
  constexpr int kOwnBits = 31;
  return (commits << kOwnBits) + added_;
}

Result<std::vector<MapRow>> PseudonymStore::claim(std::span<const MapRow> wanted) {
  PMX_TRY_VOID(check_wanted(wanted));
  std::vector<MapRow> result;
  if (wanted.empty()) return result;
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY_VOID(database_.check_key());
  PMX_TRY(const anonymize::Epoch epoch, current_epoch(db, clock_.now()));
  if (wanted.front().epoch != epoch.number) return result;
  const Secret lookup_with = lookup_key(epoch);
  PMX_TRY(Statement find,
          db.prepare("SELECT id, kind, pseudonym, sealed, epoch FROM pseudonym WHERE lookup = ?"));
  PMX_TRY(Statement insert,
          db.prepare("INSERT INTO pseudonym (kind, lookup, pseudonym, sealed, epoch) "
                     "VALUES (?, ?, ?, ?, ?) ON CONFLICT (pseudonym) DO NOTHING"));
  std::int64_t added = 0;
  for (const MapRow& row : wanted) {
    const std::string lookup = crypto::hmac_sha256(lookup_with.expose(), row.real);
    PMX_TRY(const bool known, find.bind(Blob{lookup}).step());
    if (known) {
      PMX_TRY(MapRow held, read_row(find, seal_key_));
      result.push_back(std::move(held));
      continue;
    }
    const std::int64_t kind = stored_number(row.kind);
    const std::string sealed = crypto::seal(seal_key_, row.real, seal_context(kind, row.pseudonym));
    PMX_TRY_VOID(insert.run(kind, Blob{lookup}, row.pseudonym, Blob{sealed}, epoch.number));
    const bool taken = db.changes() == 0;
    if (!taken) ++added;
    MapRow held{taken ? 0 : db.last_insert_id(), row.kind, row.real,
                taken ? std::string() : row.pseudonym, epoch.number};
    result.push_back(std::move(held));
  }
  PMX_TRY_VOID(transaction.commit());
  added_ += added;
  return result;
}

}  // namespace pmx::state
