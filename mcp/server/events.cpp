#include "mcp/server/events.h"

#include <exception>
#include <iterator>

#include "base/log.h"

namespace pmx::mcp {
namespace {

Error exhausted(const char* what) {
  return Error{Code::kResourceExhausted, std::string("too many ") + what,
               "end one before opening another"};
}

/// The wall of the hub's thread: one receiver's fault is not another's.
template <class Call>
void safely(Call&& call) {
  try {
    call();
  } catch (const std::exception& e) {
    log::error(Context{}, "events.exception", {{"what", e.what()}});
  }
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
  return opened.empty() && lists.empty() && uris.empty() && ended.empty();
}

Events::Events(Topics publishes, Limits limits) : publishes_(publishes), limits_(limits) {}

Events::~Events() {
  Entries left;  // ends after the lock: receivers take their conversations with them
  {
    const std::lock_guard lock(mutex_);
    left.swap(entries_);
    watchers_.clear();
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

Result<void> Events::check_limits(const void* of, std::size_t subscriptions,
                                  std::size_t resources) const {
  const auto slot = usage_.find(of);
  const Usage used = slot == usage_.end() ? Usage{} : slot->second;
  if (used.subscriptions + subscriptions > limits_.subscriptions_of_one) {
    return exhausted("subscriptions of this client");
  }
  if (used.resources + resources > limits_.resources_of_one) {
    return exhausted("subscribed resources of this client");
  }
  if (entries_.size() + subscriptions > limits_.subscriptions) return exhausted("subscriptions");
  if (watch_count_ + resources > limits_.resources) return exhausted("subscribed resources");
  return {};
}

Result<Events::Ticket> Events::open(const void* of, std::shared_ptr<Receiver> receiver,
                                    Topics wants, const Watches& watches) {
  const std::lock_guard lock(mutex_);
  PMX_TRY_VOID(check_limits(of, 1, watches.size()));
  const Ticket ticket = ++last_ticket_;
  Entry& entry = entries_[ticket];
  entry = {of, receiver, wants, {}};
  ++usage_[of].subscriptions;
  if (hears_of_resources(wants, 0)) ++wanting_;
  for (const auto& [word, uri] : watches) add_watch(ticket, entry, word, uri);
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

Events::Entries::iterator Events::remove(Entries::iterator slot, bool graceful) {
  auto& [ticket, entry] = *slot;
  while (!entry.watches.empty()) remove_watch(ticket, entry, entry.watches.begin());
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
  return load;
}

/// Openings go first: who opened before a change was published hears of it, and hears first that it
/// is open. Endings go last.
void Events::carry(const Load& load) {
  for (const auto& receiver : load.taken.opened) safely([&] { receiver->opened(); });
  for (const auto& news : load.lists) safely([&] { news.first->changed(news.second); });
  for (const auto& news : load.updates) safely([&] { news.first->updated(news.second); });
  for (const auto& end : load.taken.ended) safely([&] { end.receiver->ended(end.graceful); });
}

void Events::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !pending_.empty(); })) {
    carrying_ = true;
    {
      const Load load = take_load();
      lock.unlock();
      carry(load);
    }  // the last to hold an ended receiver: not under the lock
    lock.lock();
    carrying_ = false;
    changed_.notify_all();
  }
}

}  // namespace pmx::mcp
