#include "base/executor.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"

namespace pmx {
namespace {

constexpr std::chrono::microseconds kGlance{300};

/// How many workers can be of use while tasks compute.
std::size_t cores() {
  static const std::size_t count = std::max(1U, std::thread::hardware_concurrency());
  return count;
}

/// Whose worker this thread is.
thread_local const Executor* current = nullptr;

/// The wall: an exception ends the task, not the process.
void run_walled(const std::function<void()>& task) {
  try {
    task();
  } catch (const std::exception& e) {
    log::error(Context{}, "task.exception", {{"what", e.what()}});
  } catch (...) {
    log::error(Context{}, "task.exception", {{"what", "not a std::exception"}});
  }
}

/// Locks, and tries some times before it sleeps: the lock is held for less than a system call
/// takes.
void lock_soon(std::unique_lock<std::mutex>& lock) {
  constexpr int kTries = 64;
  for (int i = 0; i < kTries; ++i) {
    if (lock.try_lock()) return;
  }
  lock.lock();
}

}  // namespace

Executor::Executor(std::size_t threads, std::size_t queue_limit)
    : queue_limit_(queue_limit), workers_(threads), awake_(threads) {
  threads_.reserve(threads);
  asleep_.reserve(threads);
  for (Worker& worker : workers_) threads_.emplace_back([this, &worker] { work(worker); });
}

Executor::~Executor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    while (call(Call::kWork) != nullptr) {
    }
  }
  for (Worker& worker : workers_) worker.wake.notify_one();
}

Result<void> Executor::post(std::function<void()> task) {
  Worker* called = nullptr;
  {
    std::unique_lock lock(mutex_, std::defer_lock);
    lock_soon(lock);
    if (stopping_) return Error{Code::kCancelled, "the server is shutting down", ""};
    if (queue_.size() >= queue_limit_) {
      return Error{Code::kResourceExhausted, "too many requests are waiting", "send fewer at once"};
    }
    queue_.push_back(std::move(task));
    ++posted_;
    called = call_for_queue();
  }
  if (called != nullptr) called->wake.notify_one();
  return {};
}

/// Takes a worker from its rest; it is to be notified. nullptr when there is none.
Executor::Worker* Executor::call(Call what) {
  Worker* worker = nullptr;
  if (!asleep_.empty()) {
    worker = asleep_.back();
    asleep_.pop_back();
  } else if (what == Call::kWork) {
    worker = std::exchange(standing_by_, nullptr);
  }
  if (worker == nullptr) return nullptr;
  worker->call = what;
  if (what == Call::kStandBy) {
    standing_by_ = worker;
  } else {
    ++awake_;
  }
  return worker;
}

/// Whom the queue needs: somebody to work when nobody does, else somebody to stand by.
Executor::Worker* Executor::call_for_queue() {
  if (queue_.empty()) return nullptr;
  if (awake_ == 0) return call(Call::kWork);
  return standing_by_ == nullptr ? call(Call::kStandBy) : nullptr;
}

void Executor::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return idle(); });
}

bool Executor::drain_for(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, patience, [this] { return idle(); });
}

bool Executor::idle() const {
  return queue_.empty() && running_ == 0 && later_.empty();
}

bool Executor::when_quiet(std::function<void()> rest) {
  if (current != this) return false;
  std::unique_lock lock(mutex_, std::defer_lock);
  lock_soon(lock);
  if (queue_.empty() || standing_by_ == nullptr) return false;
  later_.push_back(std::move(rest));
  return true;
}

/// Does what was left for later.
void Executor::settle(std::unique_lock<std::mutex>& lock) {
  if (later_.empty()) return;
  const auto rests = std::exchange(later_, {});
  ++running_;
  lock.unlock();
  for (const auto& rest : rests) run_walled(rest);
  lock_soon(lock);
  --running_;
  if (idle()) idle_.notify_all();
}

void Executor::work(Worker& self) {
  current = this;
  std::unique_lock lock(mutex_);
  while (true) {
    while (!stopping_ && queue_.empty()) rest(self, lock);
    if (queue_.empty()) return;
    run_one(lock);
    if (queue_.empty()) settle(lock);
    if (idle()) idle_.notify_all();
  }
}

void Executor::run_one(std::unique_lock<std::mutex>& lock) {
  auto task = std::move(queue_.front());
  queue_.pop_front();
  ++running_;
  if (queue_.empty()) hurry_ = false;
  Worker* const called = hurry_ ? call(Call::kWork) : call_for_queue();
  // Nobody would look after what waits while this task, which may take long, runs.
  const bool alone = queue_.empty() || standing_by_ == nullptr;
  const auto rests = alone ? std::exchange(later_, {}) : std::vector<std::function<void()>>{};
  lock.unlock();
  if (called != nullptr) called->wake.notify_one();
  for (const auto& rest : rests) run_walled(rest);
  run_walled(task);
  task = nullptr;
  lock_soon(lock);
  ++finished_;
  --running_;
}

/// Until there is something to do.
void Executor::rest(Worker& self, std::unique_lock<std::mutex>& lock) {
  --awake_;
  do {
    self.call = Call::kNone;
    asleep_.push_back(&self);
    self.wake.wait(lock, [&self] { return self.call != Call::kNone; });
  } while (self.call == Call::kStandBy && !stand_by(self, lock));
}

/// Sees that the queue moves while others work; true when it is to work itself, false when nothing
/// goes on any more.
bool Executor::stand_by(Worker& self, std::unique_lock<std::mutex>& lock) {
  while (true) {
    const std::uint64_t finished = finished_;
    const std::uint64_t posted = posted_;
    if (self.wake.wait_for(lock, kGlance, [&self] { return self.call == Call::kWork; })) {
      return true;
    }
    settle(lock);
    if (self.call == Call::kWork) return true;
    const bool quiet = queue_.empty() && finished == finished_;
    const bool needed = is_needed(finished, posted);
    if (!quiet && !needed) continue;
    standing_by_ = nullptr;
    if (needed) ++awake_;
    // Up to one worker a processor may only have been kept from running.
    hurry_ = hurry_ || (needed && finished == finished_ && awake_ > cores());
    return needed;
  }
}

/// Whether those who work do not get on with the queue since so many tasks were `finished` and
/// `posted`: all of them block, or a processor is left and a task has waited all the time.
bool Executor::is_needed(std::uint64_t finished, std::uint64_t posted) const {
  if (queue_.empty()) return false;
  const bool waits = posted_ - queue_.size() < posted;
  return finished == finished_ || (waits && awake_ < cores());
}

}  // namespace pmx
