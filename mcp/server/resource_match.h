// A client's URI to the template it fits and the real values in it. Pure but for the gate.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/context.h"
#include "mcp/server/core.h"

namespace pmx::mcp {

using UriVariables = std::map<std::string, std::string>;

struct ResourceMatch {
  const CompiledTemplate* found = nullptr;
  UriVariables variables;  ///< as the client wrote them

  /// The template's text: what logs and observers call the resource.
  [[nodiscard]] std::string_view name() const;
};

/// Of all templates that fit, the one with the most fixed text; none found when none fits.
ResourceMatch match_resource(const Core& core, std::string_view uri);

/// The variables with real values. kInvalidArgument for what is no pseudonym of ours.
Result<UriVariables> admit_variables(const Core& core, const Context& ctx,
                                     const ResourceMatch& match);

}  // namespace pmx::mcp
