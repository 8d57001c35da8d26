// Many open event streams beside some busy connections, in one thread, told what to do on standard
// input. Each command is a line, and is answered by a line of JSON:
//
//   busy COUNT     a load of COUNT connections runs from now on (0: none): {}
//   figures        what the load did since the last time
//   events COUNT   waits until every stream has had so many events: {"least":N,"most":N}
//
// The end of the input ends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pmx::bench {

struct StreamsPlan {
  std::uint16_t port = 0;
  std::size_t streams = 0;
  std::string open;    ///< the request that opens a stream
  std::string marker;  ///< what every event holds, once, and nothing else on the stream does
  std::string busy;    ///< the request of the load
};

/// Opens the streams and says {} when each has had its first event; then takes commands. A stream
/// that ends or is silent when an event is due ends the program.
void run_streams(const StreamsPlan& plan);

}  // namespace pmx::bench
