// The limit that servers are measured against: an epoll loop that knows just enough HTTP to answer
// a POST with Content-Length, without checks, timeouts or limits.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pmx::bench {

/// Makes a complete HTTP response to a request's body.
using RawAnswer = std::function<std::string(std::string_view body)>;

/// Serves `listener` for ever.
[[noreturn]] void serve_raw(int listener, const RawAnswer& answer);

}  // namespace pmx::bench
