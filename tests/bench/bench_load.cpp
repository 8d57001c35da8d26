// The clients of tests/bench/compare.py. Requests are files; figures are JSON on standard output.
//
//   bench_load http PORT REQUEST CONNECTIONS MILLISECONDS [REQUESTS]
//   bench_load pipe REQUEST IN_FLIGHT MILLISECONDS    the server's pipes are standard in- and
//   output;
//                                                     figures go to standard error
//   bench_load streams PORT OPEN MARKER BUSY COUNT    see streams.h
//
// A request may hold kIdPlace (load.h) as its id.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load.h"
#include "tests/bench/streams.h"

namespace {

using namespace pmx::bench;
using std::chrono::milliseconds;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("a request that cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t number(const std::string& text) { return std::strtoul(text.c_str(), nullptr, 10); }

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
    if (size <= 0) fail("cannot write");
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

/// Keeps `in_flight` requests in a pipe: each line that comes back makes room for another one.
LoadFigures pipe_load(const std::string& request, std::size_t in_flight, milliseconds duration) {
  static char buffer[std::size_t{256} << 10];
  LoadFigures result;
  std::size_t sent = 0;
  const auto begun = Clock::now();
  std::size_t room = in_flight;
  while (Clock::now() < begun + duration || sent > result.requests) {
    std::string more;
    for (; room > 0 && Clock::now() < begun + duration; --room) more += with_id(request, sent++);
    write_all(more);
    if (sent == result.requests) break;
    const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (size <= 0) fail("the server ended");
    const auto lines = static_cast<std::size_t>(std::count(buffer, buffer + size, '\n'));
    result.requests += lines;
    room += lines;
  }
  result.requests_per_second = static_cast<double>(result.requests) /
                               std::chrono::duration<double>(Clock::now() - begun).count();
  return result;
}

int run(const std::vector<std::string>& words) {
  const std::string mode = words.empty() ? "" : words[0];
  if (mode == "http" && (words.size() == 5 || words.size() == 6)) {
    const std::size_t requests = words.size() == 6 ? number(words[5]) : 0;
    const LoadFigures seen = load(static_cast<std::uint16_t>(number(words[1])), number(words[3]),
                                  read_file(words[2]), milliseconds(number(words[4])), requests);
    std::puts(to_json(seen).c_str());
  } else if (mode == "pipe" && words.size() == 4) {
    const LoadFigures seen =
        pipe_load(read_file(words[1]), number(words[2]), milliseconds(number(words[3])));
    std::fprintf(stderr, "%s\n", to_json(seen).c_str());
  } else if (mode == "streams" && words.size() == 6) {
    run_streams({static_cast<std::uint16_t>(number(words[1])), number(words[5]),
                 read_file(words[2]), words[3], read_file(words[4])});
  } else {
    std::fprintf(stderr, "bench_load: see the head of tests/bench/bench_load.cpp\n");
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return run({argv + 1, argv + argc}); }
