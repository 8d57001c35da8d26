#include "mcp/server/modern.h"

namespace pmx::mcp {

void complete_result(const Core& core, Version version, bool cacheable, Json& result) {
  if (!features_of(version).modern) return;
  if (!result.contains("resultType")) result["resultType"] = "complete";
  Json& meta = result["_meta"];
  if (meta.is_null()) {
    meta = core.result_meta();
  } else {
    meta.update(core.result_meta());
  }
  if (!cacheable) return;
  result["ttlMs"] = core.options.list_ttl.count();
  result["cacheScope"] = "private";
}

Answer discover(const Core& core, const Call&) {
  Json result{{"supportedVersions", Json::array({version_name(kModern)})},
              {"capabilities", core.capabilities(kModern)}};
  if (!core.options.instructions.empty()) result["instructions"] = core.options.instructions;
  return result;
}

RpcError unsupported_version(const std::string& requested) {
  return RpcError{kUnsupportedVersion,
                  "Unsupported protocol version",
                  {{"supported", Json::array({version_name(kModern)})}, {"requested", requested}}};
}

}  // namespace pmx::mcp
