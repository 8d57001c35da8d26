#include "mcp/server/handshake.h"

#include "mcp/server/error_map.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kLabelPart = 64;

}  // namespace

Answer initialize(const Core& core, Conversation& conversation, const Json& params) {
  const Json* wanted = find_member(params, "protocolVersion");
  if (wanted == nullptr || !wanted->is_string()) {
    return invalid_params("initialize needs protocolVersion, a string");
  }
  const auto known = parse_version(string_member(params, "protocolVersion"));
  const bool legacy = known && !features_of(*known).modern;
  const Version version = legacy ? *known : kLatestLegacy;
  const Json* capabilities = find_member(params, "capabilities");
  const bool some = capabilities != nullptr && capabilities->is_object();
  conversation.agree({version, client_label(find_member(params, "clientInfo")),
                      std::make_shared<const Json>(some ? *capabilities : Json::object())});
  Json result{{"protocolVersion", version_name(version)},
              {"capabilities", core.capabilities(version)},
              {"serverInfo", core.server_info(version)}};
  if (!core.options.instructions.empty()) result["instructions"] = core.options.instructions;
  return result;
}

std::string client_label(const Json* implementation) {
  if (implementation == nullptr) return {};
  const std::string name(string_member(*implementation, "name").substr(0, kLabelPart));
  const std::string version(string_member(*implementation, "version").substr(0, kLabelPart));
  return version.empty() ? name : name + "/" + version;
}

}  // namespace pmx::mcp
