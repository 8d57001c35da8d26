// The limit that servers are measured against: an epoll loop that knows just enough HTTP to answer
// a POST with Content-Length, without checks, timeouts or limits.
#pragma once

#include <string_view>

namespace pmx::bench {

/// Serves `listener` for ever with `answer`, a complete HTTP response.
[[noreturn]] void serve_raw(int listener, std::string_view answer);

}  // namespace pmx::bench
