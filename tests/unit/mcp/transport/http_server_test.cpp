#include "mcp/transport/http/server.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "tests/unit/mcp/transport/http_fixture.h"

using namespace pmx;
using namespace pmx::mcp;
using namespace pmx::mcp::test;

namespace {

/// Resident memory of this process in bytes.
std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t pages = 0;
  file >> total >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// How many sockets of this process belong to the server at `port` and have TCP_NODELAY.
int accepted_without_delay(std::uint16_t port) {
  int count = 0;
  for (int fd = 3; fd < 2048; ++fd) {
    sockaddr_in own{};
    sockaddr_in peer{};
    socklen_t size = sizeof own;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) continue;
    size = sizeof peer;
    const bool connected = ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
    int on = 0;
    size = sizeof on;
    if (!connected || ntohs(own.sin_port) != port) continue;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0 && on != 0) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("http server: answers one request after the other on one connection") {
  Site site;
  Client client(site.port());
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    REQUIRE(client.send(post("/mcp?n=" + std::to_string(i), std::string(100, 'b'))));
    const Answer answer = client.answer();
    REQUIRE(answer.status == 200);
    CHECK(answer.has("Content-Type: application/json\r\n"));
    CHECK(answer.body == cleared("POST /mcp?n=" + std::to_string(i) + " 100").bytes());
  }
}

