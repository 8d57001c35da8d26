#include "mcp/transport/http/usual_request.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

using pmx::mcp::http::read_usual;
using pmx::mcp::http::ReadLimits;
using pmx::mcp::http::Received;
using pmx::mcp::http::RequestReader;
using State = RequestReader::State;

namespace {

const std::string kLine = "POST /mcp HTTP/1.1\r\n";
const std::string kHost = "Host: 127.0.0.1:8585\r\n";
const std::string kUsual =
    kLine + kHost +
    "Connection: keep-alive\r\nAuthorization: Bearer 0123456789abcdef\r\n"
    "content-type: application/json\r\nAccept: application/json, text/event-stream\r\n"
    "Mcp-Method:tools/call\r\nX-Empty:\r\nX-Padded:   a  b  \r\nContent-Length: 5\r\n\r\nhello";

std::string summary(const Received& received) {
  std::string text = received.request.method + ' ' + received.request.path + '?' +
                     received.request.query + (received.keep_alive ? " keep" : " close") +
                     (received.http10 ? " 1.0" : " 1.1");
  for (const auto& header : received.request.headers)
    text += '\n' + header.name + ": " + header.value;
  return text + "\n\n" + received.request.body;
}

bool is_usual(const std::string& text, const ReadLimits& limits = {}) {
  Received received;
  return read_usual(text, limits, received) != 0;
}

/// What a reader makes of `text` when it comes in pieces of these sizes and a rest.
std::string read(const std::string& text, std::size_t first, const ReadLimits& limits) {
  RequestReader reader(limits);
  std::string seen;
  for (std::size_t at = 0; at < text.size();) {
    const std::span<char> space = reader.space();
    const std::size_t size = std::min(space.size(), at == 0 ? first : text.size() - at);
    std::memcpy(space.data(), text.data() + at, size);
    reader.commit(size);
    at += size;
    while (reader.parse() == State::kComplete) seen += summary(reader.take()) + "\n--\n";
    if (reader.state() == State::kRefused) return seen + std::to_string(reader.refusal());
  }
  return seen;
}

/// One request of pieces that are usual, unusual and wrong, with some bytes changed.
std::string random_request(std::mt19937& random) {
  const auto pick = [&random](std::size_t below) { return random() % below; };
  static const std::vector<std::string> kLines{kLine,
                                               kLine,
                                               kLine,
                                               "POST / HTTP/1.1\r\n",
                                               "POST /a?b=c HTTP/1.1\r\n",
                                               "GET /mcp HTTP/1.1\r\n",
                                               "POST /mcp HTTP/1.0\r\n",
                                               "POST http://127.0.0.1:8585/mcp HTTP/1.1\r\n",
                                               "post /mcp HTTP/1.1\r\n"};
  static const std::vector<std::string> kFields{"Accept: a\r\n",
                                                "X-A: \r\n",
                                                "X-B:\t b\r\n",
                                                "x-c: a b \t\r\n",
                                                "Connection: Keep-Alive\r\n",
                                                "Connection: close\r\n",
                                                "Connection: keep-alive, x\r\n",
                                                "Transfer-Encoding: chunked\r\n",
                                                "Content-Encoding: gzip\r\n",
                                                "Expect: 100-continue\r\n",
                                                "TE: trailers\r\n",
                                                "X : a\r\n",
                                                "X-D: \xc3\xa4\r\n",
                                                "Content-Length: 3\r\n",
                                                "Content-Length: 05\r\n",
                                                "Host: b\r\n",
                                                "X-E: a\r\n b\r\n",
                                                "Upgrade: websocket\r\n",
                                                "Proxy-Connection: close\r\n",
                                                "X-F: a\nY: b\r\n"};
  std::string text = kLines[pick(kLines.size())];
  if (pick(16) != 0) text += kHost;
  for (std::size_t fields = pick(3); fields > 0; --fields) text += kFields[pick(kFields.size())];
  const std::string body(pick(20), 'b');
  if (pick(16) != 0) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n" + body;
  for (std::size_t changes = pick(3) == 0 ? 1 + pick(2) : 0; changes > 0; --changes) {
    static constexpr std::string_view kBytes("\0\t\n\r :;,#?/%aZ9\x7f\x80\xff", 19);
    text[pick(text.size())] = kBytes[pick(kBytes.size())];
  }
  return text;
}

}  // namespace

