#include "mcp/server/legacy_session.h"

#include "mcp/server/error_map.h"

namespace pmx::mcp {
namespace {

constexpr std::size_t kLabelPart = 64;

}  // namespace

Answer LegacySession::initialize(const Core& core, const Json& params) {
  const Json* wanted = find_member(params, "protocolVersion");
  if (wanted == nullptr || !wanted->is_string()) {
    return invalid_params("initialize needs protocolVersion, a string");
  }
  const auto known = parse_version(string_member(params, "protocolVersion"));
  const bool legacy = known && !features_of(*known).modern;
  version = legacy ? *known : kLatestLegacy;
  client = client_label(find_member(params, "clientInfo"));
  Json result{{"protocolVersion", version_name(*version)},
              {"capabilities", core.capabilities()},
              {"serverInfo", core.server_info(*version)}};
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
