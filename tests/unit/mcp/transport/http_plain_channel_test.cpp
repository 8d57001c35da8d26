// The plain kind of SocketChannel, over a pair of sockets. What the loop does with it, reading
// above all, is in http_server_test.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "mcp/transport/http/socket_channel.h"

using namespace pmx::mcp::http;

namespace {

struct Bench {
  Bench() {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    near = pair[0];
    far = pair[1];
    Socket socket(context);
    socket.assign(boost::asio::ip::tcp::v4(), near);
    socket.non_blocking(true);
    channel = make_plain_channel(std::move(socket));
  }
  ~Bench() {
    if (far >= 0) ::close(far);
  }

  /// What the peer can read now; nothing at the end of what was sent.
  std::optional<std::string> arrived() const {
    std::string text;
    char space[65536];
    while (true) {
      const ssize_t size = ::read(far, space, sizeof space);
      if (size == 0) return text.empty() ? std::nullopt : std::optional(text);
      if (size < 0) return text;
      text.append(space, static_cast<std::size_t>(size));
    }
  }

  std::optional<Io> write(std::initializer_list<std::string_view> views) {
    return channel->write({views.begin(), views.size()}, nullptr);
  }

  boost::asio::io_context context;
  int near = -1;
  int far = -1;
  std::unique_ptr<SocketChannel> channel;
};

}  // namespace

TEST_CASE("plain channel: what is written arrives at once, several views as one") {
  Bench bench;
  CHECK(bench.channel->descriptor() == bench.near);
  auto io = bench.write({"one"});
  REQUIRE(io);
  CHECK(io->ok);
  CHECK(io->bytes == 3);
  io = bench.write({"two ", "", "and ", "three"});
  REQUIRE(io);
  CHECK(io->ok);
  CHECK(io->bytes == 13);
  CHECK(bench.arrived() == "onetwo and three");
}

TEST_CASE("plain channel: a peer that reads slowly gets a part now, and the rest later") {
  Bench bench;
  const std::string large(4 << 20, 'x');
  const auto first = bench.write({large});
  REQUIRE(first);
  CHECK(first->ok);
  CHECK(first->bytes > 0);
  CHECK(first->bytes < large.size());
  CHECK(bench.arrived()->size() == first->bytes);
}

TEST_CASE("plain channel: writing to a full socket waits for the loop") {
  Bench bench;
  const std::string large(4 << 20, 'x');
  while (const auto io = bench.write({large})) REQUIRE(io->ok);
  CHECK(bench.arrived().has_value());
}

TEST_CASE("plain channel: reading is always left to the loop, also when there is something") {
  Bench bench;
  REQUIRE(::write(bench.far, "x", 1) == 1);
  std::array<char, 8> space{};
  CHECK_FALSE(bench.channel->read(space, nullptr).has_value());
}

TEST_CASE("plain channel: a peer that is gone is a failure, not a signal") {
  Bench bench;
  ::close(bench.far);
  bench.far = -1;
  const auto io = bench.write({"x"});
  REQUIRE(io);
  CHECK_FALSE(io->ok);
}

TEST_CASE("plain channel: after a shutdown the peer sees the end and may still send") {
  Bench bench;
  bench.write({"last"});
  bench.channel->shutdown();
  bench.channel->shutdown();
  CHECK(bench.arrived() == "last");
  CHECK_FALSE(bench.arrived().has_value());
  CHECK(::send(bench.far, "x", 1, MSG_NOSIGNAL) == 1);
}

TEST_CASE("plain channel: once closed nothing is sent, and closing again does no harm") {
  Bench bench;
  bench.channel->close();
  bench.channel->close();
  bench.channel->shutdown();
  CHECK_FALSE(bench.arrived().has_value());
  const auto io = bench.write({"x"});
  REQUIRE(io);
  CHECK_FALSE(io->ok);
}
