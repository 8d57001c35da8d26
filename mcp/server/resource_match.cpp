#include "mcp/server/resource_match.h"

namespace pmx::mcp {

std::string_view ResourceMatch::name() const {
  return string_member(found->resource->definition, "uriTemplate");
}

ResourceMatch match_resource(const Core& core, std::string_view uri) {
  ResourceMatch best;
  for (const CompiledTemplate& candidate : core.templates()) {
    if (best.found != nullptr && candidate.uri.literal_size() <= best.found->uri.literal_size()) {
      continue;
    }
    if (auto variables = candidate.uri.match(uri)) best = {&candidate, *std::move(variables)};
  }
  return best;
}

Result<UriVariables> admit_variables(const Core& core, const Context& ctx,
                                     const ResourceMatch& match) {
  UriVariables real = match.variables;
  for (const auto& [name, format] : match.found->resource->formats) {
    const auto slot = real.find(name);
    if (slot == real.end()) continue;
    PMX_TRY(slot->second, core.gate.admit_value(ctx, slot->second, format));
  }
  return real;
}

}  // namespace pmx::mcp
