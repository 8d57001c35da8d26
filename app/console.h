// Standard input and output of the commands that people run in a terminal or a pipe. `serve` has
// its own transport.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx::app {

/// All of standard input.
Result<std::string> read_standard_input();

/// Standard input line by line, for who waits for the next one. While one lives, SIGINT ends the
/// input as its own end does.
class LineReader {
 public:
  LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader();

  /// The next line with its line end, as soon as it is complete; what stands behind the last line
  /// end; nothing at the end. Blocks. kResourceExhausted for a line above 64 MiB.
  Result<std::optional<std::string>> next();

 private:
  std::string read_;  ///< and not yet given
  bool ended_ = false;
};

/// Writes to standard output, through a buffer. What went wrong is told by finish_output().
void print(std::string_view text);

/// Writes what is still in the buffer. kResourceExhausted when standard output did not take
/// everything: a full disk, a closed pipe.
Result<void> finish_output();

}  // namespace pmx::app
