// What browsers need to be told so that a page of an allowed origin may call (Fetch standard,
// CORS). Whether it may was decided before. Pure.
#pragma once

#include <memory>
#include <vector>

#include "mcp/transport/http/exchange.h"

namespace pmx::mcp {

/// The headers that answer a preflight (OPTIONS) request; none when no page asks.
std::vector<HttpHeader> preflight_headers(const HttpRequest& request);

/// The exchange, with the headers on its answer that let the calling page read it. The same
/// exchange when no page calls.
std::shared_ptr<HttpExchange> readable_by_page(std::shared_ptr<HttpExchange> exchange);

}  // namespace pmx::mcp
