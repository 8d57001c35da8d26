// Executor: a fixed number of worker threads and a bounded queue. Refuses work when full, so that a
// flood of requests becomes an error at the door instead of memory. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"

namespace pmx {

/// Runs tasks in the order they were posted. An exception that leaves a task is logged and ends
/// that task only.
class Executor {
 public:
  /// Starts `threads` workers; at most `queue_limit` tasks wait beside the running ones.
  Executor(std::size_t threads, std::size_t queue_limit);

  /// Finishes what is queued, then joins.
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Queues `task`. kResourceExhausted when the queue is full, kCancelled after shutdown began.
  Result<void> post(std::function<void()> task);

  /// Blocks until the queue is empty and no task runs.
  void drain();

  /// Like drain(), but gives up after `patience`; true when idle.
  bool drain_for(std::chrono::milliseconds patience);

 private:
  void work();
  bool should_wake();

  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<std::function<void()>> queue_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;  // workers without a task
  bool waking_ = false;      // one of them was told and has not come yet
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace pmx
