// The server over a real loopback connection, with and without TLS.
#include <doctest/doctest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <memory>
#include <mutex>
#include <utility>

#include "base/crypto.h"
#include "sim/server.h"
#include "tests/unit/sim/harness.h"

namespace pmx::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::uint16_t port_of(const Server& server) {
  const auto& url = server.urls().front();
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

tcp::endpoint endpoint_of(const Server& server) {
  return {asio::ip::make_address("127.0.0.1"), port_of(server)};
}

template <class Stream>
std::string talk(Stream& stream, const std::string& text) {
  boost::system::error_code end;
  asio::write(stream, asio::buffer(text), end);
  std::string answer;
  asio::read(stream, asio::dynamic_buffer(answer), end);
  return answer;
}

std::string http_text(const std::string& method, const std::string& path, const std::string& token,
                      const std::string& body = "") {
  return method + " /api2/json" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
         (token.empty() ? "" : "Authorization: PVEAPIToken=" + token + "\r\n") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Running {
  explicit Running(bool tls) {
    ServerOptions options;
    options.port = 0;
    options.tls = tls;
    options.control_secret = "right";
    options.on_request = [this](const std::string& line) {
      const std::lock_guard<std::mutex> lock(mutex);
      lines += line + "\n";
    };
    auto started = Server::start(options, harness.cluster);
    REQUIRE(started.ok());
    server = std::move(started).value();
  }

  std::string ask(const std::string& text) {
    asio::io_context context;
    tcp::socket socket(context);
    socket.connect(endpoint_of(*server));
    return talk(socket, text);
  }

  std::string seen() {
    const std::lock_guard<std::mutex> lock(mutex);
    return lines;
  }

  Harness harness;
  std::mutex mutex;
  std::string lines;
  std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("server: answers over plain HTTP with PVE's reason phrase and reports the request") {
  Running run(false);
  const std::string token = run.harness.cluster.access().token;
  CHECK(run.server->urls().front().starts_with("http://127.0.0.1:"));
  CHECK(run.server->fingerprint().empty());
  const std::string good = run.ask(http_text("GET", "/version", token));
  CHECK(good.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(good.find("\"release\":\"9.2\"") != std::string::npos);
  const std::string missing = run.ask(http_text("GET", "/nope?x=1", token));
  CHECK(missing.starts_with("HTTP/1.1 501 Method 'GET /nope' not implemented\r\n"));
  run.server.reset();
  CHECK(run.seen() == "GET /version 200\nGET /nope 501\n");
}

TEST_CASE("server: keeps a connection alive over several requests") {
  Running run(false);
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect(endpoint_of(*run.server));
  const std::string token = run.harness.cluster.access().token;
  const std::string text =
      "GET /api2/json/version HTTP/1.1\r\nHost: x\r\nAuthorization: PVEAPIToken=" + token +
      "\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    asio::write(socket, asio::buffer(text));
    std::string answer;
    asio::read_until(socket, asio::dynamic_buffer(answer), "}}");
    CHECK(answer.starts_with("HTTP/1.1 200 OK"));
  }
}

TEST_CASE("server: a body that breaks off promises more than it sends") {
  Running run(false);
  run.harness.cluster.truncate_next(1, 9);
  const std::string answer =
      run.ask(http_text("GET", "/version", run.harness.cluster.access().token));
  const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
  CHECK(body.size() == 9);
  CHECK(answer.find("Content-Length: 9\r\n") == std::string::npos);
}

TEST_CASE("server: a delayed answer does not hold up the others") {
  Running run(false);
  asio::io_context context;
  tcp::socket slow(context);
  slow.connect(endpoint_of(*run.server));
  asio::write(slow, asio::buffer(http_text("GET", "/version", "")));
  const std::string token = run.harness.cluster.access().token;
  CHECK(run.ask(http_text("GET", "/version", token)).starts_with("HTTP/1.1 200"));
  CHECK(run.seen().find("401") == std::string::npos);
}

TEST_CASE("server: refuses what is too large and what is outside /api2/json") {
  Running run(false);
  const std::string token = run.harness.cluster.access().token;
  const std::string large =
      run.ask(http_text("POST", "/access/ticket", token, std::string(600'000, 'a')));
  CHECK((large.empty() || large.starts_with("HTTP/1.1 501 for data too large")));
  CHECK(run.ask("GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 404"));
}

TEST_CASE("server: says who closes, packs long answers for those who ask, and the journal always") {
  Running run(false);
  const std::string token = run.harness.cluster.access().token;
  const std::string node(string_member(run.harness.get("/nodes")[0], "node"));
  const auto ask = [&](const std::string& path, const std::string& more) {
    return run.ask("GET /api2/json" + path + " HTTP/1.1\r\nHost: x\r\n" + more +
                   "Authorization: PVEAPIToken=" + token + "\r\n\r\n" +
                   "GET / HTTP/1.0\r\n\r\n");  // ends the connection when it is kept
  };
  CHECK(ask("/version", "").find("Connection: Keep-Alive\r\n") != std::string::npos);
  const std::string handed = ask("/access/users", "");
  CHECK(handed.find("Connection: close\r\nConnection: Keep-Alive\r\n") != std::string::npos);
  CHECK(ask("/access/roles", "").find("Content-Encoding") == std::string::npos);
  CHECK(ask("/access/roles", "Accept-Encoding: gzip\r\n").find("Content-Encoding: gzip") !=
        std::string::npos);
  CHECK(ask("/version", "Accept-Encoding: gzip\r\n").find("Content-Encoding") == std::string::npos);
  CHECK(ask("/nodes/" + node + "/journal", "").find("Content-Encoding: gzip") != std::string::npos);
}

TEST_CASE("server: serves TLS with the certificate whose fingerprint it names") {
  Running run(true);
  CHECK(run.server->urls().front().starts_with("https://"));
  CHECK(run.server->fingerprint().size() == 95);
  asio::io_context context;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  asio::ssl::stream<tcp::socket> stream(context, tls);
  stream.next_layer().connect(endpoint_of(*run.server));
  stream.handshake(asio::ssl::stream_base::client);
  const std::string answer =
      talk(stream, http_text("GET", "/version", run.harness.cluster.access().token));
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("server: shows another certificate as long as a fault or an incident wants it") {
  Running run(true);
  const auto shown = [&] {
    asio::io_context context;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    asio::ssl::stream<tcp::socket> stream(context, tls);
    stream.next_layer().connect(endpoint_of(*run.server));
    stream.handshake(asio::ssl::stream_base::client);
    const std::unique_ptr<X509, decltype(&X509_free)> peer(
        SSL_get1_peer_certificate(stream.native_handle()), X509_free);
    unsigned char* der = nullptr;
    const int size = i2d_X509(peer.get(), &der);
    const std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    const bool expired = X509_cmp_current_time(X509_get0_notAfter(peer.get())) < 0;
    return std::pair{text, expired};
  };
  const auto first = shown();
  CHECK(shown() == first);
  CHECK_FALSE(first.second);
  Cluster& cluster = run.harness.cluster;
  REQUIRE(cluster.control("fault", {"certificate"}).ok());
  const auto changed = shown();
  CHECK(changed != first);
  CHECK(shown() == changed);
  REQUIRE(cluster.control("fault-off", {"certificate"}).ok());
  CHECK(shown() == first);
  const auto told = [&](const std::string& file) {
    for (const Json& one :
         run.harness.get("/nodes/" + cluster.nodes().front() + "/certificates/info"))
      if (one["filename"] == file) return one["fingerprint"].get<std::string>();
    return std::string();
  };
  CHECK(told("pveproxy-ssl.pem").empty());
  REQUIRE(cluster.control("certificate-expired", {cluster.nodes().front()}).ok());
  CHECK(told("pveproxy-ssl.pem").size() == 95);
  const auto expired = shown();
  CHECK(expired.second);
  std::string digest;
  for (const char c : crypto::hex(crypto::sha256(expired.first))) {
    if (digest.size() % 3 == 2) digest += ':';
    digest += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  CHECK(told("pveproxy-ssl.pem") == digest);
}

TEST_CASE("server: switches are turned where no fault reaches, by who knows the secret") {
  Running run(false);
  const std::string& url = run.server->control_url();
  CHECK(url.starts_with("http://127.0.0.1:"));
  const auto control = [&](const std::string& secret, const std::string& form) {
    asio::io_context context;
    tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"),
                    static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)))});
    return talk(socket,
                "POST /api2/json/sim/control HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "x-sim-control: " +
                    secret + "\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
                    "Content-Length: " + std::to_string(form.size()) + "\r\n\r\n" + form);
  };
  CHECK(control("wrong", "switch=fault&argument=drop").starts_with("HTTP/1.1 403"));
  CHECK(control("right", "switch=fault&argument=drop").starts_with("HTTP/1.1 200"));
  const std::string call = http_text("GET", "/version", run.harness.cluster.access().token);
  CHECK(run.ask(call).empty());
  CHECK(control("right", "switch=fault-off").starts_with("HTTP/1.1 200"));
  CHECK(run.ask(call).starts_with("HTTP/1.1 200"));
  CHECK(control("right", "switch=explode").starts_with("HTTP/1.1 400"));
}

TEST_CASE("server: a slow answer comes whole") {
  Running run(false);
  const std::string call = http_text("GET", "/version", run.harness.cluster.access().token);
  const std::string whole = run.ask(call);
  REQUIRE(run.harness.cluster.control("fault", {"slow", "3000", "for=1"}).ok());
  CHECK(run.ask(call) == whole);
}

TEST_CASE("server: a busy port and a bad address are errors, not crashes") {
  Running run(false);
  ServerOptions options;
  options.tls = false;
  options.port = port_of(*run.server);
  CHECK(Server::start(options, run.harness.cluster).error().code == Code::kUnavailable);
  options.address = "nonsense";
  CHECK(Server::start(options, run.harness.cluster).error().code == Code::kInvalidArgument);
}

}  // namespace pmx::sim
