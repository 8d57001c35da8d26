#include <doctest/doctest.h>

#include <map>
#include <thread>
#include <vector>

#include "tests/unit/mcp/transport/http_fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

/// A client whose stream the test holds open.
struct Stream {
  explicit Stream(Site& site, int receive_buffer = 0) : client(site.port(), receive_buffer) {
    REQUIRE(client.send(get("/hold")));
    exchange = site.take();
    REQUIRE(exchange);
    REQUIRE(exchange->open_stream({}));
    CHECK(client.answer(false).status == 200);
  }

  Client client;
  std::shared_ptr<HttpExchange> exchange;
};

std::string chunk(const std::string& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

}  // namespace

TEST_CASE("http stream: has the head and the frames of server-sent events") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(exchange->open_stream({{"Mcp-Session-Id", "s1"}}));
  CHECK_FALSE(exchange->open_stream({}));
  const Answer head = client.answer();  // flushed before the first event
  CHECK(head.status == 200);
  CHECK(head.has("Mcp-Session-Id: s1\r\n"));
  CHECK(head.has("Content-Type: text/event-stream\r\n"));
  CHECK(head.has("Cache-Control: no-cache, no-transform\r\n"));
  CHECK(head.has("X-Accel-Buffering: no\r\n"));
  CHECK(head.has("Transfer-Encoding: chunked\r\n"));
  CHECK(exchange->event(std::nullopt, "7", std::chrono::milliseconds(1500)));
  std::string expected = chunk("id: 7\nretry: 1500\ndata: \n\n");
  CHECK(client.until(expected) == expected);
  CHECK(exchange->event(cleared("a")));
  CHECK(exchange->event(cleared("b"), "bad\nid"));
  expected = chunk("data: " + std::string(cleared("a").bytes()) + "\n\n") +
             chunk("data: " + std::string(cleared("b").bytes()) + "\n\n");
  CHECK(client.until(expected) == expected);
  exchange->end_stream();
  CHECK_FALSE(exchange->event(cleared("late")));
  exchange->end_stream();
  CHECK(client.until("0\r\n\r\n") == "0\r\n\r\n");
  REQUIRE(client.send(get("/after")));  // the connection is free again
  CHECK(client.answer().body == cleared("GET /after? 0").bytes());
}

TEST_CASE("http stream: ends when its exchange is dropped; HTTP/1.0 gets it bare") {
  Site site;
  {
    Stream stream(site);
    stream.exchange.reset();
    CHECK(stream.client.until("0\r\n\r\n") == "0\r\n\r\n");
  }
  Client old(site.port());
  REQUIRE(old.send("GET /hold HTTP/1.0\r\n\r\n"));
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(exchange->open_stream({}));
  CHECK_FALSE(old.answer().has("chunked"));
  CHECK(exchange->event(cleared("a"), "1"));
  exchange->end_stream();
  CHECK(old.ends());
  CHECK(old.rest == "id: 1\ndata: " + std::string(cleared("a").bytes()) + "\n\n");
}

TEST_CASE("http stream: events of several threads arrive whole and in each thread's order") {
  Site site;
  Stream stream(site);
  constexpr int kThreads = 4;
  constexpr int kEvents = 500;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&stream, t] {
      for (int i = 0; i < kEvents; ++i)
        stream.exchange->event(std::nullopt, std::to_string(t) + "-" + std::to_string(i));
    });
  }
  std::map<char, int> next;
  for (int i = 0; i < kThreads * kEvents; ++i) {
    stream.client.until("id: ");
    const std::string id = stream.client.until("\n");
    REQUIRE(id.size() > 2);
    CHECK(std::stoi(id.substr(2)) == next[id[0]]++);
  }
}

TEST_CASE("http stream: goes on when its request is forgotten") {
  Site site;
  Client head(site.port());
  REQUIRE(head.send("HEAD /hold HTTP/1.1\r\nHost: a\r\n\r\n"));
  const auto bare = site.take();
  REQUIRE(bare);
  bare->forget_request();
  bare->respond(200, {}, cleared("not sent"));
  CHECK(head.answer(false).status == 200);
  CHECK(head.rest.empty());
  const Stream stream(site);
  stream.exchange->forget_request();
  CHECK(stream.exchange->request().headers.empty());
  CHECK(stream.exchange->event(cleared("news"), "7"));
}

