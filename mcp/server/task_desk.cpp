#include "mcp/server/task_desk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/crypto.h"
#include "base/log.h"

namespace pmx::mcp {

struct TaskDesk::Waiter {
  std::function<void()> again;
  std::atomic<bool> called = false;
  std::optional<std::stop_callback<std::function<void()>>> stopped;  // set last; may fire at once

  void call() {
    if (!called.exchange(true)) again();
  }
};

/// The time between take() and left(), however the work ends.
class TaskDesk::Turn {
 public:
  Turn(TaskDesk& desk, const std::shared_ptr<Entry>& entry) : desk_(desk), entry_(entry) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { desk_.left(entry_); }

 private:
  TaskDesk& desk_;
  const std::shared_ptr<Entry>& entry_;
};

TaskDesk::TaskDesk(TaskStore& store, std::size_t at_once)
    : store_(store),
      at_once_(std::max<std::size_t>(at_once, 1)),
      tag_(crypto::hex(crypto::random_bytes(8))) {}

void TaskDesk::enqueue(const std::string& id, Work work) {
  auto entry = std::make_shared<Entry>(Entry{id, std::move(work), {}});
  {
    const std::lock_guard lock(mutex_);
    if (!closing_) {
      entries_.emplace(id, entry);
      queue_.push_back(std::move(entry));
      queued_ = queue_.size();
      return;
    }
  }
  give_back(id);
}

std::shared_ptr<TaskDesk::Entry> TaskDesk::take() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty() || running_ >= at_once_) return nullptr;
  auto entry = std::move(queue_.front());
  queue_.pop_front();
  queued_ = queue_.size();
  ++running_;
  return entry;
}

void TaskDesk::left(const std::shared_ptr<Entry>& entry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&entry](const auto& slot) { return slot.second == entry; });
  if (--running_ == 0) idle_.notify_all();
}

void TaskDesk::work_off() {
  if (queued_ == 0) return;
  while (const auto entry = take()) {
    const Turn turn(*this, entry);
    entry->work(entry->stop.get_token());
  }
}

void TaskDesk::stop(const std::string& id) {
  std::vector<std::shared_ptr<Entry>> found;
  {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = entries_.equal_range(id);
    for (auto slot = begin; slot != end; ++slot) found.push_back(slot->second);
  }
  for (const auto& entry : found) entry->stop.request_stop();  // runs callbacks: without the lock
}

void TaskDesk::wait(const std::string& id, const std::stop_token& stop,
                    std::function<void()> again) {
  const auto waiter = std::make_shared<Waiter>();
  waiter->again = std::move(again);
  {
    const std::lock_guard lock(mutex_);
    waiters_.emplace(id, waiter);
  }
  // The callback holds the waiter weakly: the waiter owns the callback.
  waiter->stopped.emplace(stop, [this, weak = std::weak_ptr(waiter)] {
    const auto held = weak.lock();
    if (held == nullptr) return;
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(waiters_, [&held](const auto& slot) { return slot.second == held; });
    }
    held->call();
  });
  const auto row = store_.find(id);  // it may have ended before anybody waited
  if (!row.ok() || row->status != TaskStatus::kWorking) wake(id);
}

void TaskDesk::wake(const std::string& id) {
  std::vector<std::shared_ptr<Waiter>> woken;
  {
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = waiters_.equal_range(id);
    for (auto slot = begin; slot != end; ++slot) woken.push_back(slot->second);
    waiters_.erase(begin, end);
  }
  for (const auto& waiter : woken) waiter->call();
}

void TaskDesk::changed(const TaskRow& row) {
  std::vector<std::shared_ptr<const OnChange>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) (*listener)(row.id);
  if (row.status != TaskStatus::kWorking) wake(row.id);
}

std::set<std::string> TaskDesk::at_hand() {
  std::set<std::string> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, entry] : entries_) ids.insert(id);
  for (const auto& [id, waiter] : waiters_) ids.insert(id);
  return ids;
}

void TaskDesk::look() {
  std::optional<Error> unreadable;
  for (const std::string& id : at_hand()) {
    const auto row = store_.find(id);
    if (!row.ok() && row.error().code != Code::kNotFound) {
      unreadable = row.error();
      continue;
    }
    if (!row.ok() || row->over()) stop(id);
    if (!row.ok() || row->status != TaskStatus::kWorking || !row->held) wake(id);
  }
  rows_.note("rows", unreadable);
}

bool TaskDesk::changed_elsewhere() {
  const auto now = store_.changes_elsewhere();
  changes_.note("changes", now.ok() ? std::nullopt : std::optional(now.error()));
  return now.ok() && seen_elsewhere_.exchange(*now) != *now;
}

void TaskDesk::Outage::note(const char* what, const std::optional<Error>& failure) {
  if (lasts_.exchange(failure.has_value()) == failure.has_value()) return;
  if (failure) {
    log::warn(Context{}, "task.unreadable", {{"what", what}, {"why", failure->message}});
  } else {
    log::info(Context{}, "task.readable_again", {{"what", what}});
  }
}

void TaskDesk::listen(OnChange listener) {
  auto kept = std::make_shared<const OnChange>(std::move(listener));
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(kept));
}

void TaskDesk::give_back(const std::string& id) {
  const auto row =
      store_.change(id, [](TaskRow& stored) { return std::exchange(stored.held, false); });
  if (!row.ok()) log::warn(Context{}, "task.not_given_back", {{"why", row.error().message}});
}

bool TaskDesk::close(std::chrono::milliseconds patience) {
  std::deque<std::shared_ptr<Entry>> queued;
  std::vector<std::shared_ptr<Entry>> running;
  std::vector<std::shared_ptr<Waiter>> waiting;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    queued.swap(queue_);
    queued_ = 0;
    for (const auto& entry : queued) {
      std::erase_if(entries_, [&entry](const auto& slot) { return slot.second == entry; });
    }
    for (const auto& [id, entry] : entries_) running.push_back(entry);
    for (const auto& [id, waiter] : waiters_) waiting.push_back(waiter);
    waiters_.clear();
  }
  for (const auto& entry : queued) give_back(entry->id);
  for (const auto& entry : running) entry->stop.request_stop();
  for (const auto& waiter : waiting) waiter->call();
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, patience, [this] { return running_ == 0; });
}

}  // namespace pmx::mcp
