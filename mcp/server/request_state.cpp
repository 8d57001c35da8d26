#include "mcp/server/request_state.h"

#include <utility>

#include "base/crypto.h"

namespace pmx::mcp {
namespace {

Error invalid() {
  return Error{Code::kInvalidArgument, "Invalid or expired requestState",
               "send the request again without it"};
}

/// Equal for requests that ask for the same: the digest is of canonical JSON (sorted members).
std::string digest(const Json& params) {
  Json kept = params;
  for (const char* key : {"inputResponses", "requestState", "_meta"}) kept.erase(key);
  return crypto::hex(crypto::sha256(dump_json(kept)));
}

/// What the seal authenticates without storing it.
std::string context_of(const StateScope& scope) {
  const Json parts = Json::array({scope.principal, scope.method, digest(scope.params)});
  return dump_json(parts);
}

}  // namespace

RequestStates::RequestStates(const Secret& key, Clock& clock, std::string_view purpose,
                             SpendNonce spend)
    : key_(crypto::derive_key(key.empty() ? Secret(crypto::random_bytes(32)) : key, purpose)),
      clock_(clock),
      spend_(std::move(spend)) {}

std::string RequestStates::seal(const StateScope& scope, const Json& state,
                                std::chrono::milliseconds life) const {
  const Json inside{{"state", state},
                    {"expiry", (clock_.now() + life).time_since_epoch().count()},
                    {"nonce", crypto::hex(crypto::random_bytes(12))}};
  return crypto::base64(crypto::seal(key_, dump_json(inside), context_of(scope)));
}

Result<Json> RequestStates::open(const StateScope& scope, std::string_view sealed, bool once) {
  const auto bytes = crypto::unbase64(sealed);
  if (!bytes.ok()) return invalid();
  const auto plain = crypto::open(key_, *bytes, context_of(scope));
  if (!plain.ok()) return invalid();
  PMX_TRY(Json inside, parse_json(*plain));
  const SystemTime expiry{std::chrono::milliseconds(inside["expiry"].get<std::int64_t>())};
  if (expiry <= clock_.now()) return invalid();
  if (!once) return std::move(inside["state"]);
  const std::string_view nonce = string_member(inside, "nonce");
  PMX_TRY(const bool fresh, spend_ ? spend_(nonce, expiry) : spend_here(nonce, expiry));
  if (!fresh) return invalid();
  return std::move(inside["state"]);
}

Result<bool> RequestStates::spend_here(std::string_view nonce, SystemTime expiry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(used_, [now = clock_.now()](const auto& entry) { return entry.second <= now; });
  return used_.emplace(nonce, expiry).second;
}

}  // namespace pmx::mcp