TEST_CASE("http stream: a forgotten request leaves none of its memory") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(
      post("/hold", std::string(100'000, 'x'), "X-Long: " + std::string(999, 'y') + "\r\n")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(exchange->request().body.capacity() >= 100'000);
  exchange->forget_request();
  const std::size_t least = std::string().capacity();
  CHECK(exchange->request().body.capacity() == least);
  CHECK(exchange->request().path.capacity() == least);
  CHECK(exchange->request().headers.capacity() == 0);
}

TEST_CASE("http stream: what a client sends meanwhile is served after the stream, large or small") {
  Site site;
  for (const std::size_t size : {0U, 50U, 1000U, 10000U}) {
    CAPTURE(size);
    Stream stream(site);
    REQUIRE(stream.exchange->event(std::nullopt, "1"));
    stream.client.until("id: 1\n");
    REQUIRE(stream.client.send(post("/next", std::string(size, 'x'))));
    REQUIRE(stream.exchange->event(std::nullopt, "2"));
    stream.client.until("id: 2\n");
    stream.exchange->end_stream();
    stream.client.until("0\r\n\r\n");
    CHECK(stream.client.answer().body == cleared("POST /next? " + std::to_string(size)).bytes());
    REQUIRE(stream.client.send(get("/after")));
    CHECK(stream.client.answer().body == cleared("GET /after? 0").bytes());
  }
}

TEST_CASE("http stream: three hundred streams all get an event, and requests go on") {
  Site site;
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 300; ++i) streams.push_back(std::make_unique<Stream>(site));
  for (const auto& stream : streams) CHECK(stream->exchange->event(cleared("news"), "1"));
  Client client(site.port());
  REQUIRE(client.send(get("/busy")));
  CHECK(client.answer().status == 200);
  const std::string expected =
      chunk("id: 1\ndata: " + std::string(cleared("news").bytes()) + "\n\n");
  for (const auto& stream : streams) CHECK(stream->client.until(expected) == expected);
}

TEST_CASE("http stream: a client that never reads is dropped, and others go on") {
  HttpOptions options;
  options.max_backlog = 1'000'000;
  Site site(options);
  Stream other(site);
  Stream slow(site, 4096);
  const Cleared data = cleared(std::string(50'000, 'x'));
  int sent = 0;
  while (slow.exchange->event(data) && sent < 10'000) ++sent;
  CHECK(sent >= 20);  // the backlog at least: 20 x 50 KB
  CHECK(sent < 10'000);
  CHECK(wait_for(slow.exchange->gone()));
  CHECK_FALSE(slow.exchange->event(std::nullopt));
  CHECK_FALSE(other.exchange->gone().stop_requested());
  CHECK(other.exchange->event(std::nullopt, "still"));
  CHECK(other.client.until("id: still\n").ends_with("id: still\n"));
}

TEST_CASE("http stream: one event may be larger than the bound when little else waits") {
  HttpOptions options;
  options.max_backlog = 100'000;
  Site site(options);
  Stream stream(site);
  const Cleared large = cleared(std::string(3'000'000, 'x'));
  CHECK(stream.exchange->event(large));
  stream.exchange->end_stream();
  CHECK(stream.client.until("0\r\n\r\n").find(large.bytes()) != std::string::npos);
}

TEST_CASE("http stream: a silent stream carries comments") {
  HttpOptions options;
  options.stream_keep_alive = std::chrono::milliseconds(1);
  Site site(options);
  Stream stream(site);
  CHECK(stream.client.until(chunk(":\n\n") + chunk(":\n\n")).ends_with(chunk(":\n\n")));
}

TEST_CASE("http stream: streams beyond the limit get 503, and an ended one makes room") {
  HttpOptions options;
  options.max_streams = 2;
  Site site(options);
  Stream one(site);
  Stream two(site);
  Client excess(site.port());
  REQUIRE(excess.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  CHECK_FALSE(exchange->open_stream({}));
  const Answer answer = excess.answer();
  CHECK(answer.status == 503);
  CHECK(answer.has("Retry-After: 1\r\n"));
  one.exchange->end_stream();
  CHECK(one.client.until("0\r\n\r\n") == "0\r\n\r\n");
  two.client.close();
  CHECK(wait_for(two.exchange->gone()));
  Stream three(site);
}
