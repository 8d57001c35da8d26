#include "proxmox/httplib_http.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <future>

#include "base/files.h"
#include "tiny_server.h"

namespace pmx::proxmox {
namespace {

using namespace std::chrono_literals;
using Mode = TinyServer::Mode;

const std::string kBody = R"({"data":1})";
const HttpRequest kGet{"GET", "/version", {}, {{"Authorization", "PVEAPIToken=a@b!c=S3CRET"}}};

std::optional<std::string> always_ok(const std::string&) { return ok_answer(kBody); }

std::unique_ptr<HttplibHttp> connect(const HttplibHttp::Options& options) {
  auto http = HttplibHttp::make(options);
  REQUIRE(http.ok());
  return std::move(http).value();
}

HttplibHttp::Options pinned(const TinyServer& server) {
  HttplibHttp::Options options;
  options.url = server.url();
  options.fingerprint = server.fingerprint();
  return options;
}

HttplibHttp::Options plain(const TinyServer& server) {
  HttplibHttp::Options options;
  options.url = server.url();
  return options;
}

bool says(const Error& error, const std::string& text) {
  return error.text().find(text) != std::string::npos;
}

/// A file that disappears with the test.
struct TempFile {
  explicit TempFile(const std::string& content) {
    path = "/tmp/proxmox_test_" + std::to_string(::getpid()) + ".pem";
    REQUIRE(write_private_file(path, content).ok());
  }
  ~TempFile() { std::remove(path.c_str()); }
  std::string path;
};

}  // namespace

TEST_CASE("transport: requests in a row use one connection") {
  TinyServer server(Mode::kTls, always_ok);
  const auto http = connect(pinned(server));
  for (int i = 0; i < 20; ++i) {
    const auto answer = http->send({}, kGet);
    REQUIRE(answer.ok());
    CHECK(answer->status == 200);
    CHECK(answer->reason == "OK");
    CHECK(answer->body == kBody);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("transport: a connection made before the first request serves it") {
  TinyServer server(Mode::kTls, always_ok);
  const auto http = connect(pinned(server));
  REQUIRE(http->reach({}).ok());
  REQUIRE(http->reach({}).ok());
  server.wait_for_connections(1);
  CHECK(server.request_bytes() == 0);
  for (int i = 0; i < 3; ++i) REQUIRE(http->send({}, kGet).ok());
  CHECK(server.connections() == 1);
  CHECK(http->connections() == 1);
}

TEST_CASE("transport: it tells how far a request came that got no answer") {
  TinyServer server(Mode::kTls, [](const std::string&) { return std::string(); });
  Stage stage = Stage::kWaiting;
  SUBCASE("sent") {
    CHECK_FALSE(connect(pinned(server))->deliver({}, kGet, stage).ok());
    CHECK(stage == Stage::kSent);
  }
  SUBCASE("a certificate that is not trusted") {
    CHECK_FALSE(connect(plain(server))->deliver({}, kGet, stage).ok());
    CHECK(stage == Stage::kUntrusted);
  }
  SUBCASE("nobody listens") {
    HttplibHttp::Options options;
    options.url = "http://127.0.0.1:1";
    CHECK_FALSE(connect(options)->deliver({}, kGet, stage).ok());
    CHECK(stage == Stage::kConnecting);
  }
  SUBCASE("the time was over") {
    Context late;
    late.deadline = std::chrono::steady_clock::now() - 1s;
    CHECK_FALSE(connect(pinned(server))->deliver(late, kGet, stage).ok());
    CHECK(stage == Stage::kWaiting);
  }
}

TEST_CASE("transport: a wrong pin ends the handshake, and not one byte of the request is sent") {
  TinyServer server(Mode::kTls, always_ok);
  auto options = pinned(server);
  options.fingerprint[0] = options.fingerprint[0] == 'A' ? 'B' : 'A';
  {
    const auto http = connect(options);
    const auto answer = http->send({}, kGet);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == Code::kUnavailable);
    CHECK(says(answer.error(), "expected SHA-256 " + options.fingerprint));
    CHECK(says(answer.error(), "presented " + server.fingerprint()));
    CHECK_FALSE(says(answer.error(), "S3CRET"));
  }
  server.wait_for_closed(1);
  CHECK(server.request_bytes() == 0);
}

TEST_CASE("transport: an unknown certificate is refused, naming what it presented and the remedy") {
  TinyServer server(Mode::kTls, always_ok);
  {
    const auto http = connect(plain(server));
    const auto answer = http->send({}, kGet);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == Code::kUnavailable);
    CHECK(says(answer.error(), server.fingerprint()));
    CHECK(says(answer.error(), "PROXMOX_MPC_FINGERPRINT"));
    CHECK(says(answer.error(), "PROXMOX_MPC_CA_FILE"));
  }
  server.wait_for_closed(1);
  CHECK(server.request_bytes() == 0);
}

TEST_CASE("transport: a CA file is accepted for the names its certificate holds, and no others") {
  struct Row {
    const char* names;
    const char* host;
    bool accepted;
  };
  const Row rows[] = {
      {"IP:127.0.0.1", "127.0.0.1", true},          {"DNS:localhost", "localhost", true},
      {"DNS:localhost", "127.0.0.1", false},        {"IP:127.0.0.1", "localhost", false},
      {"IP:10.0.0.1,DNS:pve1", "127.0.0.1", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.names);
    CAPTURE(row.host);
    TinyServer server(Mode::kTls, always_ok, row.names);
    const TempFile ca(server.certificate_pem());
    HttplibHttp::Options options;
    options.url = server.url(row.host);
    options.ca_file = ca.path;
    const auto http = connect(options);
    CHECK(http->send({}, kGet).ok() == row.accepted);
    CHECK((server.request_bytes() > 0) == row.accepted);
  }
}

TEST_CASE("transport: bad options are refused before anything is sent") {
  struct Row {
    const char* url;
    const char* fingerprint;
    const char* ca_file;
    const char* says;
  };
  const Row rows[] = {
      {"http://pve1.example.org:8006", "", "", "unencrypted"},
      {"http://10.0.0.1", "", "", "unencrypted"},
      {"http://127.0.0.1.example.org", "", "", "unencrypted"},
      {"pve1:8006", "", "", "does not start with https://"},
      {"https://", "", "", "host"},
      {"https://h:0", "", "", "port"},
      {"https://h:66000", "", "", "port"},
      {"https://h:8006/other", "", "", "path"},
      {"https://[::1", "", "", "]"},
      {"https://root:S3CRET@h", "", "", "user information"},
      {"https://h", "AB:CD", "", "SHA-256"},
      {"https://h", "", "/nonexistent/ca.pem", "/nonexistent/ca.pem"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    HttplibHttp::Options options;
    options.url = row.url;
    options.fingerprint = row.fingerprint;
    options.ca_file = row.ca_file;
    const auto http = HttplibHttp::make(options);
    REQUIRE_FALSE(http.ok());
    CHECK(http.error().code == Code::kInvalidArgument);
    CHECK(says(http.error(), row.says));
    CHECK_FALSE(says(http.error(), "S3CRET"));
  }
}

TEST_CASE("transport: parameters are percent-encoded, in the query or as a form") {
  TinyServer server(Mode::kPlain, always_ok);
  const auto http = connect(plain(server));
  const Params params{{"net0", "virtio,bridge=vmbr0;a&b"}, {"note", "a b+c"}, {"note", "\xC3\xA4"}};
  const std::string encoded = "net0=virtio%2Cbridge%3Dvmbr0%3Ba%26b&note=a%20b%2Bc&note=%C3%A4";
  for (const char* method : {"GET", "DELETE", "POST", "PUT"}) {
    REQUIRE(http->send({}, {method, "/nodes/n%211/x", params, {{"X-Y", "z"}}}).ok());
  }
  const auto requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[0].starts_with("GET /api2/json/nodes/n%211/x?" + encoded + " HTTP/1.1\r\n"));
  CHECK(requests[1].starts_with("DELETE /api2/json/nodes/n%211/x?" + encoded + " HTTP/1.1\r\n"));
  CHECK(requests[2].starts_with("POST /api2/json/nodes/n%211/x HTTP/1.1\r\n"));
  CHECK(requests[3].starts_with("PUT /api2/json/nodes/n%211/x HTTP/1.1\r\n"));
  CHECK(requests[0].ends_with("\r\n\r\n"));
  CHECK(requests[1].ends_with("\r\n\r\n"));
  CHECK(requests[2].ends_with("\r\n\r\n" + encoded));
  CHECK(requests[3].ends_with("\r\n\r\n" + encoded));
  CHECK(requests[2].find("Content-Type: application/x-www-form-urlencoded\r\n") !=
        std::string::npos);
  for (const auto& request : requests) {
    CHECK(request.find("X-Y: z\r\n") != std::string::npos);
    CHECK(request.find("Accept-Encoding: gzip\r\n") != std::string::npos);
  }
}

TEST_CASE("transport: line ends cannot be smuggled into a request") {
  TinyServer server(Mode::kPlain, always_ok);
  const auto http = connect(plain(server));
  CHECK_FALSE(http->send({}, {"GET", "/x\r\nHost: y", {}, {}}).ok());
  CHECK_FALSE(http->send({}, {"GET", "/x y", {}, {}}).ok());
  CHECK_FALSE(http->send({}, {"GET", "x", {}, {}}).ok());
  CHECK_FALSE(http->send({}, {"GET", "/x", {}, {{"A", "b\r\nC: d"}}}).ok());
  CHECK(server.connections() == 0);
}

TEST_CASE("transport: any status is an answer, with its reason phrase") {
  std::string answer;
  TinyServer server(Mode::kPlain, [&](const std::string&) { return answer; });
  const auto http = connect(plain(server));
  answer = "HTTP/1.1 401 No ticket\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  const auto refused = http->send({}, kGet);
  REQUIRE(refused.ok());
  CHECK(refused->status == 401);
  CHECK(refused->reason == "No ticket");
  CHECK(refused->body.empty());
  answer = "HTTP/1.1 595 No route to host\r\nContent-Length: 0\r\n\r\n";
  const auto unreachable = http->send({}, kGet);
  REQUIRE(unreachable.ok());
  CHECK(unreachable->status == 595);
  CHECK(unreachable->reason == "No route to host");
  answer = "HTTP/1.1 500 " + std::string(200'000, 'e') + "\r\nContent-Length: 0\r\n\r\n";
  const auto huge = http->send({}, kGet);
  REQUIRE(huge.ok());
  CHECK(huge->status == 500);
  CHECK(huge->reason.size() > 1000);
  CHECK(huge->reason.size() < 3000);
}

TEST_CASE("transport: a connection the server announces to close is not used again") {
  TinyServer server(Mode::kPlain, [](const std::string&) {
    return ok_answer(kBody, "Connection: close\r\nConnection: Keep-Alive\r\n");
  });
  const auto http = connect(plain(server));
  REQUIRE(http->send({}, kGet).ok());
  REQUIRE(http->send({}, kGet).ok());
  CHECK(server.connections() == 2);
}

TEST_CASE("transport: a connection closed while idle is replaced before sending") {
  TinyServer server(Mode::kTls, [](const std::string&) {
    return ok_answer(kBody) + std::string(TinyServer::kCut);
  });
  const auto http = connect(pinned(server));
  for (std::size_t i = 1; i <= 3; ++i) {
    REQUIRE(http->send({}, {"POST", "/x", {}, {}}).ok());
    server.wait_for_closed(i);
  }
  CHECK(server.requests().size() == 3);
}

TEST_CASE("transport: answers that break off or are not HTTP are unavailable, and sent only once") {
  const std::string cut(TinyServer::kCut);
  const std::string rows[] = {
      cut,
      "HTTP/1.1 20" + cut,
      "HTTP/1.1 200 OK\r\nContent-Le" + cut,
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":" + cut,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"da" + cut,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}" + cut,
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc" + cut,
      "SSH-2.0-OpenSSH_9.2\r\n" + cut,
      std::string(300'000, 'x') + cut,
      "HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x') + cut,
      std::string(1, '\0') + cut,
  };
  for (const auto mode : {Mode::kPlain, Mode::kTls}) {
    for (const std::string& row : rows) {
      CAPTURE(row.substr(0, 80));
      TinyServer server(mode, [&](const std::string&) { return row; });
      const auto http = connect(mode == Mode::kPlain ? plain(server) : pinned(server));
      const auto answer = http->send({}, {"POST", "/x", {}, {}});
      REQUIRE_FALSE(answer.ok());
      CHECK(answer.error().code == Code::kUnavailable);
      CHECK(server.requests().size() == 1);
    }
  }
}

TEST_CASE("transport: an answer above the limit is refused") {
  TinyServer server(Mode::kPlain, [](const std::string& request) {
    const std::string chunk = "400\r\n" + std::string(1024, ' ') + "\r\n";
    std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < (request.find("/big") != std::string::npos ? 3 : 1); ++i) answer += chunk;
    return answer + "0\r\n\r\n";
  });
  auto options = plain(server);
  options.max_body = 2048;
  const auto http = connect(options);
  const auto big = http->send({}, {"GET", "/big", {}, {}});
  REQUIRE_FALSE(big.ok());
  CHECK(big.error().code == Code::kResourceExhausted);
  const auto small = http->send({}, {"GET", "/small", {}, {}});
  REQUIRE(small.ok());
  CHECK(small->body.size() == 1024);
}

TEST_CASE("transport: gzip is unpacked, within the limit") {
  const std::array<unsigned char, 30> packed{
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0x4A, 0x49, 0x2C,
      0x49, 0x54, 0xB2, 0x32, 0xAC, 0x05, 0x00, 0xC6, 0x49, 0x8B, 0xC7, 0x0A, 0x00, 0x00, 0x00};
  TinyServer server(Mode::kPlain, [&](const std::string&) {
    return ok_answer(std::string(packed.begin(), packed.end()), "Content-Encoding: gzip\r\n");
  });
  auto options = plain(server);
  const auto answer = connect(options)->send({}, kGet);
  REQUIRE(answer.ok());
  CHECK(answer->body == kBody);
  options.max_body = kBody.size() - 1;
  const auto refused = connect(options)->send({}, kGet);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kResourceExhausted);
}

