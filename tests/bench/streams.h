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

/// Opens the streams and says {} when each has had its first event; then takes commands from
/// standard input, a line each, and answers with a line of JSON. A stream that ends is the end of
/// the program.
///
///   busy COUNT    so many connections under load from now on; 0 = none
///   figures       those of the load, since the last time
///   events COUNT  the least and the most events of a stream, when each has had so many or when
///   they
///                 are 30 seconds overdue
void run_streams(const StreamsPlan& plan);

}  // namespace pmx::bench
