// Conversation: one peer's side of things that outlives a single request: what is running for it,
// what its handshake agreed on, what we asked it. The pipe has one for its whole life, an HTTP
// session (before 2026-07-28) has one, and every stateless HTTP request has its own. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "mcp/protocol/versions.h"
#include "mcp/server/channel.h"
#include "mcp/server/interaction.h"
#include "mcp/server/questions.h"
#include "mcp/server/request_table.h"
#include "mcp/server/unsolicited.h"

namespace pmx::mcp {

/// What initialize agreed on (before 2026-07-28).
struct Handshake {
  Version version = kLatestLegacy;
  std::string client;                        ///< "name/version" as claimed, shortened
  std::shared_ptr<const Json> capabilities;  ///< of the client; an object
};

class Conversation {
 public:
  /// `standing` takes what belongs to no request: answers to unreadable messages on a pipe,
  /// unsolicited notifications of the handshake era.
  /// `max_bytes`: the budget of the requests in flight.
  Conversation(std::string whose, std::shared_ptr<Channel> standing_channel, std::size_t max_bytes)
      : principal(std::move(whose)), standing(std::move(standing_channel)), requests(max_bytes) {}

  const std::string principal;  ///< whose rights apply
  const std::shared_ptr<Channel> standing;
  RequestTable requests;
  Questions questions;
  Unsolicited unsolicited;  ///< events for `standing` (before 2026-07-28)
  /// What logging/setLevel chose (before 2026-07-28).
  std::atomic<LogLevel> log_level = LogLevel::kInfo;

  /// Stops all requests when `gone` is. Call once, when they are registered.
  void watch(const std::stop_token& gone) {
    watch_.emplace(gone, [this] { requests.stop_all(); });
  }

  /// Nothing before initialize.
  [[nodiscard]] std::optional<Handshake> handshake() const {
    const std::lock_guard lock(mutex_);
    return handshake_;
  }

  /// A second handshake replaces the first.
  void agree(Handshake handshake) {
    const std::lock_guard lock(mutex_);
    handshake_ = std::move(handshake);
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Handshake> handshake_;
  std::optional<std::stop_callback<std::function<void()>>> watch_;
};

}  // namespace pmx::mcp