TEST_CASE("transport: a stop request from another thread ends a blocked call") {
  const auto silent = [](const std::string&) { return std::optional<std::string>(); };
  for (const auto mode : {Mode::kPlain, Mode::kTls, Mode::kSilentTls}) {
    TinyServer server(mode, silent);
    const auto http = connect(mode == Mode::kPlain ? plain(server) : pinned(server));
    std::stop_source source;
    Context ctx;
    ctx.stop = source.get_token();
    auto call = std::async(std::launch::async, [&] { return http->send(ctx, kGet); });
    if (mode == Mode::kSilentTls) server.wait_for_connections(1);
    if (mode != Mode::kSilentTls) server.wait_for_requests(1);
    source.request_stop();
    const auto answer = call.get();
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == Code::kCancelled);
    const auto again = http->send(ctx, kGet);
    REQUIRE_FALSE(again.ok());
    CHECK(again.error().code == Code::kCancelled);
  }
}

TEST_CASE("transport: a deadline ends a call to a silent server, and the next call works") {
  std::atomic<bool> silent{true};
  TinyServer server(Mode::kTls, [&](const std::string&) -> std::optional<std::string> {
    if (silent) return std::nullopt;
    return ok_answer(kBody);
  });
  const auto http = connect(pinned(server));
  Context ctx;
  ctx.deadline = std::chrono::steady_clock::now() + 100ms;
  const auto answer = http->send(ctx, kGet);
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::kDeadlineExceeded);
  CHECK(says(answer.error(), "may have been done"));
  silent = false;
  CHECK(http->send({}, kGet).ok());
  CHECK(server.connections() == 2);
}

