#include "app/durable_tasks.h"

#include "base/fields.h"

namespace pmx::app {
namespace {

constexpr mcp::TaskStatus kStatuses[] = {mcp::TaskStatus::kWorking, mcp::TaskStatus::kInputRequired,
                                         mcp::TaskStatus::kCompleted, mcp::TaskStatus::kFailed,
                                         mcp::TaskStatus::kCancelled};

/// What the database keeps without knowing what it means.
struct Body {
  std::string status;
  std::int64_t created = 0;  // milliseconds since the epoch
  std::int64_t updated = 0;
  mcp::TaskWork work;

  template <class V>
  void fields(V& v) {
    v.required("status", status);
    v.required("created", created);
    v.required("updated", updated);
    v.required("work", work);
  }
};

std::int64_t millis(SystemTime time) { return time.time_since_epoch().count(); }
SystemTime time_of(std::int64_t millis) { return SystemTime(std::chrono::milliseconds(millis)); }

/// Fills what a change may change.
void put(const mcp::TaskRow& row, state::TaskRecord& record) {
  record.working = row.status == mcp::TaskStatus::kWorking;
  record.held = row.held;
  record.expires = row.expires;
  record.body = encode(Body{std::string(mcp::task_status_name(row.status)), millis(row.created),
                            millis(row.updated), row.work});
}

Result<mcp::TaskRow> row_of(const state::TaskRecord& record) {
  PMX_TRY(Body body, decode<Body>(record.body, Unknown::kIgnore));
  mcp::TaskRow row;
  row.number = record.number;
  row.id = record.id;
  row.principal = record.principal;
  for (const auto status : kStatuses) {
    if (mcp::task_status_name(status) == body.status) row.status = status;
  }
  row.created = time_of(body.created);
  row.updated = time_of(body.updated);
  row.expires = record.expires;
  row.held = record.held;
  row.work = std::move(body.work);
  return row;
}

Result<std::vector<mcp::TaskRow>> rows_of(const std::vector<state::TaskRecord>& records) {
  std::vector<mcp::TaskRow> rows;
  for (const auto& record : records) {
    PMX_TRY(mcp::TaskRow row, row_of(record));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<void> DurableTasks::add(const mcp::TaskRow& row, const mcp::TaskLimits& limits) {
  state::TaskRecord record;
  record.id = row.id;
  record.principal = row.principal;
  put(row, record);
  return store_.add(record, {limits.per_principal, limits.in_all});
}

Result<mcp::TaskRow> DurableTasks::find(std::string_view id) {
  PMX_TRY(const auto record, store_.find(id));
  return row_of(record);
}

Result<mcp::TaskRow> DurableTasks::change(std::string_view id,
                                          const std::function<bool(mcp::TaskRow&)>& edit) {
  std::optional<Error> unreadable;
  PMX_TRY(const auto record, store_.change(id, [&](state::TaskRecord& stored) {
    auto row = row_of(stored);
    if (!row.ok()) {
      unreadable = row.error();
      return false;
    }
    if (!edit(*row)) return false;
    put(*row, stored);
    return true;
  }));
  if (unreadable) return *unreadable;
  return row_of(record);
}

Result<std::vector<mcp::TaskRow>> DurableTasks::list(std::string_view principal,
                                                     std::int64_t before, std::size_t limit) {
  PMX_TRY(const auto records, store_.list(principal, before, limit));
  return rows_of(records);
}

Result<std::vector<mcp::TaskRow>> DurableTasks::take_abandoned(
    const std::function<bool(const mcp::TaskRow&)>& ours) {
  PMX_TRY(const auto records, store_.take_abandoned([&](const state::TaskRecord& record) {
    const auto row = row_of(record);
    return row.ok() && ours(*row);
  }));
  return rows_of(records);
}

Result<std::vector<mcp::TaskRow>> DurableTasks::remove_expired(SystemTime now) {
  PMX_TRY(const auto records, store_.remove_expired(now));
  std::vector<mcp::TaskRow> unfinished;
  for (const auto& record : records) {
    auto row = row_of(record);
    if (row.ok() && !row->over()) unfinished.push_back(std::move(row).value());
  }
  return unfinished;
}

}  // namespace pmx::app
