#include "mcp/server/era.h"

#include "mcp/server/error_map.h"
#include "mcp/server/handshake.h"
#include "mcp/server/modern.h"

namespace pmx::mcp {
namespace {

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kClientInfoKey = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view kLogLevelKey = "io.modelcontextprotocol/logLevel";

const Json* meta_member(const Json& params, std::string_view key) {
  const Json* meta = find_member(params, "_meta");
  return meta == nullptr ? nullptr : find_member(*meta, key);
}

/// The modern half of the envelope; nothing when all is well.
std::optional<RpcError> check_modern(const Json& params) {
  const Json* version = meta_member(params, kVersionKey);
  if (!version->is_string()) {
    return invalid_params("_meta member " + std::string(kVersionKey) + " must be a string");
  }
  if (*version != version_name(kModern)) {
    return unsupported_version(*version->get_ptr<const std::string*>());
  }
  const Json* capabilities = meta_member(params, kCapabilitiesKey);
  if (capabilities == nullptr || !capabilities->is_object()) {
    return invalid_params("_meta member " + std::string(kCapabilitiesKey) +
                          " is required, an object");
  }
  const Json* level = meta_member(params, kLogLevelKey);
  if (level != nullptr &&
      (!level->is_string() || !parse_log_level(*level->get_ptr<const std::string*>()))) {
    return invalid_params("_meta member " + std::string(kLogLevelKey) + " names no log level");
  }
  return std::nullopt;
}

/// The legacy half: a request before the handshake is told what is missing.
std::optional<RpcError> check_legacy(const Request& request, bool agreed) {
  if (agreed || request.method == "initialize" || request.method == "ping") return std::nullopt;
  return invalid_params("_meta lacks " + std::string(kVersionKey) + " and " +
                        std::string(kCapabilitiesKey) + " (protocol " +
                        std::string(version_name(kModern)) +
                        "), and this connection has not been initialized (earlier protocols)");
}

void fill_modern(const Json& params, Envelope& envelope) {
  envelope.client = client_label(meta_member(params, kClientInfoKey));
  envelope.capabilities = std::make_shared<const Json>(*meta_member(params, kCapabilitiesKey));
  if (const Json* level = meta_member(params, kLogLevelKey)) {
    envelope.log_level = parse_log_level(*level->get_ptr<const std::string*>());
  }
}

void fill_legacy(const Conversation& conversation, const std::optional<Handshake>& handshake,
                 Envelope& envelope) {
  envelope.version = kLatestLegacy;
  envelope.log_level = conversation.log_level;
  if (!handshake) return;
  envelope.version = handshake->version;
  envelope.client = handshake->client;
  envelope.capabilities = handshake->capabilities;
}

}  // namespace

bool claims_modern(const Json& params) { return meta_member(params, kVersionKey) != nullptr; }

std::variant<Envelope, RpcError> read_envelope(const Request& request,
                                               const Conversation& conversation) {
  const auto refuse = [](RpcError error) {
    error.refused = true;
    return error;
  };
  const Json* meta = find_member(request.params, "_meta");
  if (meta != nullptr && !meta->is_object()) {
    return refuse(invalid_params("_meta must be an object"));
  }
  const bool modern = claims_modern(request.params);
  const auto handshake = modern ? std::nullopt : conversation.handshake();
  const auto wrong =
      modern ? check_modern(request.params) : check_legacy(request, handshake.has_value());
  if (wrong) return refuse(*wrong);
  Envelope envelope;
  if (modern) {
    fill_modern(request.params, envelope);
  } else {
    fill_legacy(conversation, handshake, envelope);
  }
  if (const Json* token = meta_member(request.params, "progressToken")) {
    if (!is_request_id(*token)) {
      return refuse(invalid_params("_meta member progressToken must be a string or an integer"));
    }
    envelope.progress_token = *token;
  }
  return envelope;
}

}  // namespace pmx::mcp
