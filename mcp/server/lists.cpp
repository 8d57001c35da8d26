#include "mcp/protocol/projection.h"
#include "mcp/server/conversation.h"
#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

/// These lists fit one page, so no cursor was ever issued.
std::optional<RpcError> refuse_cursor(const Call& call) {
  if (!call.params.contains("cursor")) return std::nullopt;
  return invalid_params("invalid cursor");
}

Answer fixed(const Core& core, const Call& call, FixedList list) {
  if (auto refused = refuse_cursor(call)) return *std::move(refused);
  return Answer::serialised(core.fixed_list(list, call.version));
}

Result<ListPage> resource_page(const Core& core, const Call& call) {
  const std::string& principal = call.ctx.principal;
  if (const Json* cursor = find_member(call.params, "cursor")) {
    const auto* text = cursor->get_ptr<const std::string*>();
    // "" is a cursor like any other that we never issued.
    return core.resource_pages.next(principal, text == nullptr ? "" : *text);
  }
  if (!core.catalogue.list_resources) return core.resource_pages.first(principal, {});
  PMX_TRY(auto entries, core.catalogue.list_resources(call.ctx));
  return core.resource_pages.first(principal, std::move(entries));
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
  auto page = walled(call.ctx, [&] { return resource_page(core, call); });
  if (!page.ok()) return to_rpc_error(page.error());
  Json entries = Json::array();
  for (std::size_t i = page->from; i < page->to; ++i) {
    entries.push_back(project_resource((*page->entries)[i], call.version));
  }
  Answer answer(Json{{"resources", std::move(entries)}});
  if (!page->next.empty()) answer.verbatim = {{"nextCursor", page->next}};
  return answer;
}

}  // namespace pmx::mcp
