// Questions: the requests that this server has put to one client and that are not answered yet
// (before 2026-07-28; later servers never send requests). A round of questions waits as data, not
// as a blocked thread. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "mcp/rpc/message.h"
#include "mcp/server/deadlines.h"

namespace pmx::mcp {

/// The client's results by the handler's keys.
using Answers = std::map<std::string, Json, std::less<>>;

class Questions {
 public:
  /// Gets the answers of a whole round. kDeadlineExceeded when they were not in in time, kCancelled
  /// when the client refused one of its questions, the asking request was stopped, or the
  /// conversation ended. Called once, on the thread that ends the round.
  /// `ids`: of the round's questions, in the order of their keys.
  using Done = std::function<void(const std::vector<std::string>& ids, Result<Answers> answers)>;

  /// How long a round may take, and what watches over it; `deadlines` outlives the round.
  struct Limit {
    Deadlines& deadlines;
    SteadyTime when;
  };

  /// Opens a round with one question per key and returns their ids, in the order of `keys`. The
  /// caller sends them. `stop` ends the round, `limit` too.
  std::vector<std::string> open(const std::vector<std::string>& keys, const std::stop_token& stop,
                                const Limit& limit, Done done);

  /// Takes the client's answer to one of our ids; others are ignored.
  void answer(const Response& response);

  /// Ends all rounds without answers.
  void close();

 private:
  struct Round;
  struct Open {
    std::shared_ptr<Round> round;
    std::string key;
  };

  void abandon(const std::shared_ptr<Round>& round, const Error& why);

  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::string, Open, std::less<>> open_;  // by id
};

}  // namespace pmx::mcp
