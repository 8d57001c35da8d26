// Events: the hub between a product that publishes changes and the clients that subscribed to them.
// Changes of tasks of the protocol go the same way.
//
// Publishing puts a mark on a bounded list and returns: one thread of the hub (begun with the first
// subscription) carries the news to the receivers, so a slow client never holds up a publisher.
// What is published again before it was carried is carried once. Thread-safe.
//
//   Events events({.resources = true, .updates = true});
//   catalogue.events = &events;
//   events.resource_updated("pve://home/guests/105");
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"

namespace pmx::mcp {

/// The lists whose change can be announced.
enum class ChangedList { kTools, kPrompts, kResources };

/// What a product publishes, or what a client wants.
struct Topics {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  bool updates = false;  ///< of single resources

  [[nodiscard]] bool has(ChangedList list) const;
  [[nodiscard]] bool any() const { return tools || prompts || resources || updates; }
};

/// One subscriber. The hub calls it on its own thread only, one call at a time: opened() first,
/// ended() last.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void opened() {}
  virtual void changed(ChangedList list) = 0;
  /// `word`: the resource's URI as the client spelled it.
  virtual void updated(const std::string& word) = 0;
  /// A task of the protocol has changed, or may have. False when it will not change again: then the
  /// hub forgets it.
  virtual bool task_changed(const std::string& /*id*/) { return false; }
  /// `graceful`: the server ends it, not the client.
  virtual void ended(bool /*graceful*/) {}
};

class Events {
 public:
  struct Limits {
    std::size_t subscriptions = 20'000;
    std::size_t subscriptions_of_one = 128;  ///< of one conversation
    std::size_t resources = 200'000;         ///< subscribed to, with tasks
    std::size_t resources_of_one = 1'000;    ///< of one conversation
  };
  using Ticket = std::uint64_t;  ///< never 0
  /// A client's word for a resource, to the real URI that is published.
  using Watches = std::map<std::string, std::string>;

  explicit Events(Topics publishes) : Events(publishes, Limits()) {}
  Events(Topics publishes, Limits limits);

  /// Drops what is still open without a word.
  ~Events();

  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  [[nodiscard]] const Topics& publishes() const { return publishes_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

  void tools_changed() { list_changed(ChangedList::kTools); }
  void prompts_changed() { list_changed(ChangedList::kPrompts); }
  void resources_changed() { list_changed(ChangedList::kResources); }

  /// `uri`: the real one, as ResourceTemplate::locate gives it.
  void resource_updated(std::string_view uri);

  /// A task of the protocol was changed by this process.
  void task_changed(std::string_view id);

  /// Any task may have changed: another process was at work.
  void tasks_changed();

  /// Whether anybody wants to hear of resources: is it worth looking for changes?
  [[nodiscard]] bool wanted() const { return wanting_ > 0; }

  /// `of` (a conversation, say) groups subscriptions for the limits and for close_all(). The
  /// receiver is asked to look at each of `tasks` once it is open, and again when it may have
  /// changed. kResourceExhausted at a limit.
  Result<Ticket> open(const void* of, std::shared_ptr<Receiver> receiver, Topics wants,
                      const Watches& watches, const std::set<std::string>& tasks = {});

  /// Ends a subscription; unknown tickets are ignored.
  void close(Ticket ticket);

  /// Ends all subscriptions `of` something gracefully, or all there are with nullptr.
  void close_all(const void* of);

  /// One more resource, or one less, of an open subscription.
  Result<void> watch(Ticket ticket, const std::string& word, const std::string& uri);
  void unwatch(Ticket ticket, const std::string& word);

  /// One more task of an open subscription, as with open().
  Result<void> watch_task(Ticket ticket, const std::string& id);

  /// Waits until all that was asked and published before has been carried; false when `patience`
  /// (real time) runs out first, because a receiver is stuck. Not for receivers.
  bool settle(std::chrono::milliseconds patience);

 private:
  struct Entry {
    const void* of = nullptr;
    std::shared_ptr<Receiver> receiver;  // shared with the calls that the hub's thread makes
    Topics wants;
    Watches watches;
    std::set<std::string, std::less<>> tasks;
  };
  struct Usage {
    std::size_t subscriptions = 0;
    std::size_t resources = 0;
  };
  struct Ending {
    std::shared_ptr<Receiver> receiver;
    bool graceful = false;
  };
  struct Pending {
    std::vector<std::shared_ptr<Receiver>> opened;
    std::set<ChangedList> lists;
    std::set<std::string, std::less<>> uris;
    std::set<std::string, std::less<>> tasks;
    std::vector<Ending> ended;
    [[nodiscard]] bool empty() const;
  };
  struct TaskNews {
    Ticket ticket = 0;
    std::shared_ptr<Receiver> receiver;
    std::string id;
  };
  using OverTasks = std::vector<std::pair<Ticket, std::string>>;
  /// What one turn of the thread carries.
  struct Load {
    Pending taken;
    std::vector<std::pair<std::shared_ptr<Receiver>, ChangedList>> lists;
    std::vector<std::pair<std::shared_ptr<Receiver>, std::string>> updates;
    std::vector<TaskNews> tasks;
  };
  using Entries = std::map<Ticket, Entry>;

  void list_changed(ChangedList list);
  Result<void> check_limits(const void* of, std::size_t subscriptions, std::size_t resources) const;
  void add_watch(Ticket ticket, Entry& entry, const std::string& word, const std::string& uri);
  void remove_watch(Ticket ticket, Entry& entry, Watches::iterator watch);
  void add_task(Ticket ticket, Entry& entry, const std::string& id);
  void remove_task(Ticket ticket, Entry& entry, const std::string& id);
  Entries::iterator remove(Entries::iterator slot, bool graceful);
  void work(const std::stop_token& stop);
  Load take_load();
  /// Which tasks need no watching any more.
  static OverTasks carry(const Load& load);
  void forget(const OverTasks& over);

  const Topics publishes_;
  const Limits limits_;
  std::atomic<std::size_t> wanting_ = 0;  // subscriptions that want news of resources
  std::mutex mutex_;                      // guards what follows; never held while calling out
  std::condition_variable_any changed_;
  Entries entries_;
  std::map<std::string, std::set<std::pair<Ticket, std::string>>, std::less<>> watchers_;  // by URI
  std::map<std::string, std::set<Ticket>, std::less<>> task_watchers_;  // by task id
  std::map<const void*, Usage> usage_;
  std::size_t watch_count_ = 0;
  Pending pending_;
  bool carrying_ = false;
  Ticket last_ticket_ = 0;
  std::jthread thread_;  // last member: it must end before anything it uses
};

}  // namespace pmx::mcp
