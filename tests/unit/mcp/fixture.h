// What the tests of mcp/ share: a gate, an observer and a clock that can be looked into, a small
// catalogue, and a server running over a MemoryTransport.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "mcp/server/server.h"
#include "mcp/transport/memory.h"
#include "tests/unit/mcp/official_schema.h"

namespace pmx::mcp::test {

/// Replaces "SECRET" by "safe-name" on the way out and back on the way in; refuses "POISON".
class FakeGate final : public Gate {
 public:
  Result<Json> admit(const Context& ctx, const Json& schema, const Json& arguments) override;
  Result<std::string> admit_value(const Context& ctx, std::string_view value,
                                  std::string_view format) override;

  /// Set before the server runs: what holds this text makes scrub() throw what is no
  /// std::exception.
  std::string bomb;

 protected:
  Result<std::string> scrub(const Context& ctx, std::string json) override;
};

/// Remembers every call; refuses names in `denied`.
class FakeObserver final : public CallObserver {
 public:
  Result<std::int64_t> started(const Context& ctx, std::string_view name, const Json& arguments,
                               bool writes) override;
  void finished(const Context& ctx, std::int64_t token, const CallOutcome& outcome) override;

  /// "started NAME ARGUMENTS read|write" and "finished TOKEN ok|failed SUMMARY" so far.
  std::vector<std::string> lines() const;

  std::string denied;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::int64_t next_ = 0;
};

/// Stands still until told to move.
class FakeClock final : public Clock {
 public:
  SystemTime now() const override { return SystemTime(elapsed()); }
  SteadyTime steady() const override { return SteadyTime(elapsed()); }
  bool wait(const std::stop_token&, std::chrono::milliseconds duration) override {
    tick(duration);
    return true;
  }
  void tick(std::chrono::milliseconds duration) { millis_ += duration.count(); }

 private:
  std::chrono::milliseconds elapsed() const { return std::chrono::milliseconds(millis_); }
  std::atomic<std::int64_t> millis_ = 1'000'000;
};

/// The tools: echo {text, count?} (SECRET allowed), fail {code}, throw, lie (breaks its output
/// schema), wait (until stopped), progress {steps, step_ms}, plain (no output schema), write (not
/// read-only). Resources: demo://{cluster}/guests/{vmid} and a longer one. Prompt: greet {who}.
Catalogue make_catalogue(FakeClock& clock);

/// Fails the test for everything that `check` found wrong.
void expect_official(const OfficialCheck& check);

/// A server in its own thread over a MemoryTransport.
class Harness {
 public:
  /// `extend` may change the catalogue before the server sees it.
  explicit Harness(ServerOptions options = default_options(), std::size_t threads = 2,
                   std::size_t queue = 64, const std::function<void(Catalogue&)>& extend = nullptr);
  ~Harness();

  static ServerOptions default_options();

  /// Sends `line` and waits for the next message of the server.
  Json ask(const std::string& line);

  /// Sends `line` without waiting.
  void tell(const std::string& line) { transport.push(line); }

  /// Waits for the next message of the server.
  Json next();

  /// Ends the input and waits for serve(); true when it was clean. Everything that the server
  /// wrote must have fitted the official schema of its version.
  bool finish();

  /// Everything written, joined by newlines.
  std::string transcript() const;

  /// Sends the legacy handshake and takes its answer.
  Json handshake(const std::string& version = "2025-11-25",
                 const Json& capabilities = Json::object());

  FakeGate gate;
  FakeObserver observer;
  FakeClock clock;
  MemoryTransport transport;
  OfficialCheck official{transport};
  Executor executor;
  Catalogue catalogue;
  Server server;

 private:
  std::size_t taken_ = 0;
  bool clean_ = false;
  std::thread thread_;
};

/// make_catalogue(), changed by `extend`.
Catalogue extended_catalogue(FakeClock& clock, const std::function<void(Catalogue&)>& extend);

/// A modern request with the required _meta; `params` is an object without `_meta`.
std::string modern(const std::string& id, const std::string& method, Json params = Json::object(),
                   const Json& meta = Json::object());

/// A legacy request.
std::string legacy(const std::string& id, const std::string& method, Json params = Json::object());

}  // namespace pmx::mcp::test
