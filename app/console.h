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

/// A file or standard input, piece by piece.
class Input {
 public:
  /// Empty or "-": standard input.
  static Result<Input> open(const std::string& file);
  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  ~Input();

  /// The next bytes, 64 KiB at most, valid until the next call; empty at the end. Blocks.
  Result<std::string_view> next();

  /// The next line with its line end, or what stands behind the last one; nothing at the end.
  /// kResourceExhausted for one above `longest`. Who reads lines reads nothing else.
  Result<std::optional<std::string>> line(std::size_t longest);

 private:
  Input(int descriptor, std::string name);

  int descriptor_;
  std::string name_;
  std::string chunk_;
  std::string read_;    ///< for line()
  std::size_t at_ = 0;  ///< of what was not given yet
};

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
