#include "app/auditor.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/wall.h"

namespace pmx::app {
namespace {

constexpr std::size_t kMaxArguments = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds kHold{100};
constexpr std::size_t kMostHeld = std::size_t{256} * 1024;  // bytes
constexpr std::size_t kBatch = 256;                         // entries

/// A refused call may carry megabytes; the trail keeps that it happened, not all it said.
Json bounded(const Json& arguments, std::size_t size) {
  return size <= kMaxArguments ? arguments : Json{{"left_out_bytes", size}};
}

/// What the trail keeps of an outcome.
Json kept(const mcp::CallOutcome& outcome) {
  return outcome.ok ? Json{{"summary", outcome.summary()}} : outcome.result();
}

/// The tokens of reads are negative, so that none looks like the id of an entry.
bool is_read(std::int64_t token) { return token < 0; }

void alarm(const Context& ctx, const Error& error) {
  log::error(ctx, "audit.failed", {{"error", error.text()}});
}

}  // namespace

Auditor::~Auditor() {
  attempt(Context{}, [this] { flush(); });
}

Result<std::int64_t> Auditor::started(const Context& ctx, std::string_view name,
                                      const Json& arguments, bool writes) {
  const std::size_t size = dump_json(arguments).size();
  state::AuditEntry entry;
  entry.time = clock_.now();
  entry.principal = ctx.principal;
  entry.client = ctx.client;
  entry.request_id = ctx.request_id;
  entry.tool = name;
  entry.arguments = bounded(arguments, size);
  entry.writes = writes;
  if (!writes) return hold(std::move(entry), sizeof(Read) + std::min(size, kMaxArguments));
  flush();  // the trail keeps the order of calls
  auto id = store_.begin(entry);
  if (!id.ok()) {
    alarm(ctx, id.error());
    return Error{Code::kUnavailable,
                 "the change was not made, because it could not be recorded: " + id.error().message,
                 id.error().advice};
  }
  const std::lock_guard lock(mutex_);
  running_[ctx.request_id] = *id;
  return id;
}

/// The token of a read that begins.
std::int64_t Auditor::hold(state::AuditEntry entry, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  const std::int64_t number = ++last_read_;
  running_[entry.request_id] = -number;
  Read& read = reads_[number];
  read.entry = std::move(entry);
  read.bytes = bytes;
  held_bytes_ += bytes;
  mark_held();
  const bool enough = held_bytes_ > kMostHeld;
  lock.unlock();
  if (enough) write_batch();
  return -number;
}

/// Under the lock.
void Auditor::mark_held() {
  if (!std::exchange(held_, true)) came_.notify_one();
}

bool Auditor::wait_held(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return came_.wait(lock, stop, [this] { return held_; });
}

void Auditor::note_task(const Context& ctx, const std::string& upid) {
  flush();  // the entry of a read must be there
  std::int64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(ctx.request_id);
    if (found == running_.end()) return;
    id = found->second;
    if (is_read(id)) {
      const auto read = reads_.find(-id);
      if (read == reads_.end()) return;  // its entry could not be written; the log has it
      id = read->second.id;
    }
  }
  const auto noted = store_.note_task(id, upid);
  if (!noted.ok()) alarm(ctx, noted.error());
}

void Auditor::finished(const Context& ctx, std::int64_t token, const mcp::CallOutcome& outcome) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(ctx.request_id);
  }
  if (is_read(token)) return finish_read(token, outcome);
  const auto done = store_.finish(token, outcome.ok, kept(outcome), outcome.duration);
  if (!done.ok()) alarm(ctx, done.error());
  flush();
}

void Auditor::finish_read(std::int64_t token, const mcp::CallOutcome& outcome) {
  Json result = kept(outcome);
  const std::lock_guard lock(mutex_);
  const auto found = reads_.find(-token);
  if (found == reads_.end()) return;  // its entry could not be written; the log has it
  Read& read = found->second;
  if (read.entry) {
    read.entry->outcome = outcome.ok ? "ok" : "error";
    read.entry->result = std::move(result);
    read.entry->duration = outcome.duration;
    return;
  }
  read.end = state::AuditEnd{read.id, outcome.ok, std::move(result), outcome.duration};
  mark_held();
}

/// What one transaction writes: few entries, so that a busy time leaves no heap behind it.
struct Auditor::Batch {
  std::vector<state::AuditEntry> entries;
  std::vector<std::int64_t> numbers;  ///< of the entries
  std::vector<state::AuditEnd> ends;
};

Auditor::Batch Auditor::take_batch() {
  const std::lock_guard lock(mutex_);
  Batch batch;
  batch.entries.reserve(std::min(reads_.size(), kBatch));
  auto read = reads_.begin();
  while (read != reads_.end() && batch.entries.size() < kBatch) {
    auto& [number, state] = *read;
    if (state.entry) {
      batch.entries.push_back(*std::exchange(state.entry, std::nullopt));
      batch.numbers.push_back(number);
      held_bytes_ -= state.bytes;
    }
    const bool over = state.end.has_value();
    if (over) {
      state.end->id = state.id;
      batch.ends.push_back(*std::move(state.end));
    }
    read = over ? reads_.erase(read) : std::next(read);
  }
  held_ = read != reads_.end();
  return batch;
}

/// The entries of `batch` have these `ids` now, or none when they could not be written.
void Auditor::settle(const Batch& batch, const std::vector<std::int64_t>& ids) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
    const bool over = !batch.entries[i].outcome.empty();
    if (over || ids.empty()) {
      reads_.erase(batch.numbers[i]);
    } else {
      reads_[batch.numbers[i]].id = ids[i];
    }
  }
}

void Auditor::flush() {
  while (write_batch()) {
  }
}

/// Whether more was held than it wrote.
bool Auditor::write_batch() {
  const std::lock_guard one_batch(writing_);
  const Batch batch = take_batch();
  if (batch.entries.empty() && batch.ends.empty()) return false;
  auto ids = store_.append(batch.entries, batch.ends);
  if (!ids.ok()) alarm(Context{}, ids.error());
  settle(batch, ids.ok() ? *ids : std::vector<std::int64_t>());
  return batch.entries.size() == kBatch;
}

AuditWriter::AuditWriter(Auditor& auditor, Clock& clock)
    : thread_([&auditor, &clock](const std::stop_token& stop) {
        while (auditor.wait_held(stop)) {
          clock.wait(stop, kHold);
          attempt(Context{}, [&auditor] { auditor.flush(); });
        }
      }) {}

}  // namespace pmx::app
