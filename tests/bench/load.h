// A closed-loop HTTP load: each connection sends its next request when the answer to the last one
// has come. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pmx::bench {

struct LoadFigures {
  double requests_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  std::size_t requests = 0;
};

/// Connects to 127.0.0.1; ends the program with a message when that fails.
int connect_to(std::uint16_t port);

/// Sends `request` on `connections` connections for `duration`. Every answer must have the size of
/// the first one.
LoadFigures load(std::uint16_t port, std::size_t connections, std::string_view request,
                 std::chrono::milliseconds duration);

}  // namespace pmx::bench