TEST_CASE("http server: compresses nothing, whatever the client would take") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(post("/hold", "x", "Accept-Encoding: br, gzip\r\nTE: gzip\r\n")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  const Cleared large = cleared(std::string(200'000, 'x'));  // worth compressing
  exchange->respond(200, {}, large);
  Answer answer = client.answer();
  for (char& c : answer.head) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  CHECK_FALSE(answer.has("-encoding:"));
  CHECK(answer.has("content-length: " + std::to_string(large.bytes().size()) + "\r\n"));
  CHECK(answer.body == large.bytes());
}

TEST_CASE("http server: several loops share the connections") {
  HttpOptions options;
  options.threads = 2;
  Site site(options);
  for (int i = 0; i < 20; ++i) {
    Client client(site.port());
    REQUIRE(client.send(get("/")));
    CHECK(client.answer().status == 200);
  }
}

TEST_CASE("http server: refuses with constant texts, without echo, and closes") {
  struct Row {
    std::string bytes;
    int status;
  };
  const std::string host = "Host: localhost\r\n";
  const std::vector<Row> rows = {
      {"EVIL\x01 / HTTP/1.1\r\n\r\n", 400},
      {"GET /evil HTTP/1.1\r\n\r\n", 400},
      {"GET /evil HTTP/1.1\r\nX: a\r\n evil\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "\r\n", 411},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 4194305\r\n\r\n", 413},
      {"GET /" + std::string(20'000, 'e') + " HTTP/1.1\r\n\r\n", 414},
      {post("/", "x", "Content-Encoding: evil\r\n"), 415},
      {post("/", "x", "Expect: evil\r\n"), 417},
      {get("/", "X-Evil: " + std::string(20'000, 'e') + "\r\n"), 431},
      {"EVIL / HTTP/1.1\r\n" + host + "\r\n", 501},
      {"GET /evil HTTP/3.0\r\n\r\n", 505},
  };
  Site site;
  for (const Row& row : rows) {
    CAPTURE(row.bytes.substr(0, 60));
    Client client(site.port());
    client.send(row.bytes);
    const Answer answer = client.answer();
    CHECK(answer.status == row.status);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK((answer.head + answer.body).find("evil") == std::string::npos);
    CHECK((answer.head + answer.body).find("eee") == std::string::npos);
    client.half_close();
    CHECK(client.ends());
    CHECK(client.rest.empty());
  }
}

TEST_CASE("http server: a request may come byte by byte") {
  Site site;
  Client client(site.port());
  for (const char byte : post("/slow", "hello")) REQUIRE(client.send({&byte, 1}));
  CHECK(client.answer().body == cleared("POST /slow? 5").bytes());
}

TEST_CASE("http server: pipelined requests are served in order, one at a time") {
  Site site;
  Client client(site.port());
  std::string bytes = get("/hold/first");
  for (int i = 0; i < 50; ++i) bytes += post("/" + std::to_string(i), "abc");
  REQUIRE(client.send(bytes + get("/hold/last")));
  const auto first = site.take();
  REQUIRE(first);
  first->respond(202, {}, std::nullopt);
  CHECK(client.answer().status == 202);
  for (int i = 0; i < 50; ++i)
    CHECK(client.answer().body == cleared("POST /" + std::to_string(i) + "? 3").bytes());
  const auto last = site.take();
  REQUIRE(last);
  last->respond(202, {}, std::nullopt);
  CHECK(client.answer().status == 202);
}

TEST_CASE("http server: HEAD has no body, OPTIONS reaches the handler, HTTP/1.0 closes") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(client.answer(false).has("Content-Length: " +
                                 std::to_string(cleared("HEAD /a? 0").bytes().size())));
  CHECK(client.answer().body == cleared("OPTIONS *? 0").bytes());
  Client old(site.port());
  REQUIRE(old.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  CHECK(old.answer().has("Connection: close\r\n"));
  CHECK(old.ends());
  Client closing(site.port());
  REQUIRE(closing.send(get("/", "Connection: close\r\n")));
  CHECK(closing.answer().has("Connection: close\r\n"));
  CHECK(closing.ends());
}

TEST_CASE("http server: asks a waiting client for its body, or refuses before it is sent") {
  Site site;
  Client client(site.port());
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
  REQUIRE(client.send(head + "Content-Length: 5\r\n\r\n"));
  CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(client.send("hello"));
  CHECK(client.answer().status == 200);
  REQUIRE(client.send(head + "Content-Length: 50000000\r\n\r\n"));
  CHECK(client.answer().status == 413);
}

TEST_CASE("http server: an exchange is answered once, whatever its handler does") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(get("/throw")));
  CHECK(client.answer().status == 500);
  CHECK(client.ends());
  Client other(site.port());
  REQUIRE(other.send(get("/drop")));
  CHECK(other.answer().status == 500);
  Client third(site.port());
  REQUIRE(third.send(get("/hold")));
  auto exchange = site.take();
  REQUIRE(exchange);
  exchange->respond(401, {{"WWW-Authenticate", "Bearer"}, {"X-Bad", "a\r\nX-Evil: b"}},
                    cleared("first"));
  exchange->respond(200, {}, cleared("second"));
  CHECK_FALSE(exchange->open_stream({}));
  CHECK_FALSE(exchange->event(cleared("third")));
  exchange.reset();
  const Answer answer = third.answer();
  CHECK(answer.status == 401);
  CHECK(answer.has("WWW-Authenticate: Bearer\r\n"));
  CHECK_FALSE(answer.has("Evil"));
  CHECK(answer.body == cleared("first").bytes());
  REQUIRE(third.send(get("/next")));
  CHECK(third.answer().body == cleared("GET /next? 0").bytes());
}

TEST_CASE("http server: a disconnect of any kind is seen while the handler works") {
  Site site;
  using Leave = void (Client::*)();
  for (const Leave leave : {&Client::close, &Client::half_close, &Client::reset}) {
    Client client(site.port());
    REQUIRE(client.send(post("/hold", "x") + "GET /more"));
    const auto exchange = site.take();
    REQUIRE(exchange);
    CHECK_FALSE(exchange->gone().stop_requested());
    (client.*leave)();
    CHECK(wait_for(exchange->gone()));
    exchange->respond(200, {}, cleared("nobody"));
    CHECK_FALSE(exchange->open_stream({}));
    exchange->end_stream();
  }
}

TEST_CASE("http server: an answer of many megabytes arrives whole") {
  Site site;
  Client client(site.port());
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  const Cleared large = cleared(std::string(5'000'000, 'x'));
  exchange->respond(200, {}, large);
  CHECK(client.answer().body == large.bytes());
}

TEST_CASE("http server: 64 MB bodies are refused without growing") {
  Site site;
  const std::size_t before = resident();
  const std::string piece = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  for (const bool announced : {true, false}) {
    Client client(site.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" +
                std::string(announced ? "Content-Length: 67108864" : "Transfer-Encoding: chunked") +
                "\r\n\r\n");
    for (int i = 0; i < 1024; ++i) {
      if (!client.send(piece)) break;
    }
    client.half_close();
    CHECK(client.answer().status == 413);
    CHECK(client.ends());
  }
  CHECK(resident() < before + (std::size_t{24} << 20));
}

TEST_CASE("http server: connections beyond the limit get a clean 503, and later ones are served") {
  HttpOptions options;
  options.max_connections = 3;
  Site site(options);
  {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<Client>(site.port()));
      REQUIRE(clients.back()->send(get("/")));
      CHECK(clients.back()->answer().status == 200);
    }
    Client excess(site.port());
    excess.send(get("/"));
    const Answer answer = excess.answer();
    CHECK(answer.status == 503);
    CHECK(answer.has("Retry-After: 1\r\n"));
    CHECK(excess.ends());
    clients[0]->half_close();
    CHECK(clients[0]->ends());
  }
  int status = 503;
  while (status == 503) {  // until the server has seen that the others left
    Client client(site.port());
    client.send(get("/"));
    status = client.answer().status;
  }
  CHECK(status == 200);
}

TEST_CASE("http server: survives a thousand clients that come and go") {
  Site site;
  for (int i = 0; i < 1000; ++i) {
    Client client(site.port());
    switch (i % 4) {
      case 0: break;
      case 1: client.reset(); break;
      case 2: client.send("POST / HTTP/1.1\r\nHo"); break;
      case 3: client.send(post("/x", "body")); break;
    }
  }
  Client client(site.port());
  REQUIRE(client.send(get("/")));
  CHECK(client.answer().status == 200);
}

TEST_CASE("http server: accepts again after it ran out of descriptors") {
  Site site;
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const int lowest = ::dup(0);
  REQUIRE(lowest >= 0);
  ::close(lowest);
  const rlimit tight{static_cast<rlim_t>(lowest) + 1, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  Client client(site.port());  // takes the last descriptor
  client.send(get("/"));
  const bool early = client.readable(std::chrono::milliseconds(150));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK_FALSE(early);
  CHECK(client.answer().status == 200);
}

TEST_CASE("http server: answers of another thread leave the connection as good as new") {
  Site site;
  Client client(site.port());
  for (int i = 0; i < 50; ++i) {
    CAPTURE(i);
    REQUIRE(client.send(post("/hold", "x")));
    const auto exchange = site.take();
    REQUIRE(exchange);
    exchange->respond(200, {}, cleared(std::to_string(i)));
    REQUIRE(client.answer().body == cleared(std::to_string(i)).bytes());
  }
  REQUIRE(client.send(get("/hold/first") + get("/last")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  exchange->respond(202, {}, std::nullopt);  // while the next request waits already
  CHECK(client.answer().status == 202);
  CHECK(client.answer().body == cleared("GET /last? 0").bytes());
  CHECK_FALSE(exchange->gone().stop_requested());
}

TEST_CASE("http server: an answer of another thread that the socket cannot take arrives whole") {
  Site site;
  Client client(site.port(), 4096);
  REQUIRE(client.send(get("/hold")));
  const auto exchange = site.take();
  REQUIRE(exchange);
  const Cleared large = cleared(std::string(12'000'000, 'x'));
  exchange->respond(200, {}, large);
  CHECK(client.answer().body == large.bytes());
  REQUIRE(client.send(get("/next")));
  CHECK(client.answer().status == 200);
}

TEST_CASE("http server: every connection sends at once, and takes bursts of new ones") {
  // Two causes of the stalls that servers are known for: small segments that wait for an
  // acknowledgement, and connections that find the queue of the listener full and try again later.
  Site site;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 256; ++i) clients.push_back(std::make_unique<Client>(site.port()));
  for (const auto& client : clients) REQUIRE(client->send(get("/")));
  for (const auto& client : clients) {
    CHECK(client->answer().status == 200);
    CHECK(client->retransmissions() == 0);
  }
  CHECK(accepted_without_delay(site.port()) == 256);
}

TEST_CASE("http server: has descriptors for all its connections, whatever the shell allowed") {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  REQUIRE(limit.rlim_max > 600);
  const rlimit low{512, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  HttpOptions options;
  options.max_connections = 600;
  const Site site(options);
  rlimit raised{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &raised) == 0);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(raised.rlim_cur > 600);
}

TEST_CASE("http server: says what is wrong with an address") {
  HttpOptions options;
  options.address = "localhost";
  const auto named = HttpServer::start(options, [](const std::shared_ptr<HttpExchange>&) {});
  REQUIRE_FALSE(named.ok());
  CHECK(named.error().code == Code::kInvalidArgument);
  Site site;
  CHECK(site.server->url() == "http://127.0.0.1:" + std::to_string(site.port()));
  options.address = "127.0.0.1";
  options.port = site.port();
  const auto taken = HttpServer::start(options, [](const std::shared_ptr<HttpExchange>&) {});
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().code == Code::kUnavailable);
}
