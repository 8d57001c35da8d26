#include "mcp/protocol/projection.h"
#include "mcp/server/conversation.h"
#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

/// Every list fits one page, so no cursor was ever issued.
std::optional<RpcError> refuse_cursor(const Call& call) {
  if (!call.params.contains("cursor")) return std::nullopt;
  return invalid_params("invalid cursor");
}

Answer fixed(const Core& core, const Call& call, FixedList list) {
  if (auto refused = refuse_cursor(call)) return *std::move(refused);
  return Answer::serialised(core.fixed_list(list, call.version));
}

}  // namespace

Answer ping(const Core&, const Call&) { return Json::object(); }

Answer set_log_level(const Core&, const Call& call) {
  const auto level = parse_log_level(string_member(call.params, "level"));
  if (!level) return invalid_params("level must be one of debug ... emergency");
  call.conversation->log_level = *level;
  return Json::object();
}

Answer list_tools(const Core& core, const Call& call) {
  return fixed(core, call, FixedList::kTools);
}

Answer list_templates(const Core& core, const Call& call) {
  return fixed(core, call, FixedList::kTemplates);
}

Answer list_prompts(const Core& core, const Call& call) {
  return fixed(core, call, FixedList::kPrompts);
}

Answer list_resources(const Core& core, const Call& call) {
  if (auto refused = refuse_cursor(call)) return *std::move(refused);
  Json entries = Json::array();
  if (core.catalogue.list_resources) {
    auto listed = walled(call.ctx, [&] { return core.catalogue.list_resources(call.ctx); });
    if (!listed.ok()) return to_rpc_error(listed.error());
    for (const Json& entry : *listed) entries.push_back(project_resource(entry, call.version));
  }
  return Json{{"resources", std::move(entries)}};
}

}  // namespace pmx::mcp
