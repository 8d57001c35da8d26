// requestState (2026-07-28, multi round-trip requests): what a handler wants back with the user's
// answers, sealed so that the client can carry it and neither read nor change it. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace pmx::mcp {

/// What a sealed state is good for: one principal, one method, one set of parameters.
struct StateScope {
  std::string_view principal;
  std::string_view method;
  const Json& params;  ///< of the request; inputResponses, requestState and _meta do not count
};

/// Spends a nonce for all processes that share a key, and remembers it until `expiry`. False when
/// it was spent before. Thread-safe.
using SpendNonce = std::function<Result<bool>(std::string_view nonce, SystemTime expiry)>;

class RequestStates {
 public:
  /// `key`: 32 bytes, the same in all processes that serve one client; empty = one of this process.
  /// `purpose`: what is sealed for one is nothing for another. `spend`: wanted where processes
  /// share a key; without it, what is used once is remembered here.
  RequestStates(const Secret& key, Clock& clock, std::string_view purpose = "mcp.request-state",
                SpendNonce spend = {});

  /// Base64 text, good for `life`.
  [[nodiscard]] std::string seal(const StateScope& scope, const Json& state,
                                 std::chrono::milliseconds life = std::chrono::minutes(10)) const;

  /// The state again. kInvalidArgument for anything that seal() did not make for this scope, or
  /// that is too old; with `once` also for what was opened before. Other errors are those of
  /// `spend`.
  Result<Json> open(const StateScope& scope, std::string_view sealed, bool once);

 private:
  Result<bool> spend_here(std::string_view nonce, SystemTime expiry);

  const Secret key_;
  Clock& clock_;
  const SpendNonce spend_;
  std::mutex mutex_;
  std::map<std::string, SystemTime> used_;  // nonces of states that were opened once, to expiry
};

}  // namespace pmx::mcp
