#include "mcp/transport/http/request_reader.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

using namespace pmx::mcp;
using pmx::mcp::http::ReadLimits;
using pmx::mcp::http::Received;
using pmx::mcp::http::RequestReader;
using State = RequestReader::State;

namespace {

/// Feeds `bytes` in pieces of at most `piece` and collects complete requests until one is refused
/// or nothing is left; stops when the reader takes no more.
std::vector<Received> read_all(RequestReader& reader, std::string_view bytes,
                               std::size_t piece = std::string_view::npos) {
  std::vector<Received> requests;
  while (reader.state() != State::kRefused) {
    State state = reader.parse();
    while (state == State::kComplete) {
      requests.push_back(reader.take());
      state = reader.parse();
    }
    if (bytes.empty() || state == State::kRefused) break;
    const std::span<char> space = reader.space();
    const std::size_t size = std::min({piece, space.size(), bytes.size()});
    if (size == 0) break;
    std::memcpy(space.data(), bytes.data(), size);
    reader.commit(size);
    bytes.remove_prefix(size);
  }
  return requests;
}

int refusal_of(std::string_view bytes, const ReadLimits& limits = {}) {
  RequestReader reader(limits);
  const auto requests = read_all(reader, bytes);
  CHECK(requests.empty());
  return reader.state() == State::kRefused ? reader.refusal() : 0;
}

const std::string kHost = "Host: a\r\n";

std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("request reader: a request keeps order, duplicates and case of its headers' values") {
  RequestReader reader({});
  const auto requests =
      read_all(reader,
               "POST /mcp/x%20y?a=1&b=?2 HTTP/1.1\r\nHost: h:1\r\nX-One:  First \r\nx-TWO: 2\r\n"
               "X-ONE: second\r\nContent-Length: 5\r\n\r\nhello");
  REQUIRE(requests.size() == 1);
  const HttpRequest& request = requests[0].request;
  CHECK(request.method == "POST");
  CHECK(request.path == "/mcp/x%20y");
  CHECK(request.query == "a=1&b=?2");
  CHECK(request.body == "hello");
  CHECK(requests[0].keep_alive);
  REQUIRE(request.headers.size() == 5);
  CHECK(request.headers[1].name == "x-one");
  CHECK(request.headers[1].value == "First");
  CHECK(request.headers[3].value == "second");
  REQUIRE(request.header("x-one") != nullptr);
  CHECK(*request.header("x-one") == "First");
  CHECK(request.header("X-One") == nullptr);
}

TEST_CASE("request reader: refuses what is malformed, ambiguous or unknown") {
  struct Row {
    const char* name;
    std::string bytes;
    int status;
  };
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  const std::vector<Row> rows = {
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\n" + kHost + kHost + "\r\n", 400},
      {"a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"obs-fold", "GET / HTTP/1.1\r\n" + kHost + "X: a\r\n b\r\n\r\n", 400},
      {"obs-fold by tab", "GET / HTTP/1.1\r\n" + kHost + "X: a\r\n\tb\r\n\r\n", 400},
      {"length and coding", post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"coding and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
      {"a list of lengths", post + "Content-Length: 1, 1\r\n\r\nx", 400},
      {"a signed length", post + "Content-Length: +1\r\n\r\nx", 400},
      {"a huge length", post + "Content-Length: 99999999999999999999999\r\n\r\nx", 400},
      {"an empty length", post + "Content-Length:\r\n\r\nx", 400},
      {"unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n", 400},
      {"chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400},
      {"chunked not alone", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"content coding", post + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 415},
      {"no length", post + "\r\n", 411},
      {"another expectation", post + "Expect: a-miracle\r\nContent-Length: 1\r\n\r\n", 417},
      {"unknown method", "BREW / HTTP/1.1\r\n" + kHost + "\r\n", 501},
      {"CONNECT", "CONNECT a:1 HTTP/1.1\r\n" + kHost + "\r\n", 501},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505},
      {"not a version", "GET / HTP/1.1\r\n\r\n", 400},
      {"a request line that runs into the headers' end", "b H/Host: a\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"a TLS hello", std::string("\x16\x03\x01\x02", 4), 400},
      {"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"space before a name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"a control character", "GET / HTTP/1.1\r\n" + kHost + "X: a\x01z\r\n\r\n", 400},
      {"a bare carriage return", "GET / HTTP/1.1\r\n" + kHost + "X: a\rb\r\n\r\n", 400},
      {"a bare line feed", "GET / HTTP/1.1\r\n" + kHost + "X: a\nY: b\r\n\r\n", 400},
      {"NUL in a value", "GET / HTTP/1.1\r\n" + kHost + std::string("X: a\0b\r\n\r\n", 10), 400},
      {"a fragment", "GET /#a HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"eight bits in the target", "GET /\xc3\xa4 HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"a relative target", "GET a HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"GET *", "GET * HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"another authority", "GET http://evil/ HTTP/1.1\r\n" + kHost + "\r\n", 400},
      {"a chunk without size", chunked("\r\nx\r\n0\r\n\r\n"), 400},
      {"a chunk of bad size", chunked("xyz\r\n0\r\n\r\n"), 400},
      {"a chunk longer than it says", chunked("1\r\nxx\r\n0\r\n\r\n"), 400},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(refusal_of(row.bytes) == row.status);
  }
}

TEST_CASE("request reader: keeps its limits") {
  const ReadLimits limits{2048, 1000};
  const std::string start = "GET / HTTP/1.1\r\n" + kHost;
  CHECK(refusal_of("GET /" + std::string(3000, 'a'), limits) == 414);
  CHECK(refusal_of("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n") == 414);
  CHECK(refusal_of(start + "X: " + std::string(3000, 'a'), limits) == 431);
  CHECK(refusal_of(start + "X: " + std::string(3000, 'a') + "\r\n\r\n", limits) == 431);
  std::string many = start;
  for (int i = 0; i < 200; ++i) many += "X: 1\r\n";
  CHECK(refusal_of(many + "\r\n") == 431);
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  CHECK(refusal_of(post + "Content-Length: 1001\r\n\r\n", limits) == 413);
  CHECK(refusal_of(chunked("3e9\r\n"), limits) == 413);
  CHECK(refusal_of(chunked("1f4\r\n" + std::string(500, 'x') + "\r\n1f5\r\n"), limits) == 413);
}

TEST_CASE("request reader: chunk framing counts as bytes") {
  std::string bomb;
  while (bomb.size() < 100'000) bomb += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
  CHECK(refusal_of(chunked(bomb), {16384, 1000}) == 413);
  CHECK(refusal_of(chunked("1;" + std::string(100'000, 'e')), {16384, 1000}) == 431);
  CHECK(refusal_of(chunked("0\r\nX: " + std::string(100'000, 'e')), {16384, 1000}) == 431);
}

TEST_CASE("request reader: a chunked body loses its framing, extensions and trailers") {
  RequestReader reader({});
  const auto requests =
      read_all(reader, chunked("3;a=b\r\nabc\r\n02\r\nde\r\n0\r\nX-Admin: yes\r\n\r\n"));
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.body == "abcde");
  CHECK(requests[0].request.header("x-admin") == nullptr);
}

TEST_CASE("request reader: an empty chunked body may come byte by byte") {
  for (std::size_t piece = 1; piece < 6; ++piece) {
    RequestReader reader({});
    const auto requests =
        read_all(reader, chunked("0\r\n\r\n") + chunked("0\r\nT: v\r\n\r\n"), piece);
    CHECK(requests.size() == 2);
  }
}

TEST_CASE("request reader: three pipelined requests read alike however they are split") {
  const std::string bytes = "\r\nPOST /a?q HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc" +
                            chunked("2\r\nde\r\n1;x=y\r\nf\r\n0\r\nT: v\r\n\r\n") +
                            "GET /last HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    CAPTURE(piece);
    RequestReader reader({});
    const auto requests = read_all(reader, bytes, piece);
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].request.body == "abc");
    CHECK(requests[1].request.body == "def");
    CHECK(requests[2].request.path == "/last");
    CHECK_FALSE(requests[2].keep_alive);
    CHECK(reader.buffered() == 0);
  }
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    CAPTURE(cut);
    RequestReader reader({});
    auto requests = read_all(reader, bytes.substr(0, cut));
    for (Received& more : read_all(reader, bytes.substr(cut))) requests.push_back(std::move(more));
    CHECK(requests.size() == 3);
  }
}

TEST_CASE("request reader: bodies up to the limit arrive whole, through a bounded buffer") {
  const ReadLimits limits{16384, 3'000'000};
  RequestReader reader(limits);
  std::string body(3'000'000, 'b');
  body.back() = 'e';
  const auto requests =
      read_all(reader, "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 3000000\r\n\r\n" + body);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.body == body);
  CHECK(reader.space().size() <= 64 * 1024);
}

TEST_CASE("request reader: absolute-form, OPTIONS * and HTTP/1.0 are understood") {
  RequestReader reader({});
  const auto requests =
      read_all(reader, "GET http://a?x HTTP/1.1\r\n" + kHost + "\r\n" + "OPTIONS * HTTP/1.1\r\n" +
                           kHost + "\r\n" + "GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].request.path == "/");
  CHECK(requests[0].request.query == "x");
  CHECK(requests[1].request.path == "*");
  CHECK(requests[2].http10);
}

TEST_CASE("request reader: tells once that the client waits for a go-ahead") {
  RequestReader reader({});
  const std::string head =
      "POST / HTTP/1.1\r\n" + kHost + "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  CHECK(read_all(reader, head).empty());
  CHECK(reader.state() == State::kBody);
  CHECK(reader.take_continue());
  CHECK_FALSE(reader.take_continue());
  CHECK(read_all(reader, "ok").size() == 1);
}

TEST_CASE("request reader: while it rests it has little room, and all it needs afterwards") {
  RequestReader reader({});
  CHECK(reader.space().size() > 1000);
  reader.rest(64);
  CHECK(reader.space().size() == 64);
  reader.rest(1024);  // no more than there is
  const std::span<char> space = reader.space();
  REQUIRE(space.size() == 64);
  const std::string request =
      "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 3000\r\n\r\n" + std::string(3000, 'x');
  std::memcpy(space.data(), request.data(), 64);
  reader.commit(64);
  reader.rest(64);  // not with bytes that nobody has read
  const auto requests = read_all(reader, std::string_view(request).substr(64));
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.body == std::string(3000, 'x'));
}

TEST_CASE("request reader: takes in no more than a bound while nobody parses") {
  RequestReader reader({4096, 1000});
  std::size_t held = 0;
  while (true) {
    const std::span<char> space = reader.space();
    if (space.empty()) break;
    std::memset(space.data(), 'x', space.size());
    reader.commit(space.size());
    held += space.size();
    REQUIRE(held < 100'000);
  }
  CHECK(held <= 4096 + 4096);
}
