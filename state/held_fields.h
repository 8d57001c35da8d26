// The holds of one cluster as one look at it meets them. For InventoryStore, inside its transaction
// and Db::lock().
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "state/inventory_store.h"

namespace pmx::state {

/// What a row of the table `hold` is. The numbers are stored: never change or reuse one.
enum class HoldPhase : std::int64_t {
  kChanging = 0,  ///< `fields` are shown while our change runs, which may bring `expected`
  kSettled = 1,   ///< `fields` were read live; PVE's lists may still lag behind
  kExpected = 2,  ///< nobody waits any more; `cause` explains it when `expected` is seen
};

class HeldFields {
 public:
  /// `asked`: when the look was asked for; `now`: the clock's time. Ends the changes whose process
  /// is gone, and those that ran too long.
  static Result<HeldFields> load(Database& database, std::string_view cluster, SystemTime asked,
                                 SystemTime now);

  /// `object` as it is to be recorded: itself, or a copy that shows the held fields and lives as
  /// long as this. A `newer` look than all before ends the hold of what it shows by itself.
  Result<const Object*> apply(const Object& object, bool newer);

  /// What explains that the field at `path` of the object now reads `value`; "" = nothing known.
  Result<std::string> cause(const std::string& kind, const std::string& id, const std::string& path,
                            const Json& value);

  /// Removes the holds that this look has outlived.
  Result<void> drop_outlived();

  /// What apply() put over what was seen.
  [[nodiscard]] std::vector<Object>& shown() { return shown_; }

  /// For a transaction that records fields as read live, with what caused them: other changes that
  /// hold the object hold these values, and looks show them until PVE's lists do, or kListLag.
  static Result<void> settle(Database& database, std::string_view cluster, const Object& object,
                             SystemTime now, std::string_view cause);

 private:
  struct Row {
    std::int64_t id = 0;
    HoldPhase phase{};
    std::string kind;
    std::string object;
    Json fields;
    Json expected;
    std::string cause;
    SystemTime until;
    std::int64_t instance = 0;
  };

  HeldFields(Database& database, std::string_view cluster, SystemTime asked)
      : database_(&database), cluster_(cluster), asked_(asked) {}

  Result<void> read_rows();
  Result<bool> end_orphan(Row& row);
  Result<void> remove(std::int64_t id);

  Database* database_;
  std::string cluster_;
  SystemTime asked_;
  std::vector<Row> rows_;
  std::deque<Object> patched_;  ///< stable addresses
  std::vector<Object> shown_;
};

}  // namespace pmx::state
