// The usual request of an MCP client, read in one pass: what Beast would make of it, for a third of
// the instructions. It knows nothing that could be read in two ways. Pure function.
#pragma once

#include <cstddef>
#include <string_view>

#include "mcp/transport/http/request_reader.h"

namespace pmx::mcp::http {

/// Reads a POST of HTTP/1.1 with one Content-Length and one Host, plain in every byte, that lies
/// whole at the beginning of `text`, within `limits`. How many bytes it has; 0 for everything else,
/// which is left to Beast; then `out` holds nothing of use.
std::size_t read_usual(std::string_view text, const ReadLimits& limits, Received& out);

}  // namespace pmx::mcp::http
