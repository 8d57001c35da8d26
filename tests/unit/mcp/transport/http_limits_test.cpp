#include <doctest/doctest.h>

#include <thread>

#include "tests/unit/mcp/transport/http_fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;
using std::chrono::milliseconds;

TEST_CASE("http limits: a client that dribbles its header or its body gets 408") {
  HttpOptions options;
  options.header_timeout = options.body_timeout = milliseconds(60);
  options.linger_timeout = milliseconds(60);
  Site site(options);
  for (const char* start : {"POST /hold HTTP/1.1\r\nHost: a\r\nX: ",
                            "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n"}) {
    Client client(site.port());
    REQUIRE(client.send(start));
    while (!client.readable(milliseconds(5)) && client.send("x")) {
    }
    CHECK(client.answer().status == 408);
    CHECK(client.ends());
  }
}

TEST_CASE("http limits: silent connections are closed, before and between requests") {
  HttpOptions options;
  options.header_timeout = options.idle_timeout = milliseconds(30);
  Site site(options);
  Client silent(site.port());
  CHECK(silent.ends());
  CHECK(silent.rest.empty());
  Client once(site.port());
  REQUIRE(once.send(get("/")));
  CHECK(once.answer().status == 200);
  CHECK(once.ends());
  CHECK(once.rest.empty());
}

TEST_CASE("http limits: no deadline runs while a handler works") {
  HttpOptions options;
  options.header_timeout = options.idle_timeout = options.body_timeout = milliseconds(1);
  options.write_timeout = milliseconds(60'000);
  Site site(options);
  Client worker(site.port());
  REQUIRE(worker.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  Client silent(site.port());
  CHECK(silent.ends());  // a sweep has passed
  CHECK_FALSE(exchange->gone().stop_requested());
  exchange->respond(202, {}, std::nullopt);
  CHECK(worker.answer().status == 202);
}

TEST_CASE("http limits: an answer that nobody takes ends its connection") {
  HttpOptions options;
  options.write_timeout = milliseconds(2);
  Site site(options);
  Client client(site.port(), 4096);
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  exchange->respond(200, {}, cleared(std::string(6'000'000, 'x')));
  CHECK(wait_for(exchange->gone()));
}

TEST_CASE("http limits: a client that sends ahead without end is not read without end") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(client.send(std::string(15'000, '\n')));
  CHECK_FALSE(exchange->gone().stop_requested());
  exchange->respond(202, {}, std::nullopt);
  CHECK(client.answer().status == 202);
  CHECK(client.answer().status == 400);
}

TEST_CASE("http limits: silence after an answer of another thread is silence") {
  HttpOptions options;
  options.idle_timeout = milliseconds(60);
  Site site(options);
  Client client(site.port());
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  exchange->respond(202, {}, std::nullopt);
  CHECK(client.answer().status == 202);
  CHECK(client.ends());
}

TEST_CASE("http stop: closes idle connections and waits for running exchanges") {
  Site site;
  Client answered(site.port());
  REQUIRE(answered.send(get("/hold")));
  const auto over = site.take();
  REQUIRE(over);
  over->respond(202, {}, std::nullopt);
  CHECK(answered.answer().status == 202);
  Client idle(site.port());
  REQUIRE(idle.send(get("/")));
  CHECK(idle.answer().status == 200);
  Client busy(site.port());
  REQUIRE(busy.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  std::jthread stopper([&site] { site.server->stop(kPatience); });
  CHECK(idle.ends());
  CHECK(answered.ends());
  CHECK_FALSE(exchange->gone().stop_requested());
  exchange->respond(202, {}, std::nullopt);
  const Answer answer = busy.answer();
  CHECK(answer.status == 202);
  CHECK(answer.has("Connection: close\r\n"));
  CHECK(busy.ends());
  busy.close();
  stopper.join();
  site.server->stop(kPatience);
}

TEST_CASE("http stop: closes what has not ended after the grace; exchanges outlive the server") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  REQUIRE(exchange->open_stream({}));
  site.server->stop(milliseconds(10));
  CHECK(exchange->gone().stop_requested());
  CHECK_FALSE(exchange->event(cleared("late")));
  CHECK(client.ends());
  site.server.reset();
  CHECK_FALSE(exchange->event(cleared("later")));
  exchange->respond(200, {}, cleared("latest"));
  exchange->end_stream();
}

TEST_CASE("http stop: an exchange whose answer has left is not told that its client is gone") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  exchange->respond(202, {}, std::nullopt);
  CHECK(client.answer().status == 202);
  site.server->stop(milliseconds(0));
  CHECK(client.ends());
  CHECK_FALSE(exchange->gone().stop_requested());
}

TEST_CASE("http stop: what a client sent ahead does not cost it the answer") {
  for (int round = 0; round < 20; ++round) {
    Site site;
    Client client(site.port());
    REQUIRE(client.send(get("/hold") + get("/more")));
    const auto exchange = site.take();
    REQUIRE(exchange);
    std::jthread stopper([&site] { site.server->stop(kPatience); });
    exchange->respond(202, {}, std::nullopt);
    CHECK(client.answer().status == 202);
    CHECK(client.ends());
    client.close();
  }
}

TEST_CASE("http stop: handlers that answer while the server stops do no harm") {
  for (int round = 0; round < 20; ++round) {
    HttpOptions options;
    options.threads = 2;
    Site site(options);
    Client one(site.port());
    Client two(site.port());
    REQUIRE(one.send(get("/hold")));
    REQUIRE(two.send(get("/hold")));
    const auto first = site.take();
    const auto second = site.take();
    REQUIRE(first);
    REQUIRE(second);
    const std::jthread answering([&] {
      first->respond(200, {}, cleared("x"));
      if (second->open_stream({})) {
        while (second->event(cleared("y"))) {
        }
      }
    });
    one.half_close();
    site.server->stop(milliseconds(round % 3));
  }
}
