#include "mcp/server/task_work.h"

#include <algorithm>
#include <utility>

#include "base/crypto.h"
#include "base/executor.h"
#include "base/log.h"
#include "mcp/server/observed.h"
#include "mcp/server/rounds.h"
#include "mcp/server/task_interaction.h"
#include "mcp/server/task_wire.h"
#include "mcp/server/tool_result.h"

namespace pmx::mcp {
namespace {

/// So many questions a task may ask in its life.
constexpr std::size_t kMaxQuestions = 100;
constexpr std::chrono::milliseconds kShortestLife{1000};

/// Who the work is done for. The request's own id is known to the observer of the same server only.
Context task_context(const Core& core, const TaskRow& row) {
  Context ctx;
  ctx.request_id = row.work.server == core.tasks->tag() ? row.work.request_id : row.id;
  ctx.principal = row.principal;
  ctx.client = row.work.client;
  ctx.tool = row.work.tool;
  return ctx;
}

/// 2025-11-25 lets the client ask for a life of its task; ours is the longest.
std::chrono::milliseconds life_of(const Core& core, const Call& call) {
  const Json* task =
      task_wish(call) == TaskWish::kMust ? find_member(call.params, "task") : nullptr;
  const Json* ttl = task == nullptr ? nullptr : find_member(*task, "ttl");
  if (ttl == nullptr || !ttl->is_number()) return core.options.task_ttl;
  const auto longest = static_cast<double>(core.options.task_ttl.count());
  const std::chrono::milliseconds wanted(
      static_cast<std::int64_t>(std::clamp(ttl->get<double>(), 0.0, longest)));
  return std::max(wanted, std::min(kShortestLife, core.options.task_ttl));
}

TaskRow new_row(const Core& core, const TaskSeed& seed) {
  TaskRow row;
  row.id = "task-" + crypto::hex(crypto::random_bytes(16));
  row.principal = seed.ctx.principal;
  row.created = row.updated = core.clock.now();
  row.expires = row.created + life_of(core, seed.call);
  row.work.tool = seed.ctx.tool;
  row.work.client = seed.ctx.client;
  row.work.request_id = seed.ctx.request_id;
  row.work.server = core.tasks->tag();
  row.work.observation = seed.observation;
  if (seed.call.capabilities != nullptr) row.work.capabilities = *seed.call.capabilities;
  return row;
}

Result<TaskRow> add(const Core& core, TaskRow row) {
  PMX_TRY_VOID(remove_expired_tasks(core));
  PMX_TRY_VOID(core.tasks->store().add(row, core.options.task_limits));
  return row;
}

/// What `reply` makes of a task.
void put_end(TaskRow& row, const Result<ToolReply>& reply) {
  row.work.message.clear();
  row.work.asked.clear();
  row.held = false;
  row.status = TaskStatus::kCompleted;
  if (!reply.ok()) {
    row.work.output = failed_output(reply.error());
  } else if (const auto* error = std::get_if<ProtocolError>(&*reply)) {
    row.status = TaskStatus::kFailed;
    row.work.error = *error;
  } else if (const auto* output = std::get_if<ToolOutput>(&*reply)) {
    row.work.output = *output;
  }
}

void tell_observer(const Core& core, const TaskRow& row, CallOutcome outcome) {
  const Context ctx = task_context(core, row);
  outcome.duration = core.clock.now() - row.created;
  const auto told = end_observed(core, ctx, row.work.observation, outcome);
  if (!told.ok()) log::error(ctx, "task.unobserved", {{"why", told.error().message}});
}

CallOutcome failed_outcome(const Error& why) {
  CallOutcome outcome;
  note_failure(outcome, why);
  return outcome;
}

CallOutcome cancelled_outcome() {
  return failed_outcome({Code::kCancelled, "the task was cancelled", ""});
}

CallOutcome expired_outcome() {
  return failed_outcome({Code::kDeadlineExceeded, "the task expired before it had ended", ""});
}

/// Stores the end of `row`, unless it was cancelled meanwhile, and tells everybody.
void finish(const Core& core, const TaskRow& row, const Result<ToolReply>& reply,
            CallOutcome outcome) {
  bool ended = false;
  const auto stored = core.tasks->store().change(row.id, [&](TaskRow& changed) {
    if (changed.over()) return false;
    put_end(changed, reply);
    changed.updated = core.clock.now();
    return ended = true;
  });
  if (!stored.ok()) {
    log::error(task_context(core, row), "task.not_stored", {{"why", stored.error().message}});
  } else if (!ended) {
    outcome = cancelled_outcome();
  }
  tell_observer(core, row, std::move(outcome));
  if (stored.ok() && ended) core.tasks->changed(*stored);
}

/// A key that this task never used on the wire.
std::string fresh_key(const TaskWork& work, const std::string& key) {
  std::string fresh = key;
  for (int n = 2; work.keys.contains(fresh); ++n) fresh = key + "-" + std::to_string(n);
  return fresh;
}

/// Why a task cannot ask this; nothing when it can.
std::optional<Error> unaskable(const TaskRow& row, const InputRequired& ask) {
  const std::string_view lacks = lacking(&row.work.capabilities, ask);
  if (!lacks.empty()) {
    return Error{Code::kFailedPrecondition,
                 "this needs an answer of the user, and the client cannot ask (it lacks " +
                     std::string(lacks) + ")",
                 "use a client that can"};
  }
  if (ask.requests.empty()) return Error{Code::kInternal, "the tool asked nothing", ""};
  if (row.work.keys.size() + ask.requests.size() > kMaxQuestions) {
    return Error{Code::kFailedPrecondition, "asked too often; gave up", ""};
  }
  return std::nullopt;
}

/// Lets the task wait for answers, as data. False when it has ended meanwhile.
bool ask_user(const Core& core, const TaskRow& row, const InputRequired& ask) {
  bool asked = false;
  const auto stored = core.tasks->store().change(row.id, [&](TaskRow& changed) {
    if (changed.over()) return false;
    for (const auto& [key, request] : ask.requests) {
      const std::string fresh = fresh_key(changed.work, key);
      changed.work.keys[fresh] = key;
      changed.work.asked[fresh] = request;
      changed.work.answers.erase(key);
    }
    changed.work.state = ask.state;
    changed.status = TaskStatus::kInputRequired;
    changed.held = false;
    changed.updated = core.clock.now();
    return asked = true;
  });
  if (stored.ok() && asked) core.tasks->changed(*stored);
  return stored.ok() && asked;
}

/// At the end of the server: the work stays to be done. True when it was given back.
bool interrupted(const Core& core, const TaskRow& row, const Context& ctx,
                 const Result<ToolReply>& reply) {
  if (!core.tasks->closing() || !ctx.stop.stop_requested() || reply.ok()) return false;
  bool given_back = false;
  const auto stored = core.tasks->store().change(row.id, [&](TaskRow& changed) {
    if (changed.over()) return false;
    changed.held = false;
    return given_back = true;
  });
  return stored.ok() && given_back;
}

std::stop_token stopped_token() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

/// One round of a task's work, on a thread of the executor. `queued`: the row as it was when the
/// work was queued; since then this process holds it.
void run_round(const Core& core, const TaskRow& queued, const std::stop_token& stop) {
  auto row = core.tasks->store().find(queued.id);
  if (!row.ok()) {
    log::warn(task_context(core, queued), "task.gone", {{"why", row.error().message}});
    const bool removed = row.error().code == Code::kNotFound;
    return tell_observer(core, queued, removed ? expired_outcome() : failed_outcome(row.error()));
  }
  Context ctx = task_context(core, *row);
  ctx.stop = row->status == TaskStatus::kWorking ? stop : stopped_token();
  ctx.deadline = core.clock.steady() + std::max(row->expires - core.clock.now(), kShortestLife);
  const CompiledTool& tool = *core.find_tool(row->work.tool);
  TaskInteraction interaction(core, ctx, *row);
  auto reply = walled(ctx, [&] { return tool.tool->resume(ctx, row->work.data, interaction); });
  if (interrupted(core, *row, ctx, reply)) return;
  if (const auto* ask = reply.ok() ? std::get_if<InputRequired>(&*reply) : nullptr) {
    auto why = unaskable(*row, *ask);
    if (!why && ask_user(core, *row, *ask)) return;
    reply = why.value_or(Error{Code::kCancelled, "the task has ended", ""});
  }
  const CallOutcome outcome = judge(ctx, tool, reply);
  finish(core, *row, reply, outcome);
}

void enqueue(const Core& core, const TaskRow& row) {
  core.tasks->enqueue(row.id, [shared = core.shared_from_this(), row](const std::stop_token& stop) {
    run_round(*shared, row, stop);
  });
}

Error no_task() { return Error{Code::kNotFound, "unknown task", "it may have expired"}; }

}  // namespace

bool can_resume(const Core& core, const TaskRow& row) {
  const CompiledTool* tool = core.find_tool(row.work.tool);
  return tool != nullptr && tool->tool->resume != nullptr;
}

Result<TaskRow> open_task(const Core& core, const TaskSeed& seed, const Deferred& deferred) {
  TaskRow row = new_row(core, seed);
  row.held = true;
  row.work.message = deferred.status;
  row.work.poll_ms = deferred.poll.count();
  row.work.data = deferred.data;
  PMX_TRY(row, add(core, std::move(row)));
  enqueue(core, row);
  return row;
}

Result<TaskRow> open_finished_task(const Core& core, const TaskSeed& seed,
                                   const Result<ToolReply>& reply) {
  TaskRow row = new_row(core, seed);
  put_end(row, reply);
  return add(core, std::move(row));
}

Result<TaskRow> find_task(const Core& core, const Context& ctx, std::string_view id) {
  PMX_TRY(TaskRow row, core.tasks->store().find(id));
  if (row.principal != ctx.principal || row.expires <= core.clock.now()) return no_task();
  if (row.status == TaskStatus::kWorking && !row.held && can_resume(core, row)) {
    resume_tasks(core, [&row](const TaskRow& other) { return other.id == row.id; });
  }
  return row;
}

Result<TaskRow> answer_task(const Core& core, const Context& ctx, std::string_view id,
                            const Answers& answers) {
  PMX_TRY(const TaskRow found, find_task(core, ctx, id));
  bool taken = false;
  PMX_TRY(TaskRow row, core.tasks->store().change(found.id, [&](TaskRow& changed) {
    if (changed.status != TaskStatus::kInputRequired) return false;
    for (const auto& [key, value] : answers) {
      if (!value.is_object() || changed.work.asked.erase(key) == 0) continue;
      changed.work.answers[changed.work.keys[key]] = value;
      taken = true;
    }
    if (!taken) return false;
    changed.updated = core.clock.now();
    if (!changed.work.asked.empty()) return true;
    changed.status = TaskStatus::kWorking;
    changed.held = can_resume(core, changed);
    return true;
  }));
  if (!taken) return row;
  if (row.status == TaskStatus::kWorking && row.held) enqueue(core, row);
  core.tasks->changed(row);
  return row;
}

Result<TaskRow> cancel_task_of(const Core& core, const Context& ctx, std::string_view id) {
  PMX_TRY(const TaskRow found, find_task(core, ctx, id));
  bool cancelled = false;
  bool idle = false;  // nobody is at work who would tell the observer
  PMX_TRY(TaskRow row, core.tasks->store().change(found.id, [&](TaskRow& changed) {
    if (changed.over()) return false;
    idle = !changed.held;
    changed.status = TaskStatus::kCancelled;
    changed.work.message = "cancelled by the client";
    changed.work.asked.clear();
    changed.held = false;
    changed.updated = core.clock.now();
    return cancelled = true;
  }));
  if (!cancelled) return row;
  core.tasks->stop(row.id);
  if (idle) tell_observer(core, row, cancelled_outcome());
  core.tasks->changed(row);
  return row;
}

Result<void> remove_expired_tasks(const Core& core) {
  PMX_TRY(const auto unfinished, core.tasks->store().remove_expired(core.clock.now()));
  for (const TaskRow& row : unfinished)
    if (!row.held) tell_observer(core, row, expired_outcome());
  return {};
}

std::size_t resume_tasks(const Core& core, const std::function<bool(const TaskRow&)>& ours) {
  TaskStore& store = core.tasks->store();
  const auto cleaned = remove_expired_tasks(core);
  const auto rows =
      store.take_abandoned([&](const TaskRow& row) { return ours(row) && can_resume(core, row); });
  if (!cleaned.ok() || !rows.ok()) {
    const Error& why = rows.ok() ? cleaned.error() : rows.error();
    log::error(Context{}, "task.not_resumed", {{"why", why.message}});
  }
  if (!rows.ok()) return 0;
  for (const TaskRow& row : *rows) enqueue(core, row);
  const std::size_t threads = std::min(rows->size(), core.options.tasks_at_once);
  for (std::size_t i = 0; i < threads; ++i) {
    const auto posted =
        core.executor.post([shared = core.shared_from_this()] { shared->tasks->work_off(); });
    if (!posted.ok()) break;  // a busy executor comes to it after its requests
  }
  return rows->size();
}

}  // namespace pmx::mcp
