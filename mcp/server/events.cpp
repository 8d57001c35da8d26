#include "mcp/server/events.h"

#include <iterator>

#include "base/wall.h"

namespace pmx::mcp {
namespace {

Error exhausted(const char* what) {
  return Error{Code::kResourceExhausted, std::string("too many ") + what,
               "end one before opening another"};
}

bool hears_of_resources(const Topics& wants, std::size_t watches) {
  return wants.resources || watches > 0;
}

}  // namespace

bool Topics::has(ChangedList list) const {
  switch (list) {
    case ChangedList::kTools: return tools;
    case ChangedList::kPrompts: return prompts;
    case ChangedList::kResources: return resources;
  }
  std::abort();
}

bool Events::Pending::empty() const {
  return opened.empty() && lists.empty() && uris.empty() && tasks.empty() && ended.empty();
}

Events::Events(Topics publishes, Limits limits) : publishes_(publishes), limits_(limits) {}

Events::~Events() {
  Entries left;  // ends after the lock: receivers take their conversations with them
  {
    const std::lock_guard lock(mutex_);
    left.swap(entries_);
    watchers_.clear();
    task_watchers_.clear();
  }
  thread_ = {};  // stops and joins
}

void Events::list_changed(ChangedList list) {
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) return;
  pending_.lists.insert(list);
  changed_.notify_all();
}

void Events::resource_updated(std::string_view uri) {
  const std::lock_guard lock(mutex_);
  if (!watchers_.contains(uri)) return;
  pending_.uris.emplace(uri);
  changed_.notify_all();
}

void Events::task_changed(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (!task_watchers_.contains(id)) return;
  pending_.tasks.emplace(id);
  changed_.notify_all();
}

void Events::tasks_changed() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, tickets] : task_watchers_) pending_.tasks.insert(id);
  if (!task_watchers_.empty()) changed_.notify_all();
}

Result<void> Events::check_limits(const void* of, std::size_t subscriptions,
                                  std::size_t resources) const {
  const auto slot = usage_.find(of);
  const Usage used = slot == usage_.end() ? Usage{} : slot->second;
  if (used.subscriptions + subscriptions > limits_.subscriptions_of_one) {
    return exhausted("subscriptions of this client");
  }
  if (used.resources + resources > limits_.resources_of_one) {
    return exhausted("subscribed resources and tasks of this client");
  }
  if (entries_.size() + subscriptions > limits_.subscriptions) return exhausted("subscriptions");
  if (watch_count_ + resources > limits_.resources)
    return exhausted("subscribed resources and tasks");
  return {};
}

Result<Events::Ticket> Events::open(const void* of, std::shared_ptr<Receiver> receiver,
                                    Topics wants, const Watches& watches,
                                    const std::set<std::string>& tasks) {
  const std::lock_guard lock(mutex_);
  PMX_TRY_VOID(check_limits(of, 1, watches.size() + tasks.size()));
  const Ticket ticket = ++last_ticket_;
  Entry& entry = entries_[ticket];
  entry = {of, receiver, wants, {}, {}};
  ++usage_[of].subscriptions;
  if (hears_of_resources(wants, 0)) ++wanting_;
  for (const auto& [word, uri] : watches) add_watch(ticket, entry, word, uri);
  for (const std::string& id : tasks) add_task(ticket, entry, id);
  pending_.opened.push_back(std::move(receiver));
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  changed_.notify_all();
  return ticket;
}

void Events::add_watch(Ticket ticket, Entry& entry, const std::string& word,
                       const std::string& uri) {
  if (!hears_of_resources(entry.wants, entry.watches.size())) ++wanting_;
  entry.watches.emplace(word, uri);
  watchers_[uri].emplace(ticket, word);
  ++usage_[entry.of].resources;
  ++watch_count_;
}

void Events::remove_watch(Ticket ticket, Entry& entry, Watches::iterator watch) {
  const auto slot = watchers_.find(watch->second);
  slot->second.erase({ticket, watch->first});
  if (slot->second.empty()) watchers_.erase(slot);
  entry.watches.erase(watch);
  if (!hears_of_resources(entry.wants, entry.watches.size())) --wanting_;
  --usage_[entry.of].resources;
  --watch_count_;
}

void Events::add_task(Ticket ticket, Entry& entry, const std::string& id) {
  entry.tasks.insert(id);
  task_watchers_[id].insert(ticket);
  pending_.tasks.insert(id);  // it may have changed before it was watched
  ++usage_[entry.of].resources;
  ++watch_count_;
}

void Events::remove_task(Ticket ticket, Entry& entry, const std::string& id) {
  const auto slot = task_watchers_.find(id);
  slot->second.erase(ticket);
  if (slot->second.empty()) task_watchers_.erase(slot);
  entry.tasks.erase(entry.tasks.find(id));
  --usage_[entry.of].resources;
  --watch_count_;
}

