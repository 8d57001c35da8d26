#include "app/auditor.h"

#include "base/log.h"

namespace pmx::app {
namespace {

constexpr std::int64_t kNotRecorded = 0;
constexpr std::size_t kMaxArguments = std::size_t{64} * 1024;

/// A refused call may carry megabytes; the trail keeps that it happened, not all it said.
Json bounded(const Json& arguments) {
  const std::size_t size = dump_json(arguments).size();
  return size <= kMaxArguments ? arguments : Json{{"left_out_bytes", size}};
}

}  // namespace

Result<std::int64_t> Auditor::started(const Context& ctx, std::string_view name,
                                      const Json& arguments, bool writes) {
  state::AuditEntry entry;
  entry.time = clock_.now();
  entry.principal = ctx.principal;
  entry.client = ctx.client;
  entry.request_id = ctx.request_id;
  entry.tool = name;
  entry.arguments = bounded(arguments);
  entry.writes = writes;
  auto id = store_.begin(entry);
  if (!id.ok()) {
    log::error(ctx, "audit.failed", {{"error", id.error().text()}});
    if (!writes) return kNotRecorded;
    return Error{Code::kUnavailable,
                 "the change was not made, because it could not be recorded: " + id.error().message,
                 id.error().advice};
  }
  const std::lock_guard lock(mutex_);
  running_[ctx.request_id] = *id;
  return id;
}

void Auditor::note_task(const Context& ctx, const std::string& upid) {
  std::int64_t id = kNotRecorded;
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(ctx.request_id);
    if (found != running_.end()) id = found->second;
  }
  if (id == kNotRecorded) return;
  const auto noted = store_.note_task(id, upid);
  if (!noted.ok()) log::error(ctx, "audit.failed", {{"error", noted.error().text()}});
}

void Auditor::finished(const Context& ctx, std::int64_t token, const mcp::CallOutcome& outcome) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(ctx.request_id);
  }
  if (token == kNotRecorded) return;
  const auto done = store_.finish(token, outcome.ok,
                                  outcome.ok ? Json{{"summary", outcome.summary()}} : outcome.result(),
                                  outcome.duration);
  if (!done.ok()) log::error(ctx, "audit.failed", {{"error", done.error().text()}});
}

}  // namespace pmx::app
