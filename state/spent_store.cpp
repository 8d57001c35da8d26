#include "state/spent_store.h"

#include "state/sqlite.h"

namespace pmx::state {

Result<bool> SpentStore::spend(std::string_view nonce, SystemTime expiry) {
  Db& db = database_.db();
  const auto lock = db.lock();
  PMX_TRY(Transaction transaction, Transaction::begin(db, Durability::kPower));
  PMX_TRY(Statement forget, db.prepare("DELETE FROM spent WHERE expires <= ?"));
  PMX_TRY_VOID(forget.run(clock_.now().time_since_epoch().count()));
  PMX_TRY(Statement insert, db.prepare("INSERT OR IGNORE INTO spent VALUES (?, ?)"));
  PMX_TRY_VOID(insert.run(nonce, expiry.time_since_epoch().count()));
  const bool fresh = db.changes() == 1;
  PMX_TRY_VOID(transaction.commit());
  return fresh;
}

}  // namespace pmx::state
