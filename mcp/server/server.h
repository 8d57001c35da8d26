// The MCP server over one transport: both protocol eras, dispatch, validation, cancellation,
// progress.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "mcp/gate/gate.h"
#include "mcp/server/catalogue.h"
#include "mcp/server/quotas.h"
#include "mcp/server/request_state.h"
#include "mcp/server/task_store.h"
#include "mcp/transport/transport.h"

namespace pmx {
class Executor;
}

namespace pmx::mcp {

struct ServerOptions {
  std::string name;
  std::string title;
  std::string version;
  std::string instructions;
  std::chrono::milliseconds list_ttl{60'000};              ///< ttlMs of lists and discovery
  std::chrono::milliseconds request_timeout{10 * 60'000};  ///< hard maximum of one call
  /// How long a question to the client waits for its answer (before 2026-07-28).
  std::chrono::milliseconds question_timeout{5 * 60'000};
  std::chrono::milliseconds exit_grace{80};  ///< for answers in flight when the input ends
  /// What the messages of unanswered requests may weigh together. Twice the largest message: real
  /// ones have a few KB, so that a full queue of them (264) is far below it, while 264 of the
  /// largest would be 4 GB, and several times that as parsed values.
  std::size_t max_in_flight_bytes = std::size_t{32} << 20;
  QuotaLimits quotas = {};      ///< of one principal, over all its connections
  std::size_t page_size = 200;  ///< entries of one page of resources/list
  /// 32 bytes that seal requestState and cursors, the same in all processes that serve one client;
  /// empty = one of this process.
  Secret state_key = {};
  /// What those processes share of the states that work once; wanted with a shared `state_key`.
  SpendNonce spend_state = {};
  /// Where tasks are kept, shared by the servers of an installation; nullptr = in memory.
  std::shared_ptr<TaskStore> tasks = nullptr;
  TaskLimits task_limits = {};
  std::chrono::milliseconds task_ttl{std::chrono::hours(1)};  ///< of a task, from its creation
  std::size_t tasks_at_once = 4;  ///< worked on at a time; less than the executor has threads
  /// Adds an empty `content` to CreateTaskResult: the conformance suite 0.2.0-alpha.12 checks it
  /// against CallToolResult by mistake. For its fixture only.
  bool content_in_created_task = false;
};

class Core;

class Server {
 public:
  /// All references outlive the server.
  Server(ServerOptions options, const Catalogue& catalogue, Gate& gate, CallObserver& observer,
         Executor& executor, Clock& clock);
  ~Server();

  /// Serves until the input ends. Then answers in flight get `exit_grace` to finish, open
  /// subscriptions end with their result, the rest is cancelled. True when every handler has
  /// returned; false when some are still blocked and the process should leave without them.
  bool serve(Transport& transport);

  /// Goes on with the tasks of the store that nobody works on and whose tools this server offers,
  /// for principals that it `serves` (all by default). Call at start. How many there are.
  std::size_t resume_tasks(const std::function<bool(std::string_view principal)>& serves = {});

  /// Ends what took too long, and looks at what other processes did to the tasks of the store: work
  /// that was cancelled there is stopped, and clients that listen hear of it. Call about once a
  /// second, from one thread at a time.
  void look_around();

  /// Interrupts the work on tasks; what was not done can be resumed. serve() does it at its end.
  /// True when all of it has returned.
  bool stop_tasks();

  /// What the server is made of, for other ways to serve it (mcp/http).
  [[nodiscard]] const std::shared_ptr<const Core>& core() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::mcp
