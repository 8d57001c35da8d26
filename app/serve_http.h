// `serve --http`: MCP over Streamable HTTP, with a bearer token for everybody.
#pragma once

#include "app/config.h"
#include "base/result.h"

namespace pmx::app {

/// Serves on `config.http` until SIGINT or SIGTERM, at the access level of each caller's token.
/// Says on standard error where it listens. kInvalidArgument for an address that is not loopback
/// without TLS.
Result<int> serve_http(const Config& config, bool demo);

}  // namespace pmx::app
