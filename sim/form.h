// Request parameters as pveproxy reads them: query strings, form bodies and JSON bodies, with its
// habits (pairs split on "&" and ";", everything after a second "=" dropped). Pure functions.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace pmx::sim {

/// An object of strings; a repeated key becomes an array.
Json decode_form(std::string_view text);

/// Lays `extra` over `params`; the name of a parameter that both define differently is the Error's
/// message. Values are compared by their text, as Perl does: 101 is "101", true is "1".
Result<void> merge_params(Json& params, const Json& extra);

}  // namespace pmx::sim
