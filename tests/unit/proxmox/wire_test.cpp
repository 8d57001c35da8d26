// The connection itself, without HTTP: bytes, ends, deadlines and interrupts.
#include "proxmox/wire.h"

#include <doctest/doctest.h>

#include <future>

#include "tiny_server.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;
using Mode = TinyServer::Mode;

constexpr std::string_view kAsk = "GET / HTTP/1.1\r\n\r\n";

/// A wire to a server of its own; TLS with the server's pin.
struct Line {
  explicit Line(Mode mode, TinyServer::Handler handler, WireTimeouts timeouts = {})
      : server(mode, std::move(handler)), endpoint(parse_endpoint(server.url()).value()) {
    if (mode != Mode::kPlain)
      tls = TlsContext::make({"", server.fingerprint()}, "127.0.0.1").value();
    wire = std::make_unique<Wire>(endpoint, tls ? &*tls : nullptr, timeouts);
    wire->begin(std::nullopt);
  }

  bool ask() { return wire->write(kAsk.data(), kAsk.size()); }

  /// Reads pieces of at most `piece` bytes until the end, a failure or `size` bytes.
  std::string read(std::size_t size, std::size_t piece = 7) {
    std::string out;
    while (out.size() < size) {
      char bytes[64];
      last = wire->read(bytes, std::min(piece, size - out.size()));
      if (last <= 0) break;
      out.append(bytes, static_cast<std::size_t>(last));
    }
    return out;
  }

  Code failure() const { return wire->failure() ? wire->failure()->code : Code::kInternal; }

  TinyServer server;
  Endpoint endpoint;
  std::optional<TlsContext> tls;
  std::unique_ptr<Wire> wire;
  ssize_t last = 0;
};

std::optional<std::string> silence(const std::string&) { return std::nullopt; }

}  // namespace

TEST_CASE("wire: bytes arrive whole in any pieces, and an orderly end is no failure") {
  const std::string text(100'000, 'x');
  for (const Mode mode : {Mode::kPlain, Mode::kTls}) {
    for (const std::size_t piece : {1U, 13U, 64U}) {
      Line line(mode, [&](const std::string&) { return text + std::string(TinyServer::kCut); });
      REQUIRE(line.wire->open());
      REQUIRE(line.ask());
      CHECK(line.read(text.size() + 1, piece) == text);
      CHECK(line.last == 0);
      CHECK_FALSE(line.wire->failure().has_value());
    }
  }
}

TEST_CASE(
    "wire: an idle connection is reusable until the other side says goodbye or anything else") {
  std::promise<void> hang_up;
  auto gate = hang_up.get_future().share();
  Line line(Mode::kTls,
            [&, first = true](const std::string&) mutable -> std::optional<std::string> {
              if (std::exchange(first, false)) return "hello";
              gate.wait();
              return "";
            });
  CHECK_FALSE(line.wire->reusable());
  REQUIRE(line.wire->open());
  REQUIRE(line.ask());
  CHECK(line.read(4) == "hell");
  CHECK_FALSE(line.wire->reusable());  // an unread byte would answer the next request
  CHECK(line.read(1) == "o");
  CHECK(line.wire->reusable());
  REQUIRE(line.ask());
  hang_up.set_value();
  line.server.wait_for_closed(1);
  CHECK_FALSE(line.wire->reusable());
  line.wire->close();
  CHECK_FALSE(line.wire->reusable());
  CHECK(line.wire->fd() < 0);
}

TEST_CASE(
    "wire: an interrupt raised between two operations ends the next one, and only this call") {
  for (const Mode mode : {Mode::kPlain, Mode::kTls}) {
    Line line(mode, silence);
    REQUIRE(line.wire->open());
    REQUIRE(line.ask());
    line.wire->interrupt();
    CHECK(line.read(1).empty());
    CHECK(line.last == -1);
    CHECK(line.failure() == Code::kCancelled);
    CHECK_FALSE(line.ask());  // a failed call stays failed
    line.wire->begin(std::nullopt);
    CHECK_FALSE(line.wire->failure().has_value());
    CHECK(line.wire->open());
    CHECK(line.ask());
  }
}

TEST_CASE("wire: an interrupt from another thread ends a handshake that never comes") {
  Line line(Mode::kSilentTls, silence);
  auto opened = std::async(std::launch::async, [&] { return line.wire->open(); });
  line.server.wait_for_connections(1);
  line.wire->interrupt();
  CHECK_FALSE(opened.get());
  CHECK(line.failure() == Code::kCancelled);
}

TEST_CASE("wire: time that runs out before anything was sent is no sign that work was done") {
  SUBCASE("the call's deadline") {
    Line line(Mode::kSilentTls, silence);
    line.wire->begin(std::chrono::steady_clock::now() + 30ms);
    CHECK_FALSE(line.wire->open());
    CHECK(line.failure() == Code::kDeadlineExceeded);
    CHECK(line.wire->failure()->advice.empty());
  }
  SUBCASE("the connect timeout") {
    Line line(Mode::kSilentTls, silence, {30ms, 60'000ms});
    CHECK_FALSE(line.wire->open());
    CHECK(line.failure() == Code::kUnavailable);
  }
  SUBCASE("silence after the request says that the work may have been done") {
    Line line(Mode::kPlain, silence, {10'000ms, 30ms});
    REQUIRE(line.wire->open());
    CHECK_FALSE(line.wire->sent_anything());
    REQUIRE(line.ask());
    CHECK(line.wire->sent_anything());
    CHECK(line.read(1).empty());
    CHECK(line.failure() == Code::kDeadlineExceeded);
    CHECK(line.wire->failure()->advice.find("may have been done") != std::string::npos);
  }
}

TEST_CASE("wire: a deadline that is over ends reading also when bytes keep dripping") {
  Line line(Mode::kPlain, [](const std::string&) { return std::string(100'000, 'x'); });
  REQUIRE(line.wire->open());
  REQUIRE(line.ask());
  CHECK(line.read(1) == "x");
  line.wire->begin(std::chrono::steady_clock::now() - 1ms);
  CHECK(line.read(1).empty());
  CHECK(line.failure() == Code::kDeadlineExceeded);
}

TEST_CASE("wire: a closed wire neither reads nor writes") {
  Line line(Mode::kPlain, silence);
  CHECK_FALSE(line.ask());
  CHECK(line.read(1).empty());
  CHECK(line.last == -1);
}

TEST_CASE("wire: without TLS no packet leaves this machine, wherever the name leads") {
  // parse_endpoint() refuses this host already; a name may still resolve to such an address.
  const Endpoint elsewhere{false, "192.0.2.1", 8006};
  Wire wire(elsewhere, nullptr, {});
  wire.begin(std::nullopt);
  CHECK_FALSE(wire.open());
  REQUIRE(wire.failure().has_value());
  CHECK(wire.failure()->message.find("no usable address") != std::string::npos);
}

}  // namespace pmx::proxmox
