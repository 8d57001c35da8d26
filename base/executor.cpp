#include "base/executor.h"

#include <exception>

#include "base/log.h"

namespace pmx {

Executor::Executor(std::size_t threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Executor::~Executor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

Result<void> Executor::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{Code::kCancelled, "the server is shutting down", ""};
    if (queue_.size() >= queue_limit_) {
      return Error{Code::kResourceExhausted, "too many requests are waiting", "send fewer at once"};
    }
    queue_.push_back(std::move(task));
    if (!should_wake()) return {};
  }
  wake_.notify_one();
  return {};
}

/// One worker is woken at a time, and wakes the next one if there is still something to do. A burst
/// of short tasks is so left to few workers, while a task that blocks holds up nobody.
bool Executor::should_wake() {
  if (queue_.empty() || waiting_ == 0 || waking_) return false;
  waking_ = true;
  return true;
}

void Executor::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
}

bool Executor::drain_for(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, patience, [this] { return queue_.empty() && running_ == 0; });
}

void Executor::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (!stopping_ && queue_.empty()) {
      ++waiting_;
      wake_.wait(lock);
      --waiting_;
      waking_ = false;
    }
    if (queue_.empty()) return;
    auto task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    const bool wake = should_wake();
    lock.unlock();
    if (wake) wake_.notify_one();
    try {
      task();
    } catch (
        const std::exception& e) {  // the wall: a task's exception ends the task, not the process
      log::error(Context{}, "task.exception", {{"what", e.what()}});
    } catch (...) {
      log::error(Context{}, "task.exception", {{"what", "not a std::exception"}});
    }
    task = nullptr;
    lock.lock();
    if (--running_ == 0 && queue_.empty()) idle_.notify_all();
  }
}

}  // namespace pmx
