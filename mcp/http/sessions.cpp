#include "mcp/http/sessions.h"

#include <algorithm>
#include <charconv>

#include "base/crypto.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kStreams = 64;  // of one session, ended ones included
constexpr std::size_t kIdBytes = 24;

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

Session::Session(const std::string& principal, std::size_t max_bytes)
    : standing(std::make_shared<EventStream>(0, /*primed=*/false)),
      conversation(std::make_shared<Conversation>(principal, standing, max_bytes)) {}

std::shared_ptr<EventStream> Session::open_stream(bool primed) {
  const std::lock_guard lock(mutex_);
  auto stream = std::make_shared<EventStream>(++next_, primed);
  streams_[next_] = stream;
  for (auto it = streams_.begin(); it != streams_.end() && streams_.size() > kStreams;) {
    it = it->second->finished() ? streams_.erase(it) : std::next(it);
  }
  return stream;
}

std::pair<std::shared_ptr<EventStream>, std::uint64_t> Session::find_stream(
    std::string_view event_id) {
  const std::size_t dash = event_id.find('-');
  if (dash == std::string_view::npos) return {};
  const auto stream = read_number(event_id.substr(0, dash));
  const auto number = read_number(event_id.substr(dash + 1));
  if (!stream || !number) return {};
  if (*stream == 0) return {standing, *number};
  const std::lock_guard lock(mutex_);
  const auto slot = streams_.find(*stream);
  if (slot == streams_.end()) return {};
  return {slot->second, *number};
}

bool Session::attended() const {
  if (standing->attended()) return true;
  const std::lock_guard lock(mutex_);
  return std::any_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream.second->attended(); });
}

void Session::end() {
  conversation->questions.close();
  conversation->requests.stop_all();
  standing->close();
  const std::lock_guard lock(mutex_);
  for (const auto& [number, stream] : streams_) stream->close();
  streams_.clear();
}

std::pair<std::string, std::shared_ptr<Session>> Sessions::open(const std::string& principal,
                                                                std::size_t max_bytes) {
  const std::string id = crypto::hex(crypto::random_bytes(kIdBytes));
  auto session = std::make_shared<Session>(principal, max_bytes);
  Ended ended;
  {
    const std::lock_guard lock(mutex_);
    ended = take_stale(principal);
    entries_[id] = {session, clock_.steady()};
  }
  for (const auto& old : ended) old->end();
  return {id, std::move(session)};
}

bool Sessions::stale(Entry& entry) const {
  const SteadyTime now = clock_.steady();
  if (entry.session->attended()) entry.used = now;
  return now - entry.used >= limits_.idle;
}

Sessions::Ended Sessions::take_stale(const std::string& principal) {
  Ended ended;
  for (auto slot = entries_.begin(); slot != entries_.end();) {
    if (!stale(slot->second)) {
      ++slot;
      continue;
    }
    ended.push_back(std::move(slot->second.session));
    slot = entries_.erase(slot);
  }
  make_room(limits_.most_of_one, &principal, ended);
  make_room(limits_.most, nullptr, ended);
  return ended;
}

void Sessions::make_room(std::size_t most, const std::string* principal, Ended& ended) {
  while (true) {
    std::size_t count = 0;
    auto oldest = entries_.end();
    for (auto slot = entries_.begin(); slot != entries_.end(); ++slot) {
      if (principal != nullptr && slot->second.session->conversation->principal != *principal) {
        continue;
      }
      ++count;
      if (oldest == entries_.end() || slot->second.used < oldest->second.used) oldest = slot;
    }
    if (count < most || oldest == entries_.end()) return;
    ended.push_back(oldest->second.session);
    entries_.erase(oldest);
  }
}

std::shared_ptr<Session> Sessions::find(std::string_view id, std::string_view principal) {
  const std::lock_guard lock(mutex_);
  const auto slot = entries_.find(id);
  if (slot == entries_.end()) return nullptr;
  Entry& entry = slot->second;
  if (entry.session->conversation->principal != principal) return nullptr;
  if (stale(entry)) return nullptr;
  entry.used = clock_.steady();
  return entry.session;
}

bool Sessions::remove(std::string_view id, std::string_view principal) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    const auto slot = entries_.find(id);
    if (slot == entries_.end()) return false;
    if (slot->second.session->conversation->principal != principal) return false;
    session = slot->second.session;
    entries_.erase(slot);
  }
  session->end();
  return true;
}

void Sessions::clear() {
  std::map<std::string, Entry, std::less<>> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(entries_);
  }
  for (const auto& [id, entry] : entries) entry.session->end();
}

}  // namespace pmx::mcp
