// Tasks of the protocol, so that they survive a restart: who may see one, whether somebody works on
// it, and the rest as the server wrote it. Shared by every process of the installation.
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "state/database.h"

namespace pmx::state {

class Statement;

struct TaskRecord {
  std::int64_t number = 0;  ///< made by the store, ever growing
  std::string id;
  std::string principal;
  bool working = false;  ///< there is work to be done, without anybody's answer
  bool held = false;     ///< a process that lives does it
  SystemTime expires;
  Json body;  ///< the server's own; real values
};

struct TaskCounts {
  std::size_t per_principal = 0;
  std::size_t in_all = 0;
};

class TaskStore {
 public:
  explicit TaskStore(Database& database) : database_(database) {}

  /// Survives a power cut when this returns. kResourceExhausted when there are `most` already.
  Result<void> add(const TaskRecord& record, const TaskCounts& most);

  /// kNotFound when there is none.
  Result<TaskRecord> find(std::string_view id);

  /// Lets `edit` change all but number, id and principal, inside one transaction: it must be quick.
  /// Nothing is written when it returns false. The record as it is then.
  Result<TaskRecord> change(std::string_view id, const std::function<bool(TaskRecord&)>& edit);

  /// Those of `principal` with a number below `before`, newest first.
  Result<std::vector<TaskRecord>> list(std::string_view principal, std::int64_t before,
                                       std::size_t limit);

  /// The working ones that nobody holds and that are `ours`; this process holds them from now on.
  Result<std::vector<TaskRecord>> take_abandoned(
      const std::function<bool(const TaskRecord&)>& ours);

  /// Removes what has expired: the records that were removed, without those that cannot be read.
  Result<std::vector<TaskRecord>> remove_expired(SystemTime now);

  /// A number that is another one once another process has written to the database.
  Result<std::int64_t> changes_elsewhere();

 private:
  Result<TaskRecord> read(const Statement& row) const;
  Result<void> write(const TaskRecord& record);

  Database& database_;
};

}  // namespace pmx::state
