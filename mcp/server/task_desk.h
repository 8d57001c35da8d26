// TaskDesk: the tasks that this server works on now: which of them wait for their turn, how to stop
// one, who waits for its end. The rows themselves are in the store, which other processes may
// share. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "mcp/server/task_store.h"

namespace pmx::mcp {

class TaskDesk {
 public:
  using Work = std::function<void(const std::stop_token& stop)>;
  /// Hears of every change of a task by this desk, after it was stored.
  using OnChange = std::function<void(const std::string& id)>;

  /// At most `at_once` tasks are worked on at a time, so that they never take all the threads.
  TaskDesk(TaskStore& store, std::size_t at_once);

  [[nodiscard]] TaskStore& store() { return store_; }

  /// Names this server among all that ever used the store.
  [[nodiscard]] const std::string& tag() const { return tag_; }

  /// Puts work in the queue; work_off() does it.
  void enqueue(const std::string& id, Work work);

  /// Does queued work on this thread while there is some and not too much is under way. Cheap when
  /// there is none.
  void work_off();

  /// Asks the work on a task to end, whether it runs or waits for its turn.
  void stop(const std::string& id);

  /// Calls `again` once: when the task is no longer working, `stop` is requested, or the desk
  /// closes. Maybe at once.
  void wait(const std::string& id, const std::stop_token& stop, std::function<void()> again);

  /// Tells those who wait for the task and the listeners.
  void changed(const TaskRow& row);

  /// Looks at what others did to the tasks at hand: work on a task that has ended is stopped, and
  /// who waits for one that has ended, asks, or was abandoned is told.
  void look();

  /// Whether another process may have changed tasks since the last call.
  bool changed_elsewhere();

  /// Adds a listener; called on any thread, without locks held.
  void listen(OnChange listener);

  /// Stops everything, for the end of the server: what was not done stays in the store and can be
  /// taken up again; nobody waits any more. True when all work has returned within `patience`.
  bool close(std::chrono::milliseconds patience);

  /// After close(): work that ends without success was interrupted rather than failed.
  [[nodiscard]] bool closing() const { return closing_; }

 private:
  struct Entry {
    std::string id;
    Work work;
    std::stop_source stop;
  };
  struct Waiter;
  class Turn;
  /// Something that is asked for each second: logs when it begins to fail and when that is over.
  class Outage {
   public:
    void note(const char* what, const std::optional<Error>& failure);

   private:
    std::atomic<bool> lasts_ = false;
  };

  std::shared_ptr<Entry> take();
  void left(const std::shared_ptr<Entry>& entry);
  void give_back(const std::string& id);
  void wake(const std::string& id);
  [[nodiscard]] std::set<std::string> at_hand();

  TaskStore& store_;
  const std::size_t at_once_;
  const std::string tag_;
  std::atomic<bool> closing_ = false;
  std::atomic<std::int64_t> seen_elsewhere_ = 0;
  Outage rows_;
  Outage changes_;
  std::atomic<std::size_t> queued_ = 0;  // a hint for work_off()
  std::mutex mutex_;                     // guards the members below
  std::condition_variable idle_;
  std::deque<std::shared_ptr<Entry>> queue_;
  std::multimap<std::string, std::shared_ptr<Entry>, std::less<>> entries_;  // queued and running
  std::size_t running_ = 0;
  std::multimap<std::string, std::shared_ptr<Waiter>, std::less<>> waiters_;
  std::vector<std::shared_ptr<const OnChange>> listeners_;  // shared with calls under way
};

}  // namespace pmx::mcp