TEST_CASE("transport: without a deadline the read timeout ends it") {
  TinyServer server(Mode::kPlain, [](const std::string&) { return std::optional<std::string>(); });
  auto options = plain(server);
  options.read_timeout = 50ms;
  const auto answer = connect(options)->send({}, kGet);
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == Code::kDeadlineExceeded);
}

TEST_CASE("transport: refused and unknown hosts are named") {
  HttplibHttp::Options options;
  {
    TinyServer server(Mode::kTls, always_ok);
    options.url = server.url();
  }
  const auto refused = connect(options)->send({}, kGet);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == Code::kUnavailable);
  CHECK(says(refused.error(), "Connection refused"));
  options.url = "https://no-such-host.invalid";
  const auto unknown = connect(options)->send({}, kGet);
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().code == Code::kUnavailable);
  CHECK(says(unknown.error(), "cannot resolve the host name no-such-host.invalid"));
}

TEST_CASE("transport: calls beyond the pool's size wait for a connection") {
  std::promise<void> release;
  const auto gate = release.get_future().share();
  TinyServer server(Mode::kTls, [gate](const std::string&) {
    gate.wait();
    return ok_answer(kBody);
  });
  auto options = pinned(server);
  options.pool_size = 2;
  const auto http = connect(options);
  std::vector<std::future<Result<HttpResponse>>> calls;
  for (int i = 0; i < 6; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return http->send({}, kGet); }));
  }
  server.wait_for_requests(2);
  Context ctx;
  ctx.deadline = std::chrono::steady_clock::now() + 20ms;
  CHECK_FALSE(http->send(ctx, kGet).ok());
  release.set_value();
  for (auto& call : calls) CHECK(call.get().ok());
  CHECK(server.connections() == 2);
}

}  // namespace pmx::proxmox