TEST_CASE("usual request: it is read as it is, and what follows is left") {
  Received received;
  const std::string text = kUsual + "POST /next";
  CHECK(read_usual(text, {}, received) == kUsual.size());
  CHECK(summary(received) ==
        "POST /mcp? keep 1.1\nhost: 127.0.0.1:8585\nconnection: keep-alive\n"
        "authorization: Bearer 0123456789abcdef\ncontent-type: application/json\n"
        "accept: application/json, text/event-stream\nmcp-method: tools/call\nx-empty: \n"
        "x-padded: a  b\ncontent-length: 5\n\nhello");
}

TEST_CASE("usual request: before its last byte it is not there") {
  for (std::size_t size = 0; size < kUsual.size(); ++size) {
    CHECK_FALSE(is_usual(kUsual.substr(0, size)));
  }
}

TEST_CASE("usual request: what could be read in two ways, or is rare, is none") {
  const std::string end = "Content-Length: 1\r\n\r\nx";
  const std::vector<std::string> rows = {
      "GET /mcp HTTP/1.1\r\n" + kHost + end,
      "POST /mcp HTTP/1.0\r\n" + kHost + end,
      "POST /mcp?a HTTP/1.1\r\n" + kHost + end,
      "POST /mcp#a HTTP/1.1\r\n" + kHost + end,
      "POST  /mcp HTTP/1.1\r\n" + kHost + end,
      "POST http://h/ HTTP/1.1\r\n" + kHost + end,
      kLine + end,
      kLine + kHost + kHost + end,
      kLine + "Host: a/b\r\n" + end,
      kLine + kHost + "\r\n",
      kLine + kHost + "Content-Length: 1\r\n" + end,
      kLine + kHost + "Content-Length: 1, 1\r\n\r\nx",
      kLine + kHost + "Content-Length: +1\r\n\r\nx",
      kLine + kHost + "Content-Length:\r\n\r\nx",
      kLine + kHost + "Content-Length: 0000000001\r\n\r\nx",
      kLine + kHost + "Content-Length: 4194305\r\n\r\n" + std::string(4194305, 'x'),
      kLine + kHost + "Transfer-Encoding: chunked\r\n" + end,
      kLine + kHost + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      kLine + kHost + "Content-Encoding: gzip\r\n" + end,
      kLine + kHost + "Expect: 100-continue\r\n" + end,
      kLine + kHost + "Connection: close\r\n" + end,
      kLine + kHost + "Connection: keep-alive, close\r\n" + end,
      kLine + kHost + "Proxy-Connection: close\r\n" + end,
      kLine + kHost + "Upgrade: h2c\r\n" + end,
      kLine + kHost + "TE: trailers\r\n" + end,
      kLine + kHost + "Trailer: x\r\n" + end,
      kLine + kHost + "X: a\r\n b\r\n" + end,
      kLine + kHost + "X : a\r\n" + end,
      kLine + kHost + ": a\r\n" + end,
      kLine + kHost + "X: a\tb\r\n" + end,
      kLine + kHost + "X: a\x7f\r\n" + end,
      kLine + kHost + "X: a\x80\r\n" + end,
      kLine + kHost + "X: a\nY: b\r\n" + end,
      kLine + kHost + "X: a\rY: b\r\n" + end,
      kLine + kHost + std::string("X: a\0b\r\n", 8) + end,
  };
  for (const std::string& row : rows) {
    CAPTURE(row.substr(0, 200));
    CHECK_FALSE(is_usual(row));
  }
}

TEST_CASE("usual request: the limits hold, and so many fields are usual") {
  const std::string head = kUsual.substr(0, kUsual.size() - 5);
  CHECK(is_usual(kUsual, {head.size(), 5}));
  CHECK_FALSE(is_usual(kUsual, {head.size() - 1, 5}));
  CHECK_FALSE(is_usual(kUsual, {head.size(), 4}));
  std::string many = kLine + kHost;
  for (int i = 0; i < 30; ++i) many += "X: a\r\n";
  CHECK(is_usual(many + "Content-Length: 1\r\n\r\nx"));
  CHECK_FALSE(is_usual(many + "X: a\r\nContent-Length: 1\r\n\r\nx"));
}

TEST_CASE("usual request: a request comes to the same whether Beast reads it or not") {
  std::mt19937 random(20261128);
  int usual = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_request(random);
    const ReadLimits limits = random() % 8 == 0 ? ReadLimits{64, 8} : ReadLimits{};
    usual += is_usual(text, limits) ? 1 : 0;
    CAPTURE(text);
    // Its first byte alone is no whole request.
    CHECK(read(text, text.size(), limits) == read(text, 1, limits));
  }
  CHECK(usual > 1'500);
  CHECK(usual < 18'000);
}
