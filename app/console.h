// Standard input and output of the commands that people run in a terminal or a pipe. `serve` has
// its own transport.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pmx::app {

/// All of standard input.
Result<std::string> read_standard_input();

/// Writes to standard output, through a buffer. What went wrong is told by finish_output().
void print(std::string_view text);

/// Writes what is still in the buffer. kResourceExhausted when standard output did not take
/// everything: a full disk, a closed pipe.
Result<void> finish_output();

}  // namespace pmx::app
