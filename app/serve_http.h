// `serve --http`: MCP over Streamable HTTP, with a bearer token for everybody.
#pragma once

#include "app/config.h"
#include "base/result.h"
#include "mcp/transport/http/server.h"

namespace pmx::app {

/// Room for all the streams of one caller beside those of the others, and for connections beside
/// the streams.
void make_room(const LimitsConfig& limits, mcp::HttpOptions& options);

/// Serves on `config.http` until SIGINT or SIGTERM, at the access level of each caller's token.
/// Says on standard error where it listens. kInvalidArgument for an address that is not loopback
/// without TLS.
Result<int> serve_http(const Config& config, bool demo);

}  // namespace pmx::app
