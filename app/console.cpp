#include "app/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace pmx::app {

Result<std::string> read_standard_input() {
  std::string text;
  char chunk[65536];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Code::kUnavailable, "standard input cannot be read", ""};
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
  }
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Result<void> finish_output() {
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::ferror(stdout) == 0) return {};
  return Error{Code::kResourceExhausted, "standard output did not take everything",
               "is the disk full, or did the reader end?"};
}

}  // namespace pmx::app