Events::Entries::iterator Events::remove(Entries::iterator slot, bool graceful) {
  auto& [ticket, entry] = *slot;
  while (!entry.watches.empty()) remove_watch(ticket, entry, entry.watches.begin());
  while (!entry.tasks.empty()) remove_task(ticket, entry, std::string(*entry.tasks.begin()));
  if (hears_of_resources(entry.wants, 0)) --wanting_;
  const auto usage = usage_.find(entry.of);
  if (--usage->second.subscriptions == 0) usage_.erase(usage);
  pending_.ended.push_back({std::move(entry.receiver), graceful});
  changed_.notify_all();
  return entries_.erase(slot);
}

void Events::close(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  const auto slot = entries_.find(ticket);
  if (slot != entries_.end()) remove(slot, false);
}

void Events::close_all(const void* of) {
  const std::lock_guard lock(mutex_);
  for (auto slot = entries_.begin(); slot != entries_.end();) {
    const bool meant = of == nullptr || slot->second.of == of;
    slot = meant ? remove(slot, true) : std::next(slot);
  }
}

Result<void> Events::watch(Ticket ticket, const std::string& word, const std::string& uri) {
  const std::lock_guard lock(mutex_);
  const auto slot = entries_.find(ticket);
  if (slot == entries_.end()) return Error{Code::kCancelled, "the subscription has ended", ""};
  Entry& entry = slot->second;
  const auto old = entry.watches.find(word);
  if (old != entry.watches.end()) remove_watch(ticket, entry, old);
  PMX_TRY_VOID(check_limits(entry.of, 0, 1));
  add_watch(ticket, entry, word, uri);
  return {};
}

void Events::unwatch(Ticket ticket, const std::string& word) {
  const std::lock_guard lock(mutex_);
  const auto slot = entries_.find(ticket);
  if (slot == entries_.end()) return;
  const auto watch = slot->second.watches.find(word);
  if (watch != slot->second.watches.end()) remove_watch(ticket, slot->second, watch);
}

Result<void> Events::watch_task(Ticket ticket, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto slot = entries_.find(ticket);
  if (slot == entries_.end()) return Error{Code::kCancelled, "the subscription has ended", ""};
  if (slot->second.tasks.contains(id)) return {};
  PMX_TRY_VOID(check_limits(slot->second.of, 0, 1));
  add_task(ticket, slot->second, id);
  changed_.notify_all();
  return {};
}

bool Events::settle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return pending_.empty() && !carrying_; });
}

Events::Load Events::take_load() {
  Load load;
  load.taken = std::exchange(pending_, {});
  for (const ChangedList list : load.taken.lists) {
    for (const auto& [ticket, entry] : entries_) {
      if (entry.wants.has(list)) load.lists.emplace_back(entry.receiver, list);
    }
  }
  for (const std::string& uri : load.taken.uris) {
    const auto slot = watchers_.find(uri);
    if (slot == watchers_.end()) continue;  // nobody any more
    for (const auto& [ticket, word] : slot->second) {
      load.updates.emplace_back(entries_.find(ticket)->second.receiver, word);
    }
  }
  for (const std::string& id : load.taken.tasks) {
    const auto slot = task_watchers_.find(id);
    if (slot == task_watchers_.end()) continue;
    for (const Ticket ticket : slot->second) {
      load.tasks.push_back({ticket, entries_.find(ticket)->second.receiver, id});
    }
  }
  return load;
}

/// Openings go first: who opened before a change was published hears of it, and hears first that it
/// is open. Endings go last.
Events::OverTasks Events::carry(const Load& load) {
  OverTasks over;
  for (const auto& receiver : load.taken.opened) attempt(Context{}, [&] { receiver->opened(); });
  for (const auto& news : load.lists) attempt(Context{}, [&] { news.first->changed(news.second); });
  for (const auto& news : load.updates)
    attempt(Context{}, [&] { news.first->updated(news.second); });
  for (const TaskNews& news : load.tasks) {
    attempt(Context{}, [&] {
      if (!news.receiver->task_changed(news.id)) over.emplace_back(news.ticket, news.id);
    });
  }
  for (const auto& end : load.taken.ended)
    attempt(Context{}, [&] { end.receiver->ended(end.graceful); });
  return over;
}

void Events::forget(const OverTasks& over) {
  for (const auto& [ticket, id] : over) {
    const auto slot = entries_.find(ticket);
    if (slot != entries_.end() && slot->second.tasks.contains(id)) {
      remove_task(ticket, slot->second, id);
    }
  }
}

void Events::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !pending_.empty(); })) {
    carrying_ = true;
    OverTasks over;
    {
      const Load load = take_load();
      lock.unlock();
      over = carry(load);
    }  // the last to hold an ended receiver: not under the lock
    lock.lock();
    forget(over);
    carrying_ = false;
    changed_.notify_all();
  }
}

}  // namespace pmx::mcp
