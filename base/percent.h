// Percent-encoding (RFC 3986) as PVE and MCP resource URIs need it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx {

/// Encodes everything but the unreserved characters A-Z a-z 0-9 - . _ ~.
std::string percent_encode(std::string_view text);

/// Decodes %XX; kInvalidArgument on a broken escape. "+" stays "+".
Result<std::string> percent_decode(std::string_view text);

}  // namespace pmx
