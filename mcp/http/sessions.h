// Sessions of Streamable HTTP before 2026-07-28: found by their id, bound to the principal that
// began them, forgotten when idle: no request, and no client that listens. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "mcp/http/channels.h"
#include "mcp/server/conversation.h"

namespace pmx::mcp {

class Session {
 public:
  Session(const std::string& principal, std::size_t max_bytes);

  const std::shared_ptr<EventStream> standing;  ///< the GET stream
  const std::shared_ptr<Conversation> conversation;

  /// A stream for one POST. Ended ones are forgotten when there are too many.
  std::shared_ptr<EventStream> open_stream(bool primed);

  /// The stream that an event id ("STREAM-NUMBER") belongs to, and the number; nullptr for ids that
  /// are not ours or forgotten.
  std::pair<std::shared_ptr<EventStream>, std::uint64_t> find_stream(std::string_view event_id);

  /// True while a client listens or waits for an answer.
  [[nodiscard]] bool attended() const;

  /// Cancels what runs and ends all streams.
  void end();

 private:
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::shared_ptr<EventStream>> streams_;  // by number, oldest first
};

class Sessions {
 public:
  struct Limits {
    std::size_t most = 1000;
    std::size_t most_of_one = 1000;  ///< of one principal
    std::chrono::minutes idle{60};
  };

  Sessions(const Limits& limits, Clock& clock) : limits_(limits), clock_(clock) {}

  /// A new session's id (random). `max_bytes`: see Conversation. The longest idle one makes room
  /// when there are too many: of this principal, or of all.
  std::pair<std::string, std::shared_ptr<Session>> open(const std::string& principal,
                                                        std::size_t max_bytes);

  /// The live session of this id, if it is the principal's.
  std::shared_ptr<Session> find(std::string_view id, std::string_view principal);

  /// Ends it; false when there is none of the principal's.
  bool remove(std::string_view id, std::string_view principal);

  void clear();

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    SteadyTime used;
  };

  using Ended = std::vector<std::shared_ptr<Session>>;

  /// Whether nobody used it for too long. A client that listens uses it.
  bool stale(Entry& entry) const;

  Ended take_stale(const std::string& principal);
  /// Takes the longest idle session, of the principal if it is given, until `most` are left.
  void make_room(std::size_t most, const std::string* principal, Ended& ended);

  const Limits limits_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace pmx::mcp
