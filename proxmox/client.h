// The PVE client of one cluster: authentication, typed endpoints, errors that say what to do. Knows
// no MCP. Thread-safe; every call blocks until the answer, the context's deadline or its stop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/json.h"
#include "base/secret.h"
#include "proxmox/http.h"
#include "proxmox/model.h"
#include "proxmox/upid.h"

namespace pmx::proxmox {

/// USER@REALM!ID and its UUID, sent as "Authorization: PVEAPIToken=...".
struct ApiToken {
  std::string id;
  Secret secret;

  /// Reads "USER@REALM!ID=UUID"; kInvalidArgument says which part is wrong, never the secret.
  static Result<ApiToken> parse(std::string_view text);
};

/// A user's password, exchanged for a ticket that is renewed before it expires. Where PVE asks for
/// a second factor, the one that is given answers.
struct Login {
  std::string user;  ///< user@realm
  Secret password;
  Secret totp_key{};   ///< raw, of parse_totp_key()
  Secret recovery{};   ///< one recovery code: good for one login, used when there is no TOTP key
  Secret totp_text{};  ///< the key's of totp_text(), to be known where it must not be shown
};

using Credentials = std::variant<ApiToken, Login>;

/// How a task ended, with the tail of its log.
struct TaskOutcome {
  TaskStatus status;
  std::vector<std::string> log_tail;  ///< the last 20 lines at most
};

/// One cluster through one set of credentials. Each method is one request unless it says otherwise;
/// names and ids are percent-encoded into paths here.
class Client {
 public:
  /// `http` and `clock` outlive the client. Sends nothing yet.
  Client(Http& http, Credentials credentials, Clock& clock);
  ~Client();

  /// One API call; the `data` member of the answer. Errors: see proxmox/errors.h for the mapping.
  Result<Json> get(const Context& ctx, std::string_view path, const Params& params = {});
  /// Like get(), with form parameters. Sent once: after kDeadlineExceeded the work may have been
  /// done.
  Result<Json> post(const Context& ctx, std::string_view path, const Params& params = {});
  /// Like post(); PVE answers null when it is done.
  Result<Json> put(const Context& ctx, std::string_view path, const Params& params = {});
  /// Like get(), parameters in the query: PVE refuses a body on DELETE.
  Result<Json> del(const Context& ctx, std::string_view path, const Params& params = {});

  /// GET /version; needs valid credentials, so it serves as the test of them.
  Result<Version> version(const Context& ctx);
  /// GET /cluster/resources: up to 10 s old, and silently without what the caller may not see.
  Result<Resources> resources(const Context& ctx);
  /// GET /cluster/status: who is online. Answers without touching the other nodes.
  Result<ClusterStatus> cluster_status(const Context& ctx);

  /// GET /access/permissions: path -> privilege -> propagate, of the caller itself.
  Result<Json> permissions(const Context& ctx);

  /// GET /nodes/{node}/{type}/{vmid}/status/current, as PVE answers it: asks QEMU live.
  Result<Json> guest_status(const Context& ctx, const Guest& guest);
  /// GET /nodes/{node}/{type}/{vmid}/config: the pending view, not what runs; `digest` included.
  Result<Json> guest_config(const Context& ctx, const Guest& guest);

  /// POST /nodes/{node}/{type}/{vmid}/status/{action}. 200 means "forked": wait for the task.
  /// `params` are the action's own, such as timeout and forceStop of shutdown. kNotFound may mean
  /// that the guest moved to another node since it was listed.
  Result<Upid> guest_power(const Context& ctx, const Guest& guest, std::string_view action,
                           const Params& params = {});

  /// GET /nodes/{node}/tasks/{upid}/status, at the node the UPID names. kNotFound when PVE forgot
  /// it.
  Result<TaskStatus> task_status(const Context& ctx, const Upid& upid);

  /// `limit` lines from line `start` (0-based).
  Result<TaskLog> task_log(const Context& ctx, const Upid& upid, std::int64_t start,
                           std::int64_t limit);

  /// Polls the task on its own node until it stops, reporting each new log line. Returns the
  /// outcome also when the task failed; an Error means that the outcome is not known
  /// (kDeadlineExceeded, kCancelled, kUnavailable). Who waits again, also after a restart, gives
  /// the number of lines that it had.
  Result<TaskOutcome> wait_task(const Context& ctx, const Upid& upid,
                                const std::function<void(std::string_view line)>& on_line = {},
                                std::int64_t first_line = 0);

  /// DELETE /nodes/{node}/tasks/{upid}: asks the task to end. PVE accepts it for one that has ended
  /// too: wait_task() tells what became of it.
  Result<void> stop_task(const Context& ctx, const Upid& upid);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmx::proxmox
