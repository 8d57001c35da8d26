// Executor: a fixed number of worker threads and a bounded queue. Refuses work when full, so that a
// flood of requests becomes an error at the door instead of memory. Thread-safe.
//
// Short tasks are left to few workers, which stay awake and warm, and the one that went to sleep
// last is woken first. While tasks are queued one more worker stands by and looks every kGlance
// (executor.cpp) whether they move. When they do not it works itself; with more workers than
// processors at work it calls all the others, too. So tasks that block hold up the rest for a few
// glances, and an idle executor costs nothing.
//
// What tasks leave for later, output for example, waits while short tasks follow each other, so
// that it is dealt with once for many of them: see when_quiet().
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
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

  /// For a running task: calls `rest` once, on any thread, before a worker takes the last task of
  /// the queue or rests, and in any case some glances later. False, and `rest` is not kept, where
  /// nobody would see to that: the caller is no worker, nothing is queued, or nobody stands by.
  bool when_quiet(std::function<void()> rest);

  /// Blocks until the queue is empty, no task runs and nothing is left for later.
  void drain();

  /// Like drain(), but gives up after `patience`; true when idle.
  bool drain_for(std::chrono::milliseconds patience);

 private:
  enum class Call { kNone, kStandBy, kWork };
  struct Worker {
    std::condition_variable wake;
    Call call = Call::kNone;
  };

  void work(Worker& self);
  void run_one(std::unique_lock<std::mutex>& lock);
  void settle(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool idle() const;
  void rest(Worker& self, std::unique_lock<std::mutex>& lock);
  bool stand_by(Worker& self, std::unique_lock<std::mutex>& lock);
  bool is_needed(std::uint64_t finished, std::uint64_t posted) const;
  Worker* call(Call what);
  Worker* call_for_queue();

  const std::size_t queue_limit_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable idle_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::function<void()>> later_;  // as when_quiet() promised
  std::vector<Worker> workers_;
  std::vector<Worker*> asleep_;  // the one that fell asleep last is at the end
  Worker* standing_by_ = nullptr;
  std::size_t awake_;  // neither asleep nor standing by
  std::size_t running_ = 0;  // tasks, and threads that do what was left for later
  std::uint64_t posted_ = 0;
  std::uint64_t finished_ = 0;
  bool hurry_ = false;  // tasks block: each queued one calls another worker
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace pmx
