// Tasks as data: what a server must remember of work that it answers later, and where it keeps it.
// One row is all that is needed to go on with the work in another process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "mcp/server/catalogue.h"
#include "mcp/server/interaction.h"

namespace pmx::mcp {

enum class TaskStatus { kWorking, kInputRequired, kCompleted, kFailed, kCancelled };

/// "working", "input_required", ...: the same words in all versions.
std::string_view task_status_name(TaskStatus status);

/// What the work needs and what it came to. Real values inside.
struct TaskWork {
  std::string tool;
  std::string message;  ///< statusMessage; may be empty
  std::int64_t poll_ms = 1000;
  std::string client;                  ///< for logs and the audit
  std::string request_id;              ///< of the call, for the server named by `server`
  std::string server;                  ///< TaskDesk::tag() of the one that began it
  std::int64_t observation = 0;        ///< CallObserver's token, to be finished when the task ends
  Json capabilities = Json::object();  ///< of the client, as declared with the call
  Json data;                           ///< Deferred::data
  Json state;                          ///< InputRequired::state of the round before
  std::map<std::string, InputRequest> asked;  ///< not answered yet, by the key on the wire
  std::map<std::string, std::string> keys;    ///< every key ever used on the wire -> the handler's
  std::map<std::string, Json> answers;        ///< by the handler's keys
  std::optional<ToolOutput> output;           ///< of a completed task
  std::optional<ProtocolError> error;         ///< of a failed task

  template <class V>
  void fields(V& v) {
    v.required("tool", tool);
    v.optional("message", message);
    v.optional("poll_ms", poll_ms);
    v.optional("client", client);
    v.optional("request_id", request_id);
    v.optional("server", server);
    v.optional("observation", observation);
    v.optional("capabilities", capabilities);
    v.optional("data", data);
    v.optional("state", state);
    v.optional("asked", asked);
    v.optional("keys", keys);
    v.optional("answers", answers);
    v.optional("output", output);
    v.optional("error", error);
  }
};

struct TaskRow {
  std::int64_t number = 0;  ///< made by the store, ever growing: the order of lists
  std::string id;           ///< unguessable; the client's handle
  std::string principal;    ///< nobody else may see or touch it
  TaskStatus status = TaskStatus::kWorking;
  SystemTime created;
  SystemTime updated;
  SystemTime expires;
  bool held = false;  ///< a process works on it, and lives
  TaskWork work;

  [[nodiscard]] bool over() const {
    return status != TaskStatus::kWorking && status != TaskStatus::kInputRequired;
  }
};

/// How many tasks there may be, finished ones that did not expire included.
struct TaskLimits {
  std::size_t per_principal = 200;
  std::size_t in_all = 2000;
};

/// Thread-safe. Rows that have expired are as good as removed.
class TaskStore {
 public:
  virtual ~TaskStore() = default;

  /// Durable when this returns. kResourceExhausted beyond `limits`.
  virtual Result<void> add(const TaskRow& row, const TaskLimits& limits) = 0;

  /// kNotFound when there is none.
  virtual Result<TaskRow> find(std::string_view id) = 0;

  /// Lets `edit` change the row, with nobody in between in any process; nothing is written when it
  /// returns false. A row that is held afterwards is held by this process. The row as it is then.
  virtual Result<TaskRow> change(std::string_view id,
                                 const std::function<bool(TaskRow&)>& edit) = 0;

  /// The newest rows of `principal` with a number below `before`, at most `limit`.
  virtual Result<std::vector<TaskRow>> list(std::string_view principal, std::int64_t before,
                                            std::size_t limit) = 0;

  /// Takes hold of the working tasks that nobody holds and that are `ours`.
  virtual Result<std::vector<TaskRow>> take_abandoned(
      const std::function<bool(const TaskRow&)>& ours) = 0;

  /// Removes what has expired. Those of them that were not over, as far as they can be read: their
  /// calls have no end yet.
  virtual Result<std::vector<TaskRow>> remove_expired(SystemTime now) = 0;

  /// A number that is another one once another process has changed rows. Cheap.
  virtual Result<std::int64_t> changes_elsewhere() = 0;
};

}  // namespace pmx::mcp
