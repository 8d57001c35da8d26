#include "mcp/server/error_map.h"
#include "mcp/server/handlers.h"
#include "mcp/server/observed.h"

namespace pmx::mcp {
namespace {

using Variables = std::map<std::string, std::string>;

struct Match {
  const CompiledTemplate* found = nullptr;
  Variables variables;
};

/// Of all templates that fit, the one with the most fixed text.
Match find_template(const Core& core, std::string_view uri) {
  Match best;
  for (const CompiledTemplate& candidate : core.templates()) {
    if (best.found != nullptr && candidate.uri.literal_size() <= best.found->uri.literal_size()) {
      continue;
    }
    if (auto variables = candidate.uri.match(uri)) best = {&candidate, *std::move(variables)};
  }
  return best;
}

Result<Variables> admit(const Core& core, const Context& ctx, const Match& match) {
  Variables real = match.variables;
  for (const auto& [name, format] : match.found->resource->formats) {
    const auto slot = real.find(name);
    if (slot == real.end()) continue;
    PMX_TRY(slot->second, core.gate.admit_value(ctx, slot->second, format));
  }
  return real;
}

Result<ResourceContent> read(const Core& core, const Context& ctx, const Match& match) {
  PMX_TRY(const Variables real, admit(core, ctx, match));
  const Json arguments(real);
  return observe(core, ctx, Observed{ctx.tool, arguments, false},
                 [&](CallOutcome& outcome) -> Result<ResourceContent> {
                   PMX_TRY(ResourceContent content, match.found->resource->read(ctx, real));
                   outcome.summary = std::to_string(content.text.size()) + " bytes";
                   return content;
                 });
}

}  // namespace

Answer read_resource(const Core& core, const Call& call) {
  const std::string uri(string_member(call.params, "uri"));
  if (uri.empty()) return invalid_params("resources/read needs uri, a string");
  const Match match = find_template(core, uri);
  if (match.found == nullptr) return resource_not_found(uri, "", call.version);
  Context ctx = call.ctx;
  ctx.tool = string_member(match.found->resource->definition, "uriTemplate");
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
