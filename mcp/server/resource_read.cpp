#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"
#include "mcp/server/resource_match.h"

namespace pmx::mcp {
namespace {

Result<ResourceContent> read(const Core& core, const Context& ctx, const ResourceMatch& match) {
  PMX_TRY(const UriVariables real, admit_variables(core, ctx, match));
  const Json arguments(real);
  return observe(core, ctx, Observed{ctx.tool, arguments, false},
                 [&](CallOutcome& outcome) -> Result<ResourceContent> {
                   PMX_TRY(ResourceContent content, match.found->resource->read(ctx, real));
                   outcome.note = std::to_string(content.text.size()) + " bytes";
                   return content;
                 });
}

}  // namespace

Answer read_resource(const Core& core, const Call& call) {
  const std::string uri(string_member(call.params, "uri"));
  if (uri.empty()) return invalid_params("resources/read needs uri, a string");
  const ResourceMatch match = match_resource(core, uri);
  if (match.found == nullptr) return resource_not_found(uri, "", call.version);
  Context ctx = call.ctx;
  ctx.tool = match.name();
  auto content = walled(ctx, [&] { return read(core, ctx, match); });
  if (!content.ok()) {
    const Code code = content.error().code;
    if (code != Code::kNotFound && code != Code::kInvalidArgument) {
      return to_rpc_error(content.error());
    }
    return resource_not_found(uri, error_text(content.error()), call.version);
  }
  Json entry{{"uri", uri}, {content->binary ? "blob" : "text", std::move(content->text)}};
  if (!content->mime_type.empty()) entry["mimeType"] = content->mime_type;
  return Json{{"contents", Json::array({std::move(entry)})}};
}

}  // namespace pmx::mcp
