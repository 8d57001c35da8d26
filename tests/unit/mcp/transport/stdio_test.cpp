#include "mcp/transport/stdio.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/mcp/fixture.h"

using namespace pmx;
using namespace pmx::mcp;

namespace {

struct Pipe {
  Pipe() { REQUIRE(::pipe2(fds, O_CLOEXEC) == 0); }
  ~Pipe() {
    close_read();
    close_write();
  }
  void close_read() { close_one(fds[0]); }
  void close_write() { close_one(fds[1]); }

  /// Writes `text` in the given pieces from another thread's point of view: as one stream.
  void feed(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t wrote = ::write(fds[1], text.data(), text.size());
      REQUIRE(wrote > 0);
      text.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }

  int fds[2] = {-1, -1};

 private:
  static void close_one(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

/// Reads to the end of input; "!" stands for an oversized message.
std::vector<std::string> read_all(StdioTransport& transport) {
  std::vector<std::string> lines;
  while (true) {
    auto line = transport.read();
    if (!line.ok()) {
      CHECK(line.error().code == Code::kResourceExhausted);
      lines.emplace_back("!");
    } else if (!line->has_value()) {
      return lines;
    } else {
      lines.push_back(**line);
    }
  }
}

/// What a transport with room for `limit` bytes makes of `text`, fed in pieces of at most `piece`.
std::vector<std::string> lines_of(const std::string& text, std::size_t limit, std::size_t piece,
                                  unsigned seed) {
  Pipe in;
  StdioTransport transport(in.fds[0], -1, limit);
  std::thread feeder([&] {
    std::mt19937 random(seed);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % piece;
      in.feed(std::string_view(text).substr(at, size));
      at += size;
    }
    in.close_write();
  });
  auto lines = read_all(transport);
  feeder.join();
  return lines;
}

Cleared cleared(const std::string& text) {
  test::FakeGate gate;
  Outbound message;
  message.id = 1;
  message.payload = {{"text", text}};
  return *gate.clear(Context{}, message);
}

}  // namespace

TEST_CASE("stdio: lines come whole wherever the stream is split") {
  const std::string text = "first\n\r\n\nsecond\r\n{\"a\":\"\xc3\xa4\"}\n" +
                           std::string(3000, 'x') + "\nlast without an end";
  const std::vector<std::string> expected = {"first", "second", "{\"a\":\"\xc3\xa4\"}",
                                             std::string(3000, 'x'), "last without an end"};
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    CHECK(lines_of(text, 5000, seed % 2 == 0 ? 7 : 700, seed) == expected);
  }
}

TEST_CASE("stdio: an oversized message is reported once and what follows is read") {
  struct Row {
    std::string text;
    std::vector<std::string> lines;
  };
  const Row rows[] = {
      {"0123456789\nab\n", {"0123456789", "ab"}},
      {"0123456789\r\nab\n", {"0123456789", "ab"}},
      {"0123456789A\nab\n", {"!", "ab"}},
      {"0123456789A\r\nab\n", {"!", "ab"}},
      {std::string(5000, 'x') + "\nab\n" + std::string(5000, 'y') + "\ncd", {"!", "ab", "!", "cd"}},
      {"0123456789A", {"!"}},
      {std::string(5000, 'x'), {"!"}},
      {"", {}},
      {"\n\n", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    for (unsigned seed = 0; seed < 5; ++seed) {
      CHECK(lines_of(row.text, 10, seed == 0 ? 100'000 : 4, seed) == row.lines);
    }
  }
}

TEST_CASE("stdio: 16 MB are the limit as shipped") {
  const std::string fits(StdioTransport::kMaxMessage, 'x');
  const auto lines = lines_of(fits + "\n" + fits + "y\nafter\n", StdioTransport::kMaxMessage,
                              std::size_t{1} << 20, 1);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() == fits.size());
  CHECK(lines[1] == "!");
  CHECK(lines[2] == "after");
}

TEST_CASE("stdio: writes whole lines from several threads through a narrow pipe") {
  Pipe out;
  REQUIRE(::fcntl(out.fds[1], F_SETFL, O_NONBLOCK) == 0);
  StdioTransport writer(-1, out.fds[1]);
  StdioTransport reader(out.fds[0], -1);
  const Cleared message = cleared(std::string(100'000, 'x'));
  const auto write_some = [&] {
    for (int i = 0; i < 20; ++i) CHECK(writer.write(message).ok());
  };
  std::thread both([&] {
    std::thread first(write_some);
    std::thread second(write_some);
    first.join();
    second.join();
    out.close_write();
  });
  const auto lines = read_all(reader);
  both.join();
  CHECK(lines.size() == 40);
  for (const std::string& line : lines) CHECK(line == message.bytes());
}

TEST_CASE("stdio: a peer that is gone is an error, now and later") {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe out;
  out.close_read();
  StdioTransport transport(-1, out.fds[1]);
  for (int i = 0; i < 2; ++i) {
    const auto wrote = transport.write(cleared("x"));
    REQUIRE_FALSE(wrote.ok());
    CHECK(wrote.error().code == Code::kUnavailable);
  }
}

TEST_CASE("stdio: an interrupt ends the input") {
  Pipe in;
  StdioTransport transport(in.fds[0], -1);
  std::thread interrupter([&] { transport.interrupt(); });
  CHECK(read_all(transport).empty());
  interrupter.join();
}

TEST_CASE("stdio: a descriptor that cannot be read is an error, not the end") {
  Pipe in;
  StdioTransport transport(in.fds[1], -1);  // the write end: readable never
  in.close_read();                          // makes poll() report it at once
  const auto line = transport.read();
  REQUIRE_FALSE(line.ok());
  CHECK(line.error().code == Code::kUnavailable);
}

TEST_CASE("stdio: taking stdout leaves stray prints on stderr") {
  Pipe real;
  Pipe error;
  const int saved_out = ::dup(STDOUT_FILENO);
  const int saved_err = ::dup(STDERR_FILENO);
  REQUIRE(::dup2(real.fds[1], STDOUT_FILENO) >= 0);
  REQUIRE(::dup2(error.fds[1], STDERR_FILENO) >= 0);
  const auto taken = take_stdout();
  const ssize_t stray = ::write(STDOUT_FILENO, "stray", 5);
  ::dup2(saved_out, STDOUT_FILENO);
  ::dup2(saved_err, STDERR_FILENO);
  ::close(saved_out);
  ::close(saved_err);
  REQUIRE(taken.ok());
  CHECK(stray == 5);
  CHECK(StdioTransport(-1, *taken).write(cleared("x")).ok());
  ::close(*taken);
  char bytes[64] = {};
  CHECK(::read(error.fds[0], bytes, sizeof bytes) == 5);
  CHECK(std::string_view(bytes, 5) == "stray");
  CHECK(::read(real.fds[0], bytes, sizeof bytes) > 0);
  CHECK(bytes[0] == '{');
}
